//! Views by title and hour, from the log of plays.

use std::collections::HashMap;

use contracts_delivery::SessionId;
use contracts_membership::{PLAYS_TOPIC, PlayEvent, TitleId};
use data_events::{Event, EventError, Offset, SharedLog};
use delivery_fill::History;
use delivery_fill::limits::HISTORY_HOURS;
use platform_clock::Timestamp;

use crate::limits::{EVENTS_PAGE, MAX_PLAYS_FOLLOWED, VIEW_MS};

const HOUR_MS: u64 = 3_600_000;

/// What was watched, as far as the log was read.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) history: History,
    numbers: HashMap<TitleId, usize>,
    /// Plays that are no views yet, with the title's number.
    open: HashMap<SessionId, usize>,
    next: HashMap<u32, Offset>,
}

impl Watched {
    /// Nothing yet; plays of the four weeks before `now` will be counted.
    pub(crate) fn new(now: Timestamp) -> Self {
        let begin = hour(now).saturating_sub(HISTORY_HOURS as u64);
        Self {
            history: History::beginning(begin),
            numbers: HashMap::new(),
            open: HashMap::new(),
            next: HashMap::new(),
        }
    }

    /// A title's number in the history, given now if it has none.
    pub(crate) fn number(&mut self, title: &TitleId) -> usize {
        let next = self.numbers.len();
        *self.numbers.entry(title.clone()).or_insert(next)
    }

    /// Takes in what the log says up to now. A topic that is not there has nothing to say.
    pub(crate) async fn catch_up(
        &mut self,
        log: &SharedLog,
        now: Timestamp,
    ) -> Result<(), EventError> {
        self.history.advance(hour(now) + 1);
        let partitions = match log.partitions(PLAYS_TOPIC).await {
            Err(EventError::UnknownTopic(_)) => return Ok(()),
            partitions => partitions?,
        };
        for partition in 0..partitions {
            let ends = log.ends(PLAYS_TOPIC, partition).await?;
            let mut next = self
                .next
                .get(&partition)
                .copied()
                .unwrap_or(ends.first)
                .max(ends.first);
            while next < ends.next {
                let page = log.read(PLAYS_TOPIC, partition, next, EVENTS_PAGE).await?;
                let Some(last) = page.last() else { break };
                next = Offset(last.offset.0 + 1);
                for event in &page {
                    self.take(event);
                }
                self.next.insert(partition, next);
            }
        }
        Ok(())
    }

    /// An event that cannot be read is of another version, and no view.
    fn take(&mut self, event: &Event) {
        match serde_json::from_slice(&event.payload) {
            Ok(PlayEvent::Started { session, title, .. })
                if self.open.len() < MAX_PLAYS_FOLLOWED =>
            {
                let number = self.number(&title);
                self.open.insert(session, number);
            }
            Ok(PlayEvent::Progressed {
                session,
                position_ms,
            }) if position_ms >= VIEW_MS => {
                if let Some(title) = self.open.remove(&session) {
                    self.history.count(title, hour(event.at), 1);
                }
            }
            Ok(PlayEvent::Ended { session, .. }) => {
                self.open.remove(&session);
            }
            _ => {}
        }
    }
}

/// Hours since 1970, UTC.
pub(crate) fn hour(at: Timestamp) -> u64 {
    at.millis() / HOUR_MS
}
