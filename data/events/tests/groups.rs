//! Members that fall silent, and consumers that meet retention.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use data_events::limits::SESSION_TIMEOUT;
use data_events::{
    Consumer, EventError, EventLog, Log as _, MemoryLog, NewEvent, Offset, SharedLog, TopicSettings,
};
use platform_clock::{ManualClock, Timestamp};

const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

#[tokio::test]
async fn a_silent_members_share_goes_to_others_and_its_commits_are_refused()
-> Result<(), EventError> {
    let clock = ManualClock::at(START);
    let log = MemoryLog::new(clock.clone());
    log.create("plays", &TopicSettings::partitions(2)).await?;
    let silent = log.join("g", "plays", "silent").await?;
    let other = log.join("g", "plays", "other").await?;
    let share = silent.heartbeat().await?;
    assert_eq!(
        (
            share.partitions.len(),
            other.heartbeat().await?.partitions.len()
        ),
        (1, 1)
    );
    clock.advance(SESSION_TIMEOUT.saturating_sub(Duration::from_millis(1)));
    let near = other.heartbeat().await?;
    assert_eq!(
        near.partitions.len(),
        1,
        "it is not silent for long enough yet"
    );
    clock.advance(Duration::from_millis(1));
    assert_eq!(other.heartbeat().await?.partitions, [0, 1]);
    let late = BTreeMap::from([(share.partitions[0], Offset(1))]);
    let refused = silent.commit(share.generation, &late).await;
    assert!(matches!(refused, Err(EventError::Fenced { .. })));
    silent.changed(share.generation).await;
    let back = silent.heartbeat().await?;
    assert_eq!(back.partitions.len(), 1, "it is taken in again");
    silent
        .commit(
            back.generation,
            &BTreeMap::from([(back.partitions[0], Offset(1))]),
        )
        .await
}

#[tokio::test]
async fn a_waiting_consumer_is_woken_by_an_event_and_by_a_new_share() -> Result<(), EventError> {
    let log: SharedLog = Arc::new(MemoryLog::new(ManualClock::at(START)));
    log.create("plays", &TopicSettings::partitions(2)).await?;
    let mut first = Consumer::join(&log, "g", "plays", "first").await?;
    let waiting = tokio::spawn(async move {
        let delivery = first.next().await;
        (first, delivery)
    });
    tokio::task::yield_now().await;
    let mut second = Consumer::join(&log, "g", "plays", "second").await?;
    assert_eq!(second.refresh().await?.partitions, [1]);
    log.append_batch("plays", 1, vec![NewEvent::new("", "second's")])
        .await?;
    log.append_batch("plays", 0, vec![NewEvent::new("", "first's")])
        .await?;
    let (mut first, delivery) = waiting.await.expect("the consumer does not panic");
    assert_eq!(delivery?.events[0].payload, "first's");
    assert_eq!(second.next().await?.events[0].payload, "second's");
    first.commit().await?;
    second.commit().await?;
    assert_eq!(
        log.committed("g", "plays").await?,
        [(0, Offset(1)), (1, Offset(1))].into()
    );
    Ok(())
}

#[tokio::test]
async fn a_consumer_that_comes_after_retention_is_told_what_it_missed() -> Result<(), EventError> {
    let folder = tempfile::tempdir().unwrap();
    let log: SharedLog = Arc::new(EventLog::open(folder.path(), ManualClock::at(START)).await?);
    let settings = TopicSettings {
        segment_bytes: 500,
        retain_bytes: Some(900),
        ..TopicSettings::partitions(1)
    };
    log.create("plays", &settings).await?;
    log.append("plays", Bytes::new(), Bytes::from(vec![0; 300]))
        .await?;
    let mut consumer = Consumer::join(&log, "g", "plays", "m").await?;
    consumer.refresh().await?;
    for _ in 0..7 {
        log.append("plays", Bytes::new(), Bytes::from(vec![0; 300]))
            .await?;
    }
    let first = log.ends("plays", 0).await?.first;
    let delivery = consumer.next().await?;
    assert!(delivery.missed > 0);
    assert_eq!(
        (delivery.missed, delivery.events[0].offset),
        (first.0, first)
    );
    Ok(())
}
