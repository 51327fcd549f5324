//! A counter's stored record.

use std::time::Duration;

use bytes::Bytes;
use data_timeseries::EventTime;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::CounterError;
use crate::fold::Checkpoint;

const FORMAT: u8 = 1;

/// A counter's checkpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CountRecord {
    /// Where a recount begins: older events may be gone.
    pub(crate) base: Checkpoint,
    /// The last rollup.
    pub(crate) last: Checkpoint,
}

impl CountRecord {
    /// A counter without events before `until`.
    pub(crate) fn new(until: EventTime) -> Self {
        let checkpoint = Checkpoint::new(until);
        Self {
            base: checkpoint,
            last: checkpoint,
        }
    }

    /// After a rollup. The base follows at half the retention, so that a recount has all its events.
    pub(crate) fn rolled_up(&self, last: Checkpoint, retention: Duration) -> Self {
        let oldest = last.until.minus(retention / 2);
        let base = [self.base, self.last]
            .into_iter()
            .find(|base| base.until >= oldest);
        Self {
            base: base.unwrap_or(last),
            last,
        }
    }
}

pub(crate) fn encode<T: Serialize>(record: &T) -> Bytes {
    let mut stored = vec![FORMAT];
    let body = postcard::to_stdvec(record).expect("records hold only what postcard can write");
    stored.extend(body);
    stored.into()
}

pub(crate) fn decode<T: DeserializeOwned>(stored: &[u8]) -> Result<T, CounterError> {
    match stored.split_first() {
        Some((&FORMAT, body)) => postcard::from_bytes(body).map_err(|_| CounterError::Damaged),
        Some((&found, _)) if found > FORMAT => Err(CounterError::NewerFormat {
            found,
            reads: FORMAT,
        }),
        _ => Err(CounterError::Damaged),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(until: u64, value: i128) -> Checkpoint {
        Checkpoint {
            value,
            until: EventTime::from_micros(until),
        }
    }

    #[test]
    fn the_base_stays_within_half_the_retention() {
        let retention = Duration::from_micros(100);
        let mut record = CountRecord::new(EventTime::from_micros(1_000));
        record = record.rolled_up(at(1_040, 4), retention);
        assert_eq!(record.base, at(1_000, 0));
        record = record.rolled_up(at(1_080, 8), retention);
        assert_eq!(record.base, at(1_040, 4));
        record = record.rolled_up(at(2_000, 9), retention);
        assert_eq!((record.base, record.last), (at(2_000, 9), at(2_000, 9)));
    }

    #[test]
    fn a_record_of_this_version_is_read_later() {
        let record = CountRecord {
            base: at(1, -2),
            last: at(300, 5),
        };
        let stored = [1, 3, 1, 10, 172, 2];
        assert_eq!(encode(&record), stored[..]);
        assert_eq!(decode::<CountRecord>(&stored).unwrap(), record);
        let newer = decode::<CountRecord>(&[2, 3, 1]).unwrap_err();
        assert!(matches!(
            newer,
            CounterError::NewerFormat { found: 2, reads: 1 }
        ));
        assert!(matches!(
            decode::<CountRecord>(&[1, 3]),
            Err(CounterError::Damaged)
        ));
    }
}
