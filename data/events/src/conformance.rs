//! What every log promises, as one suite that each log's tests run.
//!
//! [`suite`] writes topics of its own (`conformance.*`) to a log that has none of them, and panics at the
//! first promise that is not kept.

use std::collections::BTreeSet;

use bytes::Bytes;

use crate::limits::{MAX_KEY_BYTES, MAX_PAYLOAD_BYTES, MAX_READ_BYTES};
use crate::{EventError, Offset, SharedLog};

/// Runs every check.
///
/// # Panics
/// When the log breaks a promise; the message says which.
pub async fn suite(log: SharedLog) {
    let checks = async {
        events_are_read_in_order(&log).await?;
        appends_that_meet_all_stand(&log).await?;
        reads_are_bounded(&log).await?;
        positions_are_remembered(&log).await?;
        names_and_sizes_are_checked(&log).await
    };
    checks
        .await
        .expect("the log answers every call of the suite");
}

async fn events_are_read_in_order(log: &SharedLog) -> Result<(), EventError> {
    let topic = "conformance.order";
    assert!(
        log.read(topic, Offset(0), 10).await?.is_empty(),
        "an unknown topic is empty"
    );
    for number in 0..5_u8 {
        let payload = Bytes::from(vec![number; usize::from(number)]);
        let offset = log
            .append(topic, Bytes::from(vec![number]), payload)
            .await?;
        assert_eq!(
            offset,
            Offset(u64::from(number)),
            "offsets are dense from 0"
        );
    }
    let events = log.read(topic, Offset(0), 10).await?;
    assert_eq!(events.len(), 5);
    for (event, number) in events.iter().zip(0..) {
        assert_eq!(event.offset, Offset(u64::from(number)), "in order");
        assert_eq!(event.key, [number][..], "the key as appended");
        assert_eq!(
            event.payload,
            vec![number; usize::from(number)],
            "the payload as appended"
        );
    }
    assert_eq!(
        log.read(topic, Offset(3), 1).await?,
        events[3..4],
        "from the middle, limited"
    );
    assert!(
        log.read(topic, Offset(5), 10).await?.is_empty(),
        "nothing after the last"
    );
    assert!(
        log.read(topic, Offset(u64::MAX), 10).await?.is_empty(),
        "nor far after it"
    );
    assert!(
        log.read(topic, Offset(0), 0).await?.is_empty(),
        "none asked for, none given"
    );
    Ok(())
}

async fn appends_that_meet_all_stand(log: &SharedLog) -> Result<(), EventError> {
    let topic = "conformance.meeting";
    let writers = (0..16_u8).map(|writer| {
        let log = log.clone();
        tokio::spawn(async move {
            let mut offsets = Vec::new();
            for number in 0..8_u8 {
                let payload = Bytes::from(vec![writer, number]);
                offsets.push((
                    log.append(topic, Bytes::new(), payload.clone()).await?,
                    payload,
                ));
            }
            Ok::<_, EventError>(offsets)
        })
    });
    let mut seen = BTreeSet::new();
    for writer in writers.collect::<Vec<_>>() {
        for (offset, payload) in writer.await.expect("a writer does not panic")? {
            let events = log.read(topic, offset, 1).await?;
            assert_eq!(
                events[0].payload, payload,
                "an acknowledged event is at its offset"
            );
            assert!(seen.insert(offset), "an offset is given once");
        }
    }
    assert!(seen.into_iter().eq((0..128).map(Offset)), "without gaps");
    Ok(())
}

async fn reads_are_bounded(log: &SharedLog) -> Result<(), EventError> {
    let topic = "conformance.bounds";
    let payload = Bytes::from(vec![7; MAX_PAYLOAD_BYTES]);
    for _ in 0..6 {
        log.append(topic, Bytes::new(), payload.clone()).await?;
    }
    let first = log.read(topic, Offset(0), 100).await?;
    assert_eq!(
        first.len(),
        MAX_READ_BYTES / MAX_PAYLOAD_BYTES,
        "a read is bounded in bytes"
    );
    let rest = log.read(topic, Offset(first.len() as u64), 100).await?;
    assert_eq!(first.len() + rest.len(), 6, "and goes on where it ended");
    Ok(())
}

async fn positions_are_remembered(log: &SharedLog) -> Result<(), EventError> {
    let topic = "conformance.positions";
    assert_eq!(
        log.position("readers", topic).await?,
        Offset(0),
        "a new group begins at 0"
    );
    log.commit("readers", topic, Offset(7)).await?;
    log.commit("readers", topic, Offset(4)).await?;
    assert_eq!(
        log.position("readers", topic).await?,
        Offset(4),
        "the last commit stands"
    );
    assert_eq!(
        log.position("others", topic).await?,
        Offset(0),
        "groups are apart"
    );
    assert_eq!(
        log.position("readers", "conformance.other").await?,
        Offset(0),
        "so are topics"
    );
    Ok(())
}

async fn names_and_sizes_are_checked(log: &SharedLog) -> Result<(), EventError> {
    let overlong = "a".repeat(101);
    for name in ["", ".", "..", "-a", "A", "a/b", "a\0", "ä", &overlong] {
        let append = log.append(name, Bytes::new(), Bytes::new()).await;
        assert!(
            matches!(append, Err(EventError::BadName(_))),
            "{name:?} names no topic"
        );
        let read = log.read(name, Offset(0), 1).await;
        assert!(
            matches!(read, Err(EventError::BadName(_))),
            "{name:?} names no topic"
        );
        let commit = log.commit(name, "t", Offset(0)).await;
        assert!(
            matches!(commit, Err(EventError::BadName(_))),
            "{name:?} names no group"
        );
    }
    let topic = "conformance.sizes";
    let key = Bytes::from(vec![0; MAX_KEY_BYTES + 1]);
    let refused = log.append(topic, key, Bytes::new()).await;
    assert!(matches!(
        refused,
        Err(EventError::TooLarge { what: "key", .. })
    ));
    let payload = Bytes::from(vec![0; MAX_PAYLOAD_BYTES + 1]);
    let refused = log.append(topic, Bytes::new(), payload).await;
    assert!(matches!(
        refused,
        Err(EventError::TooLarge {
            what: "payload",
            ..
        })
    ));
    assert!(
        log.read(topic, Offset(0), 1).await?.is_empty(),
        "what is refused is not there"
    );
    Ok(())
}
