//! State and offset in one write: every event is in the state once, whatever stops its consumers.

use bytes::Bytes;
use data_engine::{CasTable, Change, Durability, MemoryEngine};
use data_events::handoff::{Handoff, HandoffError, NEXT_ITEM};
use data_events::{
    Consumer, Delivery, Event, EventError, MemoryLog, NewEvent, Offset, SharedLog, TopicSettings,
};
use platform_clock::{ManualClock, Timestamp};
use proptest::prelude::*;

/// Where a consumer is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    BeforeStore,
    AfterStore,
    Never,
}

const STOPS: [Stop; 3] = [Stop::BeforeStore, Stop::AfterStore, Stop::Never];

async fn count(table: &CasTable, handoff: &Handoff, partition: u32) -> u64 {
    let stored = table
        .get(handoff.key(partition), "count")
        .await
        .expect("the table reads");
    stored.map_or(0, |bytes| {
        u64::from_be_bytes(bytes[..].try_into().expect("a count has eight bytes"))
    })
}

/// One delivery, taken into the state as far as the stop allows.
async fn turn(
    log: &SharedLog,
    (table, handoff): (&CasTable, &Handoff),
    stop: Stop,
) -> Result<u64, EventError> {
    let mut consumer = Consumer::join(log, "counters", "plays", "m")
        .await?
        .with_limit(3);
    for partition in consumer.refresh().await?.partitions.clone() {
        let held = handoff.load(partition).await.expect("the state loads");
        consumer.seek(partition, held.next());
    }
    let delivery = consumer.next().await?;
    let mut held = handoff
        .load(delivery.partition)
        .await
        .expect("the state loads");
    let fresh = held.fresh(&delivery).len() as u64;
    if stop == Stop::BeforeStore {
        return Ok(0);
    }
    let sum = count(table, handoff, delivery.partition).await + fresh;
    let change = Change::put("count", sum.to_be_bytes().to_vec());
    let stored = handoff
        .store(&mut held, &delivery, vec![change], Durability::Power)
        .await;
    stored.expect("nobody else stores");
    if stop == Stop::Never {
        consumer.commit().await?;
    }
    Ok(fresh)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn every_event_is_in_the_state_once(stops in prop::collection::vec(prop::sample::select(&STOPS), 0..20)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let clock = ManualClock::at(Timestamp::from_millis(1_700_000_000_000));
            let log: SharedLog = std::sync::Arc::new(MemoryLog::new(clock));
            let table = CasTable::open(&MemoryEngine::shared(), "state").await.unwrap();
            let handoff = Handoff::new(table.clone(), "counters", "plays");
            log.create("plays", &TopicSettings::partitions(2)).await.unwrap();
            for partition in 0..2 {
                log.append_batch("plays", partition, vec![NewEvent::new("", "x"); 10]).await.unwrap();
            }
            let mut counted = 0;
            for stop in stops {
                if counted < 20 {
                    counted += turn(&log, (&table, &handoff), stop).await.unwrap();
                }
            }
            while counted < 20 {
                counted += turn(&log, (&table, &handoff), Stop::Never).await.unwrap();
            }
            for partition in 0..2 {
                prop_assert_eq!(count(&table, &handoff, partition).await, 10);
                prop_assert_eq!(handoff.load(partition).await.unwrap().next(), Offset(10));
            }
            Ok(())
        })?;
    }
}

/// A delivery of the events before an offset.
fn up_to(end: u64) -> Delivery {
    between(0, end)
}

fn between(begin: u64, end: u64) -> Delivery {
    let event = |offset| Event {
        offset: Offset(offset),
        key: Bytes::new(),
        payload: Bytes::new(),
        at: Timestamp::from_millis(1),
        origin: None,
    };
    Delivery {
        partition: 0,
        events: (begin..end).map(event).collect(),
        missed: 0,
    }
}

#[tokio::test]
async fn a_delivery_that_leaves_events_out_changes_nothing() {
    let table = CasTable::open(&MemoryEngine::shared(), "state").await;
    let handoff = Handoff::new(table.unwrap(), "g", "t");
    let mut held = handoff.load(0).await.unwrap();
    let store = async |held: &mut _, delivery: &Delivery| {
        let stored = handoff.store(held, delivery, Vec::new(), Durability::Power);
        stored.await
    };
    store(&mut held, &up_to(5)).await.unwrap();
    let beyond = store(&mut held, &between(7, 9)).await;
    let (expected, found) = (Offset(5), Offset(7));
    assert!(
        matches!(&beyond, Err(HandoffError::Gap { expected: at, found: from, .. }) if (*at, *from) == (expected, found)),
        "{beyond:?}"
    );
    assert_eq!(handoff.load(0).await.unwrap(), held, "nothing was changed");
    store(&mut held, &between(2, 4)).await.unwrap();
    assert_eq!(held.next(), expected, "what is known moves nothing back");
    let retired = Delivery {
        missed: 2,
        ..between(7, 9)
    };
    store(&mut held, &retired).await.unwrap();
    assert_eq!(held.next(), Offset(9), "what retention dropped is no gap");
}

#[tokio::test]
async fn who_comes_second_is_told_and_changes_nothing() {
    let table = CasTable::open(&MemoryEngine::shared(), "state")
        .await
        .unwrap();
    let handoff = Handoff::new(table.clone(), "g", "t");
    let (mut one, mut other) = (
        handoff.load(0).await.unwrap(),
        handoff.load(0).await.unwrap(),
    );
    let put = |value: &'static str| vec![Change::put("state", value)];
    handoff
        .store(&mut one, &up_to(5), put("one"), Durability::Power)
        .await
        .unwrap();
    let late = handoff
        .store(&mut other, &up_to(7), put("other"), Durability::Power)
        .await;
    assert!(matches!(
        late,
        Err(HandoffError::Overtaken {
            expected: Offset(0),
            ..
        })
    ));
    let state = table.get(handoff.key(0), "state").await.unwrap();
    assert_eq!(state, Some(Bytes::from_static(b"one")));
    assert_eq!(handoff.load(0).await.unwrap(), one);
    let own = vec![Change::delete(NEXT_ITEM)];
    let refused = handoff
        .store(&mut one, &up_to(6), own, Durability::Power)
        .await;
    assert!(matches!(refused, Err(HandoffError::ReservedItem)));
    let key = handoff.key(0);
    let spoilt = vec![Change::put(NEXT_ITEM, "x")];
    let expected = 5_u64.to_be_bytes();
    assert!(
        table
            .write_if(key, NEXT_ITEM, Some(&expected), spoilt, Durability::Power)
            .await
            .unwrap()
    );
    assert!(matches!(
        handoff.load(0).await,
        Err(HandoffError::Damaged { .. })
    ));
}
