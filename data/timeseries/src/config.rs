//! What a namespace is configured with.

use std::time::Duration;

use data_engine::Durability;
use platform_clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::limits::{
    MAX_ACCEPT_EARLY, MAX_EVENT_BUCKETS, MAX_NAMESPACE_BYTES, MIN_TIME_BUCKET, SPLIT_OVER_BYTES,
    TARGET_PARTITION_BYTES,
};
use crate::{EventTime, Layout, TimeSeriesError};

/// A namespace's configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamespaceConfig {
    /// Length of a time slice, which is a table. Fixed when the namespace is first configured.
    pub slice: Duration,
    /// Length of a time bucket in the first slice, and in later ones until sizes were observed.
    pub time_bucket: Duration,
    /// Event buckets of a time bucket, likewise: how many partitions share its writes.
    pub event_buckets: u32,
    /// How long an event is kept. Slices are dropped whole some time later.
    pub retention: Duration,
    /// How late an event may come: what lies further back is refused.
    pub accept_late: Duration,
    /// How far ahead of the clock an event may lie, at most [`MAX_ACCEPT_EARLY`].
    pub accept_early: Duration,
    /// How long an event that was accepted may take to reach the engine. What is older than both together
    /// does not change any more.
    pub settle: Duration,
    /// What an acknowledged write survives.
    #[serde(with = "DurabilityRecord")]
    pub durability: Durability,
    /// The partition size that re-bucketing and splitting aim at, in bytes.
    pub target_partition_bytes: u64,
    /// The partition size from which on a partition is split, in bytes.
    pub split_over_bytes: u64,
    /// How a wide partition is split.
    pub split_by: SplitStrategy,
}

/// How a wide partition is split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum SplitStrategy {
    /// Into ranges of event time of about equal size: a page is read from one part, or from two.
    #[default]
    Time,
    /// Into more event buckets: a page is merged from all, which spreads the load of reading it.
    EventBuckets,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Durability")]
enum DurabilityRecord {
    Process,
    Power,
}

impl Default for NamespaceConfig {
    fn default() -> Self {
        Self {
            slice: Duration::from_hours(24),
            time_bucket: Duration::from_hours(1),
            event_buckets: 1,
            retention: Duration::from_hours(90 * 24),
            accept_late: Duration::from_mins(10),
            accept_early: Duration::from_secs(30),
            settle: Duration::from_secs(30),
            durability: Durability::Process,
            target_partition_bytes: TARGET_PARTITION_BYTES,
            split_over_bytes: SPLIT_OVER_BYTES,
            split_by: SplitStrategy::Time,
        }
    }
}

impl NamespaceConfig {
    /// The first time whose events may still change at `now`: what lies before is immutable.
    pub fn unsettled_from(&self, now: Timestamp) -> EventTime {
        EventTime::at(now).minus(self.accept_late + self.settle)
    }

    /// The first time that is still kept at `now`.
    pub fn kept_from(&self, now: Timestamp) -> EventTime {
        EventTime::at(now).minus(self.retention)
    }

    /// Refuses a time that is too late at `now`, by `slack` more than may be, or too early.
    pub(crate) fn accept(
        &self,
        time: EventTime,
        now: Timestamp,
        slack: Duration,
    ) -> Result<(), TimeSeriesError> {
        let between = |from: EventTime, until: EventTime| {
            Duration::from_micros(until.micros().saturating_sub(from.micros()))
        };
        let earliest = EventTime::at(now).minus(self.accept_late + slack);
        let latest = EventTime::at(now).plus(self.accept_early);
        if time < earliest {
            let by = between(time, earliest);
            return Err(TimeSeriesError::TooLate { time, by });
        }
        if time > latest {
            let by = between(latest, time);
            return Err(TimeSeriesError::TooEarly { time, by });
        }
        Ok(())
    }

    /// The layout of the first slice.
    pub(crate) fn layout(&self) -> Layout {
        Layout::new(self.time_bucket, self.event_buckets)
    }

    pub(crate) fn check(&self, name: &str) -> Result<(), TimeSeriesError> {
        let wrong = self.wrong().or_else(|| wrong_name(name));
        wrong.map_or(Ok(()), |reason| {
            Err(TimeSeriesError::Configuration {
                name: name.to_owned(),
                reason: reason.to_owned(),
            })
        })
    }

    fn wrong(&self) -> Option<&'static str> {
        let buckets = 1..=MAX_EVENT_BUCKETS;
        if self.time_bucket < MIN_TIME_BUCKET || self.time_bucket > self.slice {
            Some("a time bucket is at least 10 s and at most a slice long")
        } else if !buckets.contains(&self.event_buckets) {
            Some("there are 1 to 64 event buckets")
        } else if self.accept_early > MAX_ACCEPT_EARLY {
            Some("an event may lie at most a minute ahead of the clock")
        } else if self.retention < self.accept_late + self.settle {
            Some("events must be kept for longer than they may be late and take to settle")
        } else if self.settle < Duration::from_secs(1) {
            Some("accepted events need at least a second to settle")
        } else if self.target_partition_bytes == 0
            || self.split_over_bytes < self.target_partition_bytes
        {
            Some(
                "a partition is split from a size on that is at least the target's, which is not zero",
            )
        } else {
            None
        }
    }
}

fn wrong_name(name: &str) -> Option<&'static str> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let fits = (1..=MAX_NAMESPACE_BYTES).contains(&name.len()) && name.bytes().all(allowed);
    (!fits).then_some("a name has 1 to 24 lower-case letters, digits and underscores")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl Fn(&mut NamespaceConfig)) -> bool {
        let mut config = NamespaceConfig::default();
        change(&mut config);
        config.check("plays").is_err()
    }

    #[test]
    fn what_cannot_work_is_refused() {
        NamespaceConfig::default().check("plays_2").unwrap();
        assert!(NamespaceConfig::default().check("Plays").is_err());
        assert!(NamespaceConfig::default().check("").is_err());
        assert!(refused(|it| it.time_bucket = it.slice * 2));
        assert!(refused(|it| it.time_bucket = Duration::ZERO));
        assert!(refused(|it| it.event_buckets = 0));
        assert!(refused(|it| it.event_buckets = 65));
        assert!(refused(|it| it.retention = it.accept_late));
        assert!(refused(|it| it.accept_early = Duration::from_hours(1)));
        assert!(refused(|it| it.split_over_bytes = 1));
    }

    #[test]
    fn events_are_taken_within_the_limits() {
        let config = NamespaceConfig::default();
        let now = Timestamp::from_millis(10_000_000);
        let accept = |seconds: i64, slack: u64| {
            let millis = now.millis().saturating_add_signed(seconds * 1_000);
            config.accept(
                EventTime::from_millis(millis),
                now,
                Duration::from_secs(slack),
            )
        };
        accept(-600, 0).unwrap();
        accept(30, 0).unwrap();
        accept(-615, 15).unwrap();
        let late = accept(-605, 0).unwrap_err();
        assert!(matches!(late, TimeSeriesError::TooLate { by, .. } if by.as_secs() == 5));
        let early = accept(32, 0).unwrap_err();
        assert!(matches!(early, TimeSeriesError::TooEarly { by, .. } if by.as_secs() == 2));
    }
}
