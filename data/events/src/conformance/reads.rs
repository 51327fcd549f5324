//! Reads and waiting for what is not there yet.

use bytes::Bytes;
use futures::future::FutureExt as _;

use super::Subject;
use crate::limits::{MAX_PAYLOAD_BYTES, MAX_READ_BYTES};
use crate::{EventError, Offset};

pub(super) async fn are_bounded(subject: &Subject) -> Result<(), EventError> {
    let (log, topic) = (&subject.log, subject.topic("bounds", 1).await?);
    let payload = Bytes::from(vec![7; MAX_PAYLOAD_BYTES]);
    for _ in 0..6 {
        log.append(&topic, Bytes::new(), payload.clone()).await?;
    }
    let first = log.read(&topic, 0, Offset(0), 100).await?;
    let fit = MAX_READ_BYTES / MAX_PAYLOAD_BYTES;
    assert!(
        (1..=fit).contains(&first.len()),
        "a read is bounded in bytes, and gives something"
    );
    let mut read = first;
    while read.len() < 6 {
        let next = read[read.len() - 1].offset.next();
        let more = log.read(&topic, 0, next, 100).await?;
        assert!(!more.is_empty(), "and goes on where it ended");
        read.extend(more);
    }
    assert!(read.iter().all(|event| event.payload == payload));
    Ok(())
}

pub(super) async fn outside_of_a_partition_are_refused(
    subject: &Subject,
) -> Result<(), EventError> {
    let (log, topic) = (&subject.log, subject.topic("outside", 1).await?);
    log.append(&topic, Bytes::new(), Bytes::new()).await?;
    let next = log.ends(&topic, 0).await?.next;
    for from in [next.next(), Offset(next.0 + 1_000_000)] {
        let refused = log.read(&topic, 0, from, 10).await;
        let told = matches!(refused, Err(EventError::AfterEnd { next: told, .. }) if told == next);
        assert!(told, "there is no {from}: {refused:?}");
    }
    Ok(())
}

pub(super) async fn wait_for_what_comes(subject: &Subject) -> Result<(), EventError> {
    let (log, topic) = (&subject.log, subject.topic("waiting", 2).await?);
    log.append_batch(&topic, 1, vec![crate::NewEvent::new("", "there")])
        .await?;
    log.wait(&topic, 1, Offset(0)).await?;
    let waiting = (log.clone(), topic.clone());
    let mut waiter = tokio::spawn(async move { waiting.0.wait(&waiting.1, 1, Offset(1)).await });
    log.append_batch(&topic, 0, vec![crate::NewEvent::new("", "elsewhere")])
        .await?;
    tokio::task::yield_now().await;
    assert!(
        (&mut waiter).now_or_never().is_none(),
        "another partition wakes nobody"
    );
    log.append_batch(&topic, 1, vec![crate::NewEvent::new("", "comes")])
        .await?;
    waiter.await.expect("the waiter does not panic")?;
    assert_eq!(
        log.read(&topic, 1, Offset(1), 10).await?[0].payload,
        "comes"
    );
    Ok(())
}
