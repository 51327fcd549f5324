//! Offset and state handed off together: each event is in the state once, however often its consumer dies.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use data_engine::{CasTable, Change, Durability, EngineError, SharedEngine};
use data_events::handoff::{Handoff, HandoffError};
use data_events::{Consumer, EventError, MemoryLog, NewEvent, Offset, SharedLog, TopicSettings};
use futures::FutureExt as _;
use platform_clock::ManualClock;
use rand::rngs::StdRng;
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use tests_simulation::{Faults, World, each_seed};

const LIVES: u8 = 4;
const PARTITIONS: u32 = 2;
const EVENTS: u8 = 12;
/// How long a consumer waits for events before it looks whether all are done.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a consumer stands on.
#[derive(Debug, Clone)]
struct Ground {
    log: SharedLog,
    table: CasTable,
    handoff: Handoff,
    clock: Arc<ManualClock>,
}

/// Why a consumer starts over.
#[derive(Debug)]
enum Stopped {
    Log(EventError),
    Handoff(HandoffError),
}

impl From<EventError> for Stopped {
    fn from(error: EventError) -> Self {
        Self::Log(error)
    }
}

impl From<HandoffError> for Stopped {
    fn from(error: HandoffError) -> Self {
        Self::Handoff(error)
    }
}

impl From<EngineError> for Stopped {
    fn from(error: EngineError) -> Self {
        Self::Handoff(error.into())
    }
}

impl Ground {
    async fn new(engine: &SharedEngine, log: SharedLog, clock: Arc<ManualClock>) -> Option<Self> {
        let table = CasTable::open(engine, "state").await.ok()?;
        Some(Self {
            handoff: Handoff::new(table.clone(), "counters", "plays"),
            log,
            table,
            clock,
        })
    }

    /// What the consumers have made of a partition: the payloads of its events.
    async fn state(&self, partition: u32) -> Result<Bytes, Stopped> {
        let state = self.table.get(self.handoff.key(partition), "state");
        Ok(state.await?.unwrap_or_default())
    }

    /// Takes one delivery into the state.
    async fn turn(&self, consumer: &mut Consumer, durability: Durability) -> Result<(), Stopped> {
        let Ok(delivery) = tokio::time::timeout(PATIENCE, consumer.next()).await else {
            self.clock.advance(PATIENCE);
            return Ok(());
        };
        let delivery = delivery?;
        let mut held = self.handoff.load(delivery.partition).await?;
        let state = self.state(delivery.partition).await?;
        let fresh = held.fresh(&delivery).iter();
        let state: Bytes = fresh.fold(state, |state, event| {
            Bytes::from([&state[..], &event.payload[..]].concat())
        });
        let change = Change::put("state", state);
        let stored = self
            .handoff
            .store(&mut held, &delivery, vec![change], durability);
        match stored.await {
            Err(HandoffError::Gap { expected, .. }) => {
                // The share changed, and with it the place to go on from: the log's, which a power cut left ahead.
                consumer.seek(delivery.partition, expected);
                return Ok(());
            }
            stored => stored?,
        }
        consumer.commit().await?;
        Ok(())
    }

    /// A consumer until it is stopped: it goes on from where the state is.
    async fn consume(&self, rng: &mut StdRng) -> Result<(), Stopped> {
        let joining = Consumer::join(&self.log, "counters", "plays", "m").await?;
        let mut consumer = joining.with_limit(rng.random_range(1..5));
        for partition in consumer.refresh().await?.partitions.clone() {
            let held = self.handoff.load(partition).await?;
            consumer.seek(partition, held.next());
        }
        for _ in 0..rng.random_range(1..6) {
            let durability = match rng.random_range(0..2) {
                0 => Durability::Process,
                _ => Durability::Power,
            };
            self.turn(&mut consumer, durability).await?;
        }
        Ok(())
    }

    async fn is_done(&self) -> bool {
        for partition in 0..PARTITIONS {
            let held = self.handoff.load(partition).await;
            if !held.is_ok_and(|held| held.next() == Offset(EVENTS.into())) {
                return false;
            }
        }
        true
    }

    /// Consumers one after the other, until all events are in the state.
    async fn run(self, seed: u64) {
        let mut rng = StdRng::seed_from_u64(seed);
        while !self.is_done().await {
            match self.consume(&mut rng).await {
                Ok(())
                | Err(
                    Stopped::Log(EventError::Fenced { .. })
                    | Stopped::Handoff(HandoffError::Overtaken { .. }),
                ) => {}
                Err(Stopped::Handoff(HandoffError::Store(error))) if error.is_transient() => {}
                Err(error) => panic!("{error:?}"),
            }
        }
    }
}

/// A log with every event of the history; it outlives all consumers.
async fn log(clock: Arc<ManualClock>) -> Result<SharedLog, EventError> {
    let log: SharedLog = Arc::new(MemoryLog::new(clock));
    let settings = TopicSettings::partitions(PARTITIONS);
    log.create("plays", &settings).await?;
    for partition in 0..PARTITIONS {
        let events = (0..EVENTS).map(|nth| NewEvent::new("", vec![nth]));
        log.append_batch("plays", partition, events.collect())
            .await?;
    }
    Ok(log)
}

fn history(seed: u64) {
    let mut world = World::new(seed, Faults::MANY);
    let clock = world.clock.clone();
    let log = log(clock.clone()).now_or_never();
    let log = log.expect("a log in memory never waits");
    let log = log.expect("a log in memory takes events");
    for _ in 0..LIVES {
        let (engine, log, clock) = (world.shared_engine(), log.clone(), clock.clone());
        let seeds: [u64; 2] = [world.rng.next_u64(), world.rng.next_u64()];
        let _cut = world.live(async move {
            let Some(ground) = Ground::new(&engine, log, clock).await else {
                return;
            };
            let running = seeds.map(|seed| tokio::spawn(ground.clone().run(seed)));
            for one in running {
                one.await.expect("a consumer does not panic");
            }
        });
    }
    let engine = world.shared_engine();
    let states = world.settle(async {
        let ground = Ground::new(&engine, log, clock).await?;
        ground.clone().run(seed).await;
        let mut states = Vec::new();
        for partition in 0..PARTITIONS {
            states.push(ground.state(partition).await.ok()?);
        }
        Some(states)
    });
    let all: Vec<u8> = (0..EVENTS).collect();
    assert_eq!(states, Some(vec![Bytes::from(all); PARTITIONS as usize]));
}

#[test]
fn each_event_is_in_the_state_once() {
    each_seed(history);
}
