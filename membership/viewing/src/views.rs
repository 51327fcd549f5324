//! How often titles were watched: a counter each, exact on recount.

use std::sync::Arc;

use bytes::Bytes;
use contracts_membership::TitleId;
use data_cache::{LoadError, Namespace, NamespaceSettings, SharedCache};
use data_counter::{CounterConfig, CounterError, Counters, Token};
use data_engine::SharedEngine;
use data_timeseries::{TimeSeries, TimeSeriesError};
use platform_clock::{SharedClock, Timestamp};

use crate::limits::{VIEW_AFTER_MS, VIEW_SEEN_PERCENT, VIEWS_SHOWN_FOR};

const NAMESPACE: &str = "views";

/// The counts of every title.
#[derive(Debug)]
pub struct Views {
    counters: Counters,
    /// What was read lately: a title that everybody looks at is read from the store now and then.
    shown: Namespace,
    clock: SharedClock,
}

impl Views {
    /// Opens the counters; makes their namespace on the first start.
    pub async fn open(
        engine: &SharedEngine,
        cache: SharedCache,
        clock: SharedClock,
    ) -> Result<Self, CounterError> {
        let settings = NamespaceSettings {
            name: NAMESPACE.to_owned(),
            ttl: VIEWS_SHOWN_FOR,
            near_ttl: None,
            absent_ttl: None,
        };
        let shown = Namespace::new(settings, Arc::clone(&cache), None, Arc::clone(&clock))?;
        let series = Arc::new(TimeSeries::open(Arc::clone(engine), Arc::clone(&clock)).await?);
        let counters = Counters::open(engine, series, cache, Arc::clone(&clock)).await?;
        let config = CounterConfig::eventually_consistent();
        counters.configure(NAMESPACE, config).await?;
        Ok(Self {
            counters,
            shown,
            clock,
        })
    }

    /// Counts a view that came about at `moment` of the play of that name: once, however often it is told
    /// within the minute in which additions are taken. Told later, it was counted or is lost.
    pub async fn count(
        &self,
        title: &TitleId,
        moment: Timestamp,
        play: &str,
    ) -> Result<(), CounterError> {
        let token = Token::of(moment, play.to_owned());
        match self.counters.add(NAMESPACE, &title.0, 1, &token).await {
            Err(CounterError::Events(TimeSeriesError::TooLate { .. })) => Ok(()),
            added => added,
        }
    }

    /// How often a title was watched, as of a minute or two ago.
    pub async fn of(&self, title: &TitleId) -> Result<u64, LoadError> {
        let load = async {
            let count = self.counters.get(NAMESPACE, &title.0).await?;
            let views: u64 = count.value.try_into().unwrap_or_default();
            let value = Bytes::copy_from_slice(&views.to_be_bytes());
            Ok::<_, CounterError>(Some(value))
        };
        let value = self.shown.get_or_load(title.0.as_bytes(), load).await?;
        let views = value.and_then(|value| value[..].try_into().ok());
        Ok(views.map_or(0, u64::from_be_bytes))
    }

    /// Counts again from the events of a month, on top of what was counted before them.
    pub async fn recount(&self, title: &TitleId) -> Result<u64, CounterError> {
        let count = self.counters.recount(NAMESPACE, &title.0).await?;
        Ok(count.value.try_into().unwrap_or_default())
    }

    /// Takes what has settled into the counts, and drops events that are counted and old. For a task that
    /// runs every minute or so.
    pub async fn tend(&self) -> Result<(), CounterError> {
        let now = self.clock.now();
        // What does not fit into one batch waits for the next round; a title read meanwhile is only older.
        self.counters.roll_up(now).await;
        self.counters.maintain(NAMESPACE, now).await.map(drop)
    }
}

/// Whether a play counts as a view: it has run for a while and has come as far, or it has run for nearly all
/// of a title that is shorter.
pub fn is_view(position_ms: u64, duration_ms: u64, running_ms: u64) -> bool {
    let whole = duration_ms.saturating_mul(VIEW_SEEN_PERCENT) / 100;
    let needed = VIEW_AFTER_MS.min(whole).max(1);
    position_ms.min(running_ms) >= needed
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use data_cache::MemoryCache;
    use data_engine::MemoryEngine;
    use platform_clock::{Clock as _, ManualClock};

    use super::*;

    #[test]
    fn a_view_is_half_a_minute_or_nearly_all() {
        assert!(!is_view(0, 0, 0), "nothing was seen");
        assert!(!is_view(29_999, 600_000, 60_000));
        assert!(is_view(30_000, 600_000, 30_000));
        assert!(!is_view(500_000, 600_000, 10_000), "a jump is no view");
        assert!(is_view(9_000, 10_000, 9_000), "a short title");
        assert!(!is_view(8_999, 10_000, 60_000));
        assert!(is_view(u64::MAX, u64::MAX, u64::MAX));
    }

    #[tokio::test]
    async fn a_play_counts_once_and_is_shown_once_it_has_settled() {
        let clock = ManualClock::at(Timestamp::from_millis(1_700_000_000_000));
        let engine = MemoryEngine::shared();
        let open = async || {
            let cache = Arc::new(MemoryCache::new(1 << 20, clock.clone()));
            Views::open(&engine, cache, clock.clone()).await.unwrap()
        };
        let views = open().await;
        let title = TitleId("film".into());
        assert_eq!(views.of(&title).await.unwrap(), 0);
        let moment = clock.now();
        for play in ["one", "one", "other"] {
            views.count(&title, moment, play).await.unwrap();
        }
        clock.advance(Duration::from_mins(2));
        views.tend().await.unwrap();
        assert_eq!(views.of(&title).await.unwrap(), 2);
        views.count(&title, moment, "late").await.unwrap();
        clock.advance(Duration::from_mins(2));
        views.tend().await.unwrap();
        assert_eq!(views.of(&title).await.unwrap(), 2, "too late to be taken");
        let again = open().await;
        assert_eq!(again.of(&title).await.unwrap(), 2, "counts are kept");
        assert_eq!(again.recount(&title).await.unwrap(), 2);
        assert_eq!(again.of(&TitleId("unseen".into())).await.unwrap(), 0);
    }
}
