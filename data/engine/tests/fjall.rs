//! The engine on disk: the conformance suite, what a reopen finds, who may open, and the memory engine as
//! its model.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use data_engine::{
    CasTable, Change, Direction, Durability, Engine, EngineError, FjallEngine, MemoryEngine,
    Mutation, PageLimit, Range, RowTable, Stamp, TableKind, TokenRange, conformance,
};
use platform_clock::{Clock as _, ManualClock, Timestamp};
use proptest::prelude::*;

#[tokio::test]
async fn keeps_what_every_engine_promises() {
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::at(Timestamp::from_millis(1_700_000_000_000));
    let engine = FjallEngine::open_on(folder.path(), clock.clone())
        .await
        .unwrap();
    let elapse = |by| {
        clock.advance(by);
        std::future::ready(())
    };
    conformance::suite(Arc::new(engine), elapse).await;
}

#[tokio::test]
async fn a_reopened_store_holds_its_rows_and_kinds() -> Result<(), EngineError> {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..3_u8 {
        let engine = FjallEngine::open_shared(folder.path()).await?;
        let rows = RowTable::open(&engine, "rows").await?;
        let swaps = CasTable::open(&engine, "swaps").await?;
        assert_eq!(rows.all("p").await?.len(), usize::from(round));
        rows.put("p", vec![round], vec![round], Durability::Power)
            .await?;
        let held = swaps.get("p", "round").await?;
        assert_eq!(
            held.as_deref(),
            round
                .checked_sub(1)
                .map(|last| [last])
                .as_ref()
                .map(|it| &it[..])
        );
        let next = Some(Bytes::from(vec![round]));
        assert!(
            swaps
                .swap("p", "round", held.as_deref(), next, Durability::Process)
                .await?
        );
        let wrong = CasTable::open(&engine, "rows").await;
        assert!(
            matches!(wrong, Err(EngineError::WrongKind { .. })),
            "a kind outlives the process"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_folder_in_use_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let _first = FjallEngine::open(folder.path()).await.unwrap();
    let refused = FjallEngine::open(folder.path()).await.unwrap_err();
    assert!(!refused.is_transient());
    assert!(
        refused
            .to_string()
            .contains("another marquee runs on this folder"),
        "{refused}"
    );
}

#[tokio::test]
async fn writers_that_meet_are_all_on_disk_when_told_so() -> Result<(), EngineError> {
    let folder = tempfile::tempdir().unwrap();
    let engine = FjallEngine::open_shared(folder.path()).await?;
    let table = RowTable::open(&engine, "rows").await?;
    let writers = (0..64_u8).map(|index| {
        let table = table.clone();
        tokio::spawn(async move {
            table
                .put([index % 4], vec![index], "v", Durability::Power)
                .await
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap()?;
    }
    drop((engine, table));
    let engine = FjallEngine::open_shared(folder.path()).await?;
    let table = RowTable::open(&engine, "rows").await?;
    assert_eq!(table.partitions(None, 10).await?.len(), 4);
    for partition in 0..4_u8 {
        assert_eq!(table.all([partition]).await?.len(), 16);
    }
    Ok(())
}

/// One call, with keys drawn from few bytes so that calls meet.
#[derive(Debug, Clone)]
enum Call {
    Write(Vec<u8>, Vec<Mutation>, u64),
    Swap(Vec<u8>, Vec<u8>, Option<u8>, Option<u8>),
    Get(Vec<u8>, Vec<u8>),
    Range(Vec<u8>, Range, usize, usize),
    Partitions(u32, Option<Vec<u8>>, usize),
    Elapse(u64),
}

fn key() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(vec![0, 1, 0xff]), 0..3)
}

fn range() -> impl Strategy<Value = Range> {
    let end = || prop::option::of(key().prop_map(Bytes::from));
    (end(), end(), any::<bool>()).prop_map(|(from, until, reverse)| Range {
        from,
        until,
        direction: if reverse {
            Direction::Reverse
        } else {
            Direction::Forward
        },
    })
}

fn call() -> impl Strategy<Value = Call> {
    let value = || prop::option::weighted(0.7, 0..3_u8);
    prop_oneof![
        6 => (key(), prop::collection::vec(mutation(), 0..5), 0_u64..4)
            .prop_map(|(partition, mutations, before)| Call::Write(partition, mutations, before)),
        4 => (key(), key(), value(), value())
            .prop_map(|(partition, item, expected, value)| Call::Swap(partition, item, expected, value)),
        2 => (key(), key()).prop_map(|(partition, item)| Call::Get(partition, item)),
        3 => (key(), range(), 0..4_usize, 0..8_usize)
            .prop_map(|(partition, range, items, bytes)| Call::Range(partition, range, items, bytes)),
        1 => (1_u32..4, prop::option::of(key()), 0..4_usize)
            .prop_map(|(parts, after, limit)| Call::Partitions(parts, after, limit)),
        1 => (0_u64..3).prop_map(Call::Elapse),
    ]
}

const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

fn mutation() -> impl Strategy<Value = Mutation> {
    let item = || key().prop_map(Bytes::from);
    let put = (item(), 0..3_u8, prop::option::weighted(0.3, 0..9_u64)).prop_map(
        |(item, value, expires)| Mutation::Put {
            item,
            value: vec![value].into(),
            expires: expires.map(|after| START.plus(Duration::from_millis(after))),
        },
    );
    prop_oneof![
        4 => put,
        2 => item().prop_map(Mutation::delete),
        1 => range().prop_map(Mutation::delete_range),
    ]
}

fn change(item: Vec<u8>, value: Option<u8>) -> Change {
    match value {
        Some(value) => Change::put(item, vec![value]),
        None => Change::delete(item),
    }
}

/// What the engine answers. Stamps of compare-and-set tables are the engine's own, so they are left out.
async fn answer(
    engine: &dyn Engine,
    tables: &[String; 2],
    now: Timestamp,
    call: Call,
) -> Result<String, EngineError> {
    let [rows, swaps] = tables;
    let durability = Durability::Process;
    Ok(match call {
        Call::Write(partition, mutations, before) => {
            let stamp = Stamp(Stamp::at(now).0 - before);
            let written = engine.write(rows, &partition, mutations, stamp, durability);
            format!("{:?}", written.await?)
        }
        Call::Swap(partition, item, expected, value) => {
            let expected = expected.map(|byte| [byte]);
            let expected = expected.as_ref().map(|it| &it[..]);
            let changes = vec![change(item.clone(), value)];
            let won = engine
                .write_if(swaps, &partition, &item, expected, changes, durability)
                .await?;
            format!("{won}")
        }
        Call::Get(partition, item) => {
            let swapped = engine.get(swaps, &partition, &item).await?;
            let swapped = swapped.map(|cell| cell.value);
            format!(
                "{:?} {swapped:?}",
                engine.get(rows, &partition, &item).await?
            )
        }
        Call::Range(partition, range, items, bytes) => {
            let limit = PageLimit { items, bytes };
            format!("{:?}", engine.range(rows, &partition, &range, limit).await?)
        }
        Call::Partitions(parts, after, limit) => {
            let tokens = TokenRange::split(parts)[0];
            let listed = engine.partitions(rows, tokens, after.as_deref(), limit);
            format!("{:?}", listed.await?)
        }
        Call::Elapse(_) => String::new(),
    })
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime
        .expect("a runtime without drivers starts")
        .block_on(future)
}

#[test]
fn answers_as_the_memory_engine_does() {
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::at(START);
    let disk = wait(FjallEngine::open_on(folder.path(), clock.clone())).unwrap();
    let case = std::cell::Cell::new(0);
    proptest!(ProptestConfig::with_cases(48), |(calls in prop::collection::vec(call(), 1..60))| {
        case.set(case.get() + 1);
        let memory = MemoryEngine::on(clock.clone());
        let tables = ["rows", "swaps"].map(|name| format!("{name}-{}", case.get()));
        wait(async {
            for engine in [&disk as &dyn Engine, &memory] {
                engine.open(&tables[0], TableKind::LastWriteWins).await.unwrap();
                engine.open(&tables[1], TableKind::CompareAndSet).await.unwrap();
            }
            for call in calls {
                if let Call::Elapse(millis) = call {
                    clock.advance(Duration::from_millis(millis));
                }
                let now = clock.now();
                let ours = answer(&disk, &tables, now, call.clone()).await.unwrap();
                let model = answer(&memory, &tables, now, call.clone()).await.unwrap();
                prop_assert_eq!(ours, model, "{:?}", call);
            }
            Ok(())
        })?;
    });
}

#[tokio::test]
async fn a_late_write_loses_after_a_reopen_as_before_it() -> Result<(), EngineError> {
    let folder = tempfile::tempdir().unwrap();
    let start = Timestamp::from_millis(1_700_000_000_000);
    let at = |micros| Stamp(Stamp::at(start).0 + micros);
    let mut newest = 0;
    for _ in 0..3 {
        let clock = ManualClock::at(start);
        let engine: Arc<dyn Engine> = Arc::new(FjallEngine::open_on(folder.path(), clock).await?);
        let rows = RowTable::open(&engine, "rows").await?;
        for stamp in [newest + 10, newest + 5, newest + 30, newest, newest + 30] {
            let put = vec![Mutation::put("item", stamp.to_string())];
            rows.write_at("p", put, at(stamp), Durability::Process)
                .await?;
            newest = newest.max(stamp);
            let held = rows.get("p", "item").await?;
            assert_eq!(held, Some(newest.to_string().into()));
        }
    }
    Ok(())
}
