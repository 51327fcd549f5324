//! How a slice divides its events: time buckets, and event buckets within them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::micros;
use crate::{EventTime, NamespaceConfig};

/// A slice's parameters. Each slice keeps those it was made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    bucket_micros: u64,
    event_buckets: u32,
}

impl Layout {
    /// Time buckets of this length, of so many event buckets each.
    pub fn new(time_bucket: Duration, event_buckets: u32) -> Self {
        Self {
            bucket_micros: micros(time_bucket).max(1),
            event_buckets: event_buckets.max(1),
        }
    }

    /// Length of a time bucket; a slice's last may be shorter.
    pub fn time_bucket(self) -> Duration {
        Duration::from_micros(self.bucket_micros)
    }

    /// Event buckets of a time bucket.
    pub fn event_buckets(self) -> u32 {
        self.event_buckets
    }
}

/// A slice's metadata record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SliceRecord {
    /// First time inside.
    pub(crate) start: EventTime,
    /// First time after.
    pub(crate) end: EventTime,
    pub(crate) layout: Layout,
    /// Its retention is over and its table is being dropped.
    pub(crate) dropping: bool,
}

impl SliceRecord {
    pub(crate) fn new(index: u64, config: &NamespaceConfig, layout: Layout) -> Self {
        let length = micros(config.slice);
        let start = index.saturating_mul(length);
        Self {
            start: EventTime::from_micros(start),
            end: EventTime::from_micros(start.saturating_add(length)),
            layout,
            dropping: false,
        }
    }

    /// The start of the time bucket of a time inside the slice.
    pub(crate) fn bucket(&self, time: EventTime) -> u64 {
        let into = time.micros().saturating_sub(self.start.micros());
        self.start.micros() + into - into % self.layout.bucket_micros
    }

    /// The first time after the bucket that starts at `bucket`.
    pub(crate) fn bucket_end(&self, bucket: u64) -> EventTime {
        let end = bucket.saturating_add(self.layout.bucket_micros);
        EventTime::from_micros(end).min(self.end)
    }
}

/// The number of the slice a time lies in.
pub(crate) fn slice_index(time: EventTime, slice: Duration) -> u64 {
    time.micros() / micros(slice).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_tile_a_slice() {
        let config = NamespaceConfig {
            slice: Duration::from_secs(100),
            ..NamespaceConfig::default()
        };
        let layout = Layout::new(Duration::from_secs(30), 2);
        let slice = SliceRecord::new(3, &config, layout);
        let at = |seconds: u64| EventTime::from_millis(seconds * 1_000);
        assert_eq!((slice.start, slice.end), (at(300), at(400)));
        assert_eq!(slice_index(at(399), config.slice), 3);
        assert_eq!(slice.bucket(at(329)), at(300).micros());
        assert_eq!(slice.bucket(at(330)), at(330).micros());
        assert_eq!(slice.bucket_end(at(330).micros()), at(360));
        assert_eq!(
            slice.bucket_end(at(390).micros()),
            at(400),
            "the last is shorter"
        );
    }
}
