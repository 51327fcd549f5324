//! Views by title and hour, from the log of plays.

use std::collections::HashMap;

use contracts_delivery::SessionId;
use contracts_membership::{PlayEvent, TitleId};
use data_events::Event;
use delivery_fill::History;
use delivery_fill::limits::HISTORY_HOURS;
use platform_clock::Timestamp;

use crate::limits::{MAX_PLAYS_FOLLOWED, VIEW_MS};

const HOUR_MS: u64 = 3_600_000;

/// What was watched, as far as events were taken in.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) history: History,
    numbers: HashMap<TitleId, usize>,
    /// Plays that are no views yet, with the title's number.
    open: HashMap<SessionId, usize>,
}

impl Watched {
    /// Nothing yet; plays of the four weeks before `now` will be counted.
    pub(crate) fn new(now: Timestamp) -> Self {
        let begin = hour(now).saturating_sub(HISTORY_HOURS as u64);
        Self {
            history: History::beginning(begin),
            numbers: HashMap::new(),
            open: HashMap::new(),
        }
    }

    /// A title's number in the history, given now if it has none.
    pub(crate) fn number(&mut self, title: &TitleId) -> usize {
        let next = self.numbers.len();
        *self.numbers.entry(title.clone()).or_insert(next)
    }

    /// Time has come to `now`: the history reaches to the end of its hour.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        self.history.advance(hour(now) + 1);
    }

    /// Takes in an event of the plays. One that cannot be read is of another version, and no view.
    pub(crate) fn take(&mut self, event: &Event) {
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
