//! Topics and their settings.

use bytes::Bytes;

use super::Subject;
use crate::limits::{MAX_NAME_BYTES, MAX_PARTITIONS};
use crate::{Ends, EventError, Offset, TopicSettings};

pub(super) async fn are_created_once(subject: &Subject) -> Result<(), EventError> {
    let topic = subject.topic("created", 3).await?;
    assert_eq!(subject.log.partitions(&topic).await?, 3);
    subject.topic("created", 3).await?;
    let other = subject
        .log
        .create(&topic, &TopicSettings::partitions(4))
        .await;
    let refused = matches!(
        other,
        Err(EventError::WrongPartitions {
            has: 3,
            asked: 4,
            ..
        })
    );
    assert!(refused, "another count of partitions: {other:?}");
    for partition in 0..3 {
        let ends = subject.log.ends(&topic, partition).await?;
        assert_eq!(ends, Ends::default(), "a new topic is empty");
    }
    Ok(())
}

pub(super) async fn names_and_settings_are_checked(subject: &Subject) -> Result<(), EventError> {
    let log = &subject.log;
    let one = TopicSettings::partitions(1);
    let overlong = "a".repeat(MAX_NAME_BYTES + 1);
    for name in ["", ".", "..", "-a", "A", "a/b", "a\0", "ä", &overlong] {
        let bad = |refused: Result<(), EventError>| {
            assert!(
                matches!(refused, Err(EventError::BadName(_))),
                "{name:?} names nothing"
            );
        };
        bad(log.create(name, &one).await);
        bad(log.append(name, Bytes::new(), Bytes::new()).await.map(drop));
        bad(log.read(name, 0, Offset(0), 1).await.map(drop));
        bad(log.committed(name, "t").await.map(drop));
    }
    for partitions in [0, MAX_PARTITIONS + 1] {
        let settings = TopicSettings::partitions(partitions);
        let refused = log.create(&subject.name("odd"), &settings).await;
        assert!(
            matches!(refused, Err(EventError::BadSettings { .. })),
            "{partitions} partitions"
        );
    }
    Ok(())
}

pub(super) async fn unknown_ones_are_refused(subject: &Subject) -> Result<(), EventError> {
    let (log, topic) = (&subject.log, subject.name("nobody-made-this"));
    let unknown = |refused: Result<(), EventError>| {
        assert!(
            matches!(refused, Err(EventError::UnknownTopic(_))),
            "it is unknown: {refused:?}"
        );
    };
    unknown(log.partitions(&topic).await.map(drop));
    unknown(
        log.append(&topic, Bytes::new(), Bytes::new())
            .await
            .map(drop),
    );
    unknown(log.append_batch(&topic, 0, Vec::new()).await.map(drop));
    unknown(log.read(&topic, 0, Offset(0), 1).await.map(drop));
    unknown(log.ends(&topic, 0).await.map(drop));
    unknown(log.wait(&topic, 0, Offset(0)).await);
    unknown(log.join("g", &topic, "m").await.map(drop));
    let topic = subject.topic("small", 2).await?;
    let absent = |refused: Result<(), EventError>| {
        let told = matches!(
            refused,
            Err(EventError::NoPartition {
                partition: 2,
                partitions: 2,
                ..
            })
        );
        assert!(told, "there are 0 and 1: {refused:?}");
    };
    absent(log.append_batch(&topic, 2, Vec::new()).await.map(drop));
    absent(log.read(&topic, 2, Offset(0), 1).await.map(drop));
    absent(log.ends(&topic, 2).await.map(drop));
    absent(log.wait(&topic, 2, Offset(0)).await);
    Ok(())
}
