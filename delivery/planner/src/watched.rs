//! Views by region, title and hour, from the log of plays.

use std::collections::HashMap;

use contracts_delivery::SessionId;
use contracts_membership::{PlayEvent, TitleId};
use data_events::Event;
use delivery_fill::limits::HISTORY_HOURS;
use delivery_fill::{Forecast, History, Launch, inform};
use platform_clock::Timestamp;

use crate::limits::{MAX_PLAYS_FOLLOWED, MAX_REGIONS, VIEW_MS};

const HOUR_MS: u64 = 3_600_000;

/// What was watched, as far as events were taken in.
#[derive(Debug)]
pub(crate) struct Watched {
    /// By the region's number.
    histories: Vec<History>,
    /// What a region's history begins as.
    nothing: History,
    regions: HashMap<String, usize>,
    titles: HashMap<TitleId, usize>,
    /// Plays that are no views yet, with the numbers of region and title.
    open: HashMap<SessionId, (usize, usize)>,
}

impl Watched {
    /// Nothing yet; plays of the four weeks before `now` will be counted.
    pub(crate) fn new(now: Timestamp) -> Self {
        let begin = hour(now).saturating_sub(HISTORY_HOURS as u64);
        let nothing = History::beginning(begin);
        Self {
            histories: vec![nothing.clone()],
            nothing,
            regions: HashMap::from([(String::new(), 0)]),
            titles: HashMap::new(),
            open: HashMap::new(),
        }
    }

    /// A region's number, given now if it has none; that of the region without a name when there are too many.
    pub(crate) fn region(&mut self, name: &str) -> usize {
        if let Some(known) = self.regions.get(name) {
            return *known;
        }
        if self.histories.len() >= MAX_REGIONS {
            return 0;
        }
        self.histories.push(self.nothing.clone());
        let number = self.histories.len() - 1;
        self.regions.insert(name.to_owned(), number);
        number
    }

    /// What every region will watch, by its number.
    pub(crate) fn forecasts(&self, launches: &[Launch]) -> Vec<Forecast> {
        let histories = self.histories.iter();
        let mut forecasts: Vec<Forecast> = histories.map(|it| Forecast::of(it, launches)).collect();
        inform(&mut forecasts);
        forecasts
    }

    /// A title's number in the histories, given now if it has none.
    pub(crate) fn title(&mut self, title: &TitleId) -> usize {
        let next = self.titles.len();
        *self.titles.entry(title.clone()).or_insert(next)
    }

    /// Time has come to `now`: the histories reach to the end of its hour.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        let histories = self.histories.iter_mut();
        for history in histories.chain([&mut self.nothing]) {
            history.advance(hour(now) + 1);
        }
    }

    /// Takes in an event of the plays. One that cannot be read is of another version, and no view.
    pub(crate) fn take(&mut self, event: &Event) {
        match serde_json::from_slice(&event.payload) {
            Ok(PlayEvent::Started {
                session,
                title,
                region,
                ..
            }) if self.open.len() < MAX_PLAYS_FOLLOWED => {
                let numbers = (self.region(&region), self.title(&title));
                self.open.insert(session, numbers);
            }
            Ok(PlayEvent::Progressed {
                session,
                position_ms,
            }) if position_ms >= VIEW_MS => {
                if let Some((region, title)) = self.open.remove(&session) {
                    self.histories[region].count(title, hour(event.at), 1);
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
