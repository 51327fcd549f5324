//! Compare-and-set tables: a list that many append to holds each entry once, in one order.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use data_engine::{CasTable, Durability, EngineError};
use parking_lot::Mutex;
use tests_simulation::{Faults, World, each_seed};

type Names = Arc<Mutex<BTreeSet<u8>>>;

/// Appends a name, however often that takes; whether it got to know that it did.
async fn append(table: &CasTable, name: u8) -> Result<(), EngineError> {
    loop {
        let Ok(held) = table.get("p", "list").await else {
            continue;
        };
        let before = held.clone().unwrap_or_default();
        if before.contains(&name) {
            // Seen, yet not known to be durable: a power cut may still take an answer that was lost.
            return sync(table, &before).await;
        }
        let after = Bytes::from([&before[..], &[name]].concat());
        let durability = Durability::Power;
        match table
            .swap("p", "list", held.as_deref(), Some(after), durability)
            .await
        {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            Err(error) => assert!(error.is_transient(), "{error}"),
        }
    }
}

/// Makes what was read durable, by writing anything at that level.
async fn sync(table: &CasTable, read: &[u8]) -> Result<(), EngineError> {
    let mark = Bytes::copy_from_slice(read);
    loop {
        let Ok(held) = table.get("p", "mark").await else {
            continue;
        };
        let swap = table.swap(
            "p",
            "mark",
            held.as_deref(),
            Some(mark.clone()),
            Durability::Power,
        );
        match swap.await {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            Err(error) => assert!(error.is_transient(), "{error}"),
        }
    }
}

fn history(seed: u64) {
    let mut world = World::new(seed, Faults::MANY);
    let (tried, known) = (Names::default(), Names::default());
    for life in 0..3_u8 {
        let (engine, tried, known) = (world.shared_engine(), tried.clone(), known.clone());
        let _cut = world.live(async move {
            let table = CasTable::open(&engine, "swaps").await?;
            let clients = (0..4_u8).map(|client| {
                let (table, tried, known) = (table.clone(), tried.clone(), known.clone());
                tokio::spawn(async move {
                    for round in 0..4_u8 {
                        let name = life * 50 + client * 10 + round;
                        tried.lock().insert(name);
                        append(&table, name).await?;
                        known.lock().insert(name);
                    }
                    Ok::<_, EngineError>(())
                })
            });
            for client in clients.collect::<Vec<_>>() {
                client.await.expect("a client does not panic")?;
            }
            Ok::<_, EngineError>(())
        });
    }
    let engine = world.shared_engine();
    let list = world.settle(async {
        let table = CasTable::open(&engine, "swaps").await?;
        Ok::<_, EngineError>(table.get("p", "list").await?.unwrap_or_default())
    });
    let list = list.expect("a healed engine answers");
    let held: BTreeSet<u8> = list.iter().copied().collect();
    assert_eq!(
        held.len(),
        list.len(),
        "nothing is appended twice: {list:?}"
    );
    let (known, tried) = (known.lock(), tried.lock());
    assert!(
        known.is_subset(&held),
        "lost: {:?}",
        known.difference(&held)
    );
    assert!(
        held.is_subset(&tried),
        "invented: {:?}",
        held.difference(&tried)
    );
}

#[test]
fn a_list_holds_each_entry_once() {
    each_seed(history);
}
