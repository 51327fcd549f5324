//! What was sent, noted until there is enough of it to be handed on.

use std::time::Duration;

use contracts_delivery::AccessEvent;

use crate::limits::{ACCESS_FLUSH, ACCESS_FLUSH_EVENTS};

use super::shared::Shared;

/// Answers that have ended.
#[derive(Default)]
pub(crate) struct Notes {
    events: Vec<AccessEvent>,
    handed_on_at: Duration,
}

impl Notes {
    pub(super) fn enter(&mut self, event: Option<AccessEvent>) {
        self.events.extend(event);
    }

    /// Hands on what was noted, when there is enough of it or it has waited; `at_once` whatever there is.
    pub(super) fn hand_on(&mut self, shared: &Shared, now: Duration, at_once: bool) {
        if self.events.is_empty() {
            return;
        }
        let is_due = now.saturating_sub(self.handed_on_at) >= ACCESS_FLUSH;
        if at_once || is_due || self.events.len() >= ACCESS_FLUSH_EVENTS {
            self.handed_on_at = now;
            let events = std::mem::take(&mut self.events);
            let count = events.len();
            if shared.access.try_send(events).is_err() {
                shared.inner.metrics.access_lost.inc_by(count as u64);
            }
        }
    }
}
