//! A member's place in a consumer group.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::{EventError, Offset};

/// The partitions that a member reads, as long as the generation lasts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assignment {
    /// Grows whenever the member's share may have changed.
    pub generation: u64,
    /// In order; none while others have them all, or while the group is being rebalanced.
    pub partitions: Vec<u32>,
}

/// A member of a group. Dropping it leaves the group.
#[async_trait]
pub trait Membership: Send + Sync + std::fmt::Debug {
    /// Says that the member is there and gives its share. A member that was silent for
    /// [`crate::limits::SESSION_TIMEOUT`] has lost its share and is taken in again.
    async fn heartbeat(&self) -> Result<Assignment, EventError>;

    /// Returns when the share may differ from that of `generation`. Safe to give up.
    async fn changed(&self, generation: u64);

    /// What the group reads next, of every partition that it has committed.
    async fn committed(&self) -> Result<BTreeMap<u32, Offset>, EventError>;

    /// Remembers, durably, what the group reads next; the last commit of a partition stands.
    ///
    /// # Errors
    /// [`EventError::Fenced`] when the generation is over or a partition is not in the member's share.
    async fn commit(
        &self,
        generation: u64,
        offsets: &BTreeMap<u32, Offset>,
    ) -> Result<(), EventError>;

    /// Leaves the group and returns once others may have the partitions.
    async fn leave(self: Box<Self>) -> Result<(), EventError>;
}
