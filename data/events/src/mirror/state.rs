//! What each stream of a mirror is doing.

use std::collections::BTreeMap;

use tokio::sync::watch;

use crate::Offset;

/// A stream's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamState {
    /// The topic.
    pub topic: String,
    /// The partition, on both sides.
    pub partition: u32,
    /// What it does now.
    pub activity: Activity,
    /// Events that it copied since the mirror began.
    pub copied: u64,
    /// Events that the source's retention took before they were copied.
    pub missed: u64,
    /// The next event to copy.
    pub next: Offset,
    /// Events that the source held beyond it, when last looked at.
    pub lag: u64,
}

/// What a stream does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Activity {
    /// Waits for a place among the streams that run.
    Queued,
    /// Finds out where the copy ends.
    Resuming,
    /// Copies.
    Copying,
    /// Everything is copied; waits for more.
    Idle,
    /// Waits before it tries again.
    Retrying {
        /// Failures in a row.
        failures: u32,
        /// The last one.
        reason: String,
    },
}

type States = BTreeMap<(String, u32), StreamState>;

/// Where the streams' states are put up.
#[derive(Debug, Default)]
pub(super) struct Board {
    states: watch::Sender<States>,
}

impl Board {
    pub(super) fn states(&self) -> Vec<StreamState> {
        self.states.borrow().values().cloned().collect()
    }

    pub(super) async fn caught_up(&self) {
        let mut states = self.states.subscribe();
        let idle = |state: &StreamState| state.activity == Activity::Idle && state.lag == 0;
        let all = |states: &States| !states.is_empty() && states.values().all(idle);
        // The sender is this board's own.
        let _ = states.wait_for(all).await;
    }

    /// Changes a stream's state, which begins as queued.
    pub(super) fn change(
        &self,
        topic: &str,
        partition: u32,
        change: impl FnOnce(&mut StreamState),
    ) {
        self.states.send_modify(|states| {
            let state = states.entry((topic.to_owned(), partition));
            change(state.or_insert_with(|| StreamState {
                topic: topic.to_owned(),
                partition,
                activity: Activity::Queued,
                copied: 0,
                missed: 0,
                next: Offset(0),
                lag: 0,
            }));
        });
    }
}
