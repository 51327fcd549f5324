//! Appends, alone and meeting.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use platform_clock::Timestamp;

use super::Subject;
use crate::limits::{MAX_AHEAD, MAX_APPEND_EVENTS, MAX_KEY_BYTES, MAX_PAYLOAD_BYTES};
use crate::{Ends, EventError, NewEvent, Offset, Place, partition_of};

pub(super) async fn are_read_in_order(subject: &Subject) -> Result<(), EventError> {
    let (log, topic) = (&subject.log, subject.topic("order", 1).await?);
    let mut offsets = Vec::new();
    for number in 0..5_u8 {
        let payload = Bytes::from(vec![number; usize::from(number)]);
        let place = log
            .append(&topic, Bytes::from(vec![number]), payload)
            .await?;
        assert_eq!(place.partition, 0);
        offsets.push(place.offset);
    }
    let batch =
        (5..9_u8).map(|number| NewEvent::new(vec![number], vec![number; usize::from(number)]));
    offsets.extend(log.append_batch(&topic, 0, batch.collect()).await?);
    assert!(
        offsets.is_sorted_by(|one, other| one < other),
        "offsets grow: {offsets:?}"
    );
    let events = log.read(&topic, 0, Offset(0), 20).await?;
    assert_eq!(events.len(), 9);
    for ((event, number), offset) in events.iter().zip(0..9_u8).zip(&offsets) {
        assert_eq!(event.offset, *offset, "at the offset that was acknowledged");
        assert_eq!(event.key, [number][..], "the key as appended");
        assert_eq!(
            event.payload,
            vec![number; usize::from(number)],
            "the payload as appended"
        );
        assert_eq!(event.origin, None);
    }
    let middle = log.read(&topic, 0, offsets[3], 4).await?;
    assert_eq!(middle, events[3..7], "from the middle, limited");
    assert!(log.append_batch(&topic, 0, Vec::new()).await?.is_empty());
    let ends = log.ends(&topic, 0).await?;
    assert_eq!((ends.first, ends.next), (offsets[0], offsets[8].next()));
    assert!(
        log.read(&topic, 0, ends.next, 10).await?.is_empty(),
        "nothing after the last"
    );
    assert!(
        log.read(&topic, 0, ends.first, 0).await?.is_empty(),
        "none asked for, none given"
    );
    Ok(())
}

pub(super) async fn of_a_key_keep_to_one_partition(subject: &Subject) -> Result<(), EventError> {
    let (log, topic) = (&subject.log, subject.topic("keys", 4).await?);
    let mut last: BTreeMap<Bytes, Place> = BTreeMap::new();
    for round in 0..3_u8 {
        for key in ["a", "b", "play-17", "titel-ä", "0"].map(Bytes::from) {
            let place = log
                .append(&topic, key.clone(), Bytes::from(vec![round]))
                .await?;
            assert_eq!(
                place.partition,
                partition_of(&key, 4),
                "Kafka's partitioner chose"
            );
            if let Some(before) = last.insert(key, place) {
                assert!(before.offset < place.offset, "a key's order holds");
            }
        }
    }
    let mut reached = BTreeSet::new();
    for _ in 0..8 {
        let place = log.append(&topic, Bytes::new(), Bytes::new()).await?;
        reached.insert(place.partition);
    }
    assert_eq!(reached.len(), 4, "events without a key go everywhere");
    Ok(())
}

pub(super) async fn that_meet_all_stand(subject: &Subject) -> Result<(), EventError> {
    let topic = subject.topic("meeting", 2).await?;
    let writers = (0..16_u8).map(|writer| {
        let (log, topic) = (subject.log.clone(), topic.clone());
        tokio::spawn(async move {
            let mut places = Vec::new();
            for number in 0..8_u8 {
                let payload = Bytes::from(vec![writer, number]);
                let place = log
                    .append(&topic, Bytes::from(vec![writer]), payload.clone())
                    .await?;
                places.push((place, payload));
            }
            Ok::<_, EventError>(places)
        })
    });
    let mut seen = BTreeSet::new();
    for writer in writers.collect::<Vec<_>>() {
        let places = writer.await.expect("a writer does not panic")?;
        assert!(
            places.is_sorted_by(|one, other| one.0.offset < other.0.offset),
            "a writer's order holds"
        );
        for (place, payload) in places {
            let events = subject
                .log
                .read(&topic, place.partition, place.offset, 1)
                .await?;
            assert_eq!(
                events[0].payload, payload,
                "an acknowledged event is at its offset"
            );
            assert!(seen.insert(place), "a place is given once");
        }
    }
    assert_eq!(seen.len(), 128);
    Ok(())
}

pub(super) async fn carry_time_and_origin(subject: &Subject) -> Result<(), EventError> {
    let (log, topic) = (&subject.log, subject.topic("origins", 1).await?);
    let at = Timestamp::from_millis(1_600_000_000_123);
    let copied = |origin| NewEvent {
        at: Some(at),
        origin: Some(Offset(origin)),
        ..NewEvent::new("k", "v")
    };
    log.append_batch(&topic, 0, vec![copied(4), copied(9)])
        .await?;
    let events = log.read(&topic, 0, Offset(0), 10).await?;
    let read: Vec<_> = events
        .iter()
        .map(|event| (event.at, event.origin))
        .collect();
    assert_eq!(read, [(at, Some(Offset(4))), (at, Some(Offset(9)))]);
    Ok(())
}

pub(super) async fn are_checked(subject: &Subject) -> Result<(), EventError> {
    let (log, topic) = (&subject.log, subject.topic("sizes", 1).await?);
    let too_large = |refused: Result<(), EventError>| {
        assert!(
            matches!(refused, Err(EventError::TooLarge { .. })),
            "it is too large: {refused:?}"
        );
    };
    let key = Bytes::from(vec![0; MAX_KEY_BYTES + 1]);
    too_large(log.append(&topic, key, Bytes::new()).await.map(drop));
    let payload = Bytes::from(vec![0; MAX_PAYLOAD_BYTES + 1]);
    too_large(log.append(&topic, Bytes::new(), payload).await.map(drop));
    let many = vec![NewEvent::default(); MAX_APPEND_EVENTS + 1];
    too_large(log.append_batch(&topic, 0, many).await.map(drop));
    let large = vec![NewEvent::new("", vec![0; MAX_PAYLOAD_BYTES]); 5];
    too_large(log.append_batch(&topic, 0, large).await.map(drop));
    // Far ahead of every clock, but not of every number's range.
    let ahead = Timestamp::from_millis(4_102_444_800_000).plus(MAX_AHEAD + Duration::from_secs(1));
    let ahead = NewEvent {
        at: Some(ahead),
        ..NewEvent::new("k", "v")
    };
    let refused = log
        .append_batch(&topic, 0, vec![NewEvent::new("k", "v"), ahead])
        .await;
    assert!(
        matches!(refused, Err(EventError::TimeAhead { .. })),
        "{refused:?}"
    );
    assert_eq!(
        log.ends(&topic, 0).await?,
        Ends::default(),
        "what is refused is not there"
    );
    Ok(())
}
