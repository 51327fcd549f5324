//! A member of a group in this process.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use super::Group;
use crate::{Assignment, EventError, Membership, Offset};

#[derive(Debug)]
pub(super) struct Member {
    group: Arc<Group>,
    id: String,
}

impl Member {
    pub(super) fn new(group: Arc<Group>, id: String) -> Self {
        Self { group, id }
    }
}

#[async_trait]
impl Membership for Member {
    async fn heartbeat(&self) -> Result<Assignment, EventError> {
        let now = self.group.clock.monotonic();
        let assignment = self.group.state.lock().beat(&self.id, now);
        self.group.tell();
        Ok(assignment)
    }

    async fn changed(&self, generation: u64) {
        let mut told = self.group.generation.subscribe();
        // The sender lives in the group, which this member holds.
        let _ = told.wait_for(|now| *now != generation).await;
    }

    async fn committed(&self) -> Result<BTreeMap<u32, Offset>, EventError> {
        self.group.committed().await
    }

    async fn commit(
        &self,
        generation: u64,
        offsets: &BTreeMap<u32, Offset>,
    ) -> Result<(), EventError> {
        self.group.commit(&self.id, generation, offsets).await
    }

    async fn leave(self: Box<Self>) -> Result<(), EventError> {
        // Dropping it leaves.
        Ok(())
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.group.state.lock().leave(&self.id);
        self.group.tell();
    }
}
