//! Last-write-wins tables: what is acknowledged stands, whatever was repeated, late or lost.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use data_engine::{Durability, EngineError, Mutation, Range, RowTable, Stamp};
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use tests_simulation::{Cut, Effect, Faults, Tried, World, assert_last_write, each_seed};

const PARTITIONS: u8 = 2;
const ITEMS: u8 = 4;

/// A write as its client knows it.
#[derive(Debug, Clone)]
struct Attempt {
    partition: u8,
    mutations: Vec<Mutation>,
    stamp: Stamp,
    /// At which level it was acknowledged, if it was, and nothing lost it since.
    acknowledged: Option<Durability>,
}

type Attempts = Arc<Mutex<Vec<Attempt>>>;

impl Attempt {
    fn effect(&self, item: u8) -> Option<Effect> {
        let key = [item];
        let range = self.mutations.iter().find_map(|mutation| match mutation {
            Mutation::DeleteRange { from, until }
                if from.as_deref().is_none_or(|from| from <= &key[..])
                    && until.as_deref().is_none_or(|until| &key[..] < until) =>
            {
                Some((self.stamp.before(), None))
            }
            _ => None,
        });
        let own = self
            .mutations
            .iter()
            .rev()
            .find_map(|mutation| match mutation {
                Mutation::Put { item, value, .. } if item == &key[..] => {
                    Some((self.stamp, Some(value.clone())))
                }
                Mutation::Delete { item } if item == &key[..] => Some((self.stamp, None)),
                _ => None,
            });
        own.or(range)
    }
}

fn mutations(rng: &mut StdRng, name: &str) -> Vec<Mutation> {
    let item = |rng: &mut StdRng| vec![rng.random_range(0..ITEMS)];
    match rng.random_range(0..10) {
        0 => vec![Mutation::delete(item(rng))],
        1 => vec![Mutation::delete_range(Range {
            from: Some(item(rng).into()),
            until: Some(item(rng).into()),
            ..Range::all()
        })],
        2 => vec![
            Mutation::delete_range(Range::all()),
            Mutation::put(item(rng), name.to_owned()),
        ],
        3 => (0..ITEMS)
            .map(|item| Mutation::put(vec![item], name.to_owned()))
            .collect(),
        _ => vec![Mutation::put(item(rng), name.to_owned())],
    }
}

/// One client: writes with a few repeats, and reads of what was written.
async fn client(table: RowTable, attempts: Attempts, mut rng: StdRng, name: String) {
    for round in 0..8 {
        let partition = rng.random_range(0..PARTITIONS);
        let attempt = Attempt {
            partition,
            mutations: mutations(&mut rng, &format!("{name}-{round}")),
            stamp: table.stamp(),
            acknowledged: None,
        };
        let durability = match rng.random_range(0..2) {
            0 => Durability::Process,
            _ => Durability::Power,
        };
        let place = {
            let mut attempts = attempts.lock();
            attempts.push(attempt.clone());
            attempts.len() - 1
        };
        for _ in 0..rng.random_range(1..4) {
            let batch = attempt.mutations.clone();
            let written = table.write_at([partition], batch, attempt.stamp, durability);
            match written.await {
                Ok(()) => {
                    attempts.lock()[place].acknowledged = Some(durability);
                    break;
                }
                Err(error) => assert!(error.is_transient(), "{error}"),
            }
        }
        if let Ok(items) = table.all([partition]).await {
            let attempts = attempts.lock();
            for found in items {
                let is_known = attempts.iter().any(|it| {
                    it.effect(found.key[0]) == Some((found.stamp, Some(found.value.clone())))
                });
                assert!(is_known, "{found:?} was never written");
            }
        }
    }
}

/// What was tried on an item.
fn tried((partition, item): (u8, u8), attempts: &[Attempt]) -> Vec<Tried> {
    let there = attempts.iter().filter(|it| it.partition == partition);
    let effects = there.map(|it| Some((it.effect(item)?, it.acknowledged.is_some())));
    effects.flatten().collect()
}

fn history(seed: u64) {
    let mut world = World::new(seed, Faults::MANY);
    let attempts = Attempts::default();
    for life in 0..3 {
        let engine = world.shared_engine();
        let clients: Vec<_> = (0..4)
            .map(|it| {
                (
                    StdRng::seed_from_u64(world.rng.next_u64()),
                    format!("{life}-{it}"),
                )
            })
            .collect();
        let (attempted, clock) = (Arc::clone(&attempts), Arc::clone(&world.clock));
        let lived = world.live(async move {
            let Ok(table) = RowTable::open(&engine, "rows").await else {
                return;
            };
            let running: Vec<_> = clients
                .into_iter()
                .map(|(rng, name)| client(table.clone(), Arc::clone(&attempted), rng, name))
                .map(tokio::spawn)
                .collect();
            for one in running {
                one.await.expect("a client does not panic");
                clock.advance(Duration::from_millis(1));
            }
        });
        if lived == Err(Cut::PowerLoss) {
            for attempt in attempts.lock().iter_mut() {
                attempt.acknowledged = attempt.acknowledged.filter(|it| *it == Durability::Power);
            }
        }
    }
    let engine = world.shared_engine();
    let held = world.settle(async {
        let table = RowTable::open(&engine, "rows").await?;
        let mut held = BTreeMap::new();
        for partition in 0..PARTITIONS {
            for item in table.all([partition]).await? {
                held.insert((partition, item.key[0]), (item.stamp, Some(item.value)));
            }
        }
        Ok::<_, EngineError>(held)
    });
    let held = held.expect("a healed engine answers");
    let attempts = attempts.lock();
    for partition in 0..PARTITIONS {
        for item in 0..ITEMS {
            let place = (partition, item);
            assert_last_write(&place, held.get(&place), &tried(place, &attempts));
        }
    }
}

#[test]
fn rows_keep_what_was_acknowledged() {
    each_seed(history);
}
