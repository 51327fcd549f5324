//! Consumer groups.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;

use super::Subject;
use crate::{Assignment, Consumer, EventError, Membership, NewEvent, Offset};

/// How often members that wait for a rebalance show that they are there.
const BEAT: Duration = Duration::from_millis(50);

/// The members' shares, once they cover all partitions, each once and every member with one.
async fn settled(
    members: &[&dyn Membership],
    partitions: u32,
) -> Result<Vec<Assignment>, EventError> {
    loop {
        let mut shares = Vec::new();
        for member in members {
            shares.push(member.heartbeat().await?);
        }
        let mut all: Vec<_> = shares
            .iter()
            .flat_map(|share| share.partitions.clone())
            .collect();
        all.sort_unstable();
        let covered = all.into_iter().eq(0..partitions);
        if covered && shares.iter().all(|share| !share.partitions.is_empty()) {
            // A rebalance that was under way would change a share that was looked at first.
            let mut again = Vec::new();
            for member in members {
                again.push(member.heartbeat().await?);
            }
            if again == shares {
                return Ok(shares);
            }
        }
        let changed = members[0].changed(shares[0].generation);
        let _ = tokio::time::timeout(BEAT, changed).await;
    }
}

pub(super) async fn share_a_topic(subject: &Subject) -> Result<(), EventError> {
    let (log, topic) = (&subject.log, subject.topic("shared", 4).await?);
    let group = subject.name("sharing");
    let first = log.join(&group, &topic, "first").await?;
    let alone = settled(&[&*first], 4).await?;
    assert_eq!(alone[0].partitions, [0, 1, 2, 3], "who is alone reads all");
    let second = log.join(&group, &topic, "second").await?;
    let shares = settled(&[&*first, &*second], 4).await?;
    assert_eq!(
        [2, 2],
        [shares[0].partitions.len(), shares[1].partitions.len()]
    );
    assert!(
        shares[0].generation > alone[0].generation,
        "a new share is a new generation"
    );
    first.leave().await?;
    let rest = settled(&[&*second], 4).await?;
    assert_eq!(rest[0].partitions, [0, 1, 2, 3], "who stays reads all");
    second.leave().await
}

pub(super) async fn fence_what_is_over(subject: &Subject) -> Result<(), EventError> {
    let (log, topic) = (&subject.log, subject.topic("fenced", 2).await?);
    for partition in 0..2 {
        let events = vec![NewEvent::new("", "x"); 8];
        log.append_batch(&topic, partition, events).await?;
    }
    let group = subject.name("fencing");
    let first = log.join(&group, &topic, "first").await?;
    let alone = settled(&[&*first], 2).await?.remove(0);
    let both = BTreeMap::from([(0, Offset(3)), (1, Offset(4))]);
    first.commit(alone.generation, &both).await?;
    assert_eq!(first.committed().await?, both);
    let second = log.join(&group, &topic, "second").await?;
    let shares = settled(&[&*first, &*second], 2).await?;
    let later = BTreeMap::from([(0, Offset(7)), (1, Offset(7))]);
    let refused = first.commit(alone.generation, &later).await;
    assert!(
        matches!(refused, Err(EventError::Fenced { .. })),
        "its generation is over: {refused:?}"
    );
    assert_eq!(
        log.committed(&group, &topic).await?,
        both,
        "nothing was committed"
    );
    let own = BTreeMap::from([(shares[1].partitions[0], Offset(5))]);
    second.commit(shares[1].generation, &own).await?;
    let mut expected = both;
    expected.extend(own);
    assert_eq!(
        log.committed(&group, &topic).await?,
        expected,
        "its own share stands"
    );
    first.leave().await?;
    second.leave().await
}

pub(super) async fn remember_positions_apart(subject: &Subject) -> Result<(), EventError> {
    let (log, topic) = (&subject.log, subject.topic("positions", 1).await?);
    let other = subject.topic("other-positions", 1).await?;
    log.append_batch(&topic, 0, vec![NewEvent::new("", "x"); 8])
        .await?;
    let (group, others) = (subject.name("readers"), subject.name("others"));
    assert!(
        log.committed(&group, &topic).await?.is_empty(),
        "a new group has nothing"
    );
    let member = log.join(&group, &topic, "one").await?;
    let share = settled(&[&*member], 1).await?.remove(0);
    for next in [7, 4] {
        let next = BTreeMap::from([(0, Offset(next))]);
        member.commit(share.generation, &next).await?;
    }
    let committed = BTreeMap::from([(0, Offset(4))]);
    assert_eq!(
        log.committed(&group, &topic).await?,
        committed,
        "the last commit stands"
    );
    member.leave().await?;
    assert_eq!(
        log.committed(&group, &topic).await?,
        committed,
        "and outlives its member"
    );
    assert!(
        log.committed(&others, &topic).await?.is_empty(),
        "groups are apart"
    );
    assert!(
        log.committed(&group, &other).await?.is_empty(),
        "so are topics"
    );
    Ok(())
}

pub(super) async fn deliver_everything_at_least_once(subject: &Subject) -> Result<(), EventError> {
    let (log, topic) = (&subject.log, subject.topic("delivered", 3).await?);
    let group = subject.name("delivering");
    let mut appended = BTreeSet::new();
    for number in 0..60_u32 {
        let key = Bytes::from(format!("key-{number}"));
        appended.insert(log.append(&topic, key, Bytes::new()).await?);
    }
    let mut first = Consumer::join(log, &group, &topic, "first")
        .await?
        .with_limit(7);
    let mut delivered = Vec::new();
    let take = |delivered: &mut Vec<(u32, Offset)>, delivery: crate::Delivery| {
        assert_eq!(delivery.missed, 0);
        let places = delivery
            .events
            .iter()
            .map(|event| (delivery.partition, event.offset));
        delivered.extend(places);
    };
    // One delivery is done with, one is lost with its consumer.
    take(&mut delivered, first.next().await?);
    first.commit().await?;
    let done = delivered.clone();
    let lost = first.next().await?;
    first.leave().await?;
    let mut second = Consumer::join(log, &group, &topic, "second").await?;
    while delivered.len() < appended.len() {
        take(&mut delivered, second.next().await?);
    }
    second.commit().await?;
    let places: BTreeSet<_> = delivered.iter().copied().collect();
    assert_eq!(
        places.len(),
        delivered.len(),
        "what was committed is not delivered again"
    );
    assert!(
        places
            .iter()
            .copied()
            .eq(appended.iter().map(|place| (place.partition, place.offset)))
    );
    let lost_place = (lost.partition, lost.events[0].offset);
    assert!(
        !done.contains(&lost_place) && places.contains(&lost_place),
        "what was not, is"
    );
    let committed: u64 = log
        .committed(&group, &topic)
        .await?
        .values()
        .map(|next| next.0)
        .sum();
    assert!(committed >= 60, "all of it is committed");
    second.leave().await
}
