//! What a mirror's group remembers, at the source: for whoever watches, and for a copy that lost its end to
//! retention.

use std::collections::BTreeMap;

use tokio::time::timeout;

use super::{Activity, Mirror};
use crate::limits::HEARTBEAT;
use crate::{EventError, Membership, Offset};

/// Commits a topic's positions now and then, for as long as it is awaited. Nothing depends on a single
/// commit, so one that fails is only noted.
pub(super) async fn commit(mirror: &Mirror, topic: &str) {
    let mut member = None;
    let mut committed = BTreeMap::new();
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        let turn = once(mirror, topic, &mut member, &mut committed);
        match timeout(mirror.settings.deadline, turn).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::debug!(topic, %error, "a mirror's position is not committed");
            }
            Err(_) => tracing::debug!(topic, "a mirror's position is not committed in time"),
        }
    }
}

async fn once(
    mirror: &Mirror,
    topic: &str,
    member: &mut Option<Box<dyn Membership>>,
    committed: &mut BTreeMap<u32, Offset>,
) -> Result<(), EventError> {
    let group = &mirror.settings.group;
    let member = match member {
        Some(member) => member,
        None => member.insert(mirror.source.join(group, topic, "mirror").await?),
    };
    let share = member.heartbeat().await?;
    let known = mirror.states().into_iter().filter(|state| {
        state.topic == topic
            && share.partitions.contains(&state.partition)
            && !matches!(state.activity, Activity::Queued | Activity::Resuming)
    });
    let next: BTreeMap<_, _> = known.map(|state| (state.partition, state.next)).collect();
    if !next.is_empty() && next != *committed {
        member.commit(share.generation, &next).await?;
        *committed = next;
    }
    Ok(())
}
