//! The parts of a split partition, and how they are planned.

use bytes::Bytes;
use data_engine::{Direction, Item, Range};
use serde::{Deserialize, Serialize};

use super::totals::Totals;
use crate::limits::MAX_SPLIT_PARTS;
use crate::{SplitStrategy, TimeSeriesError, keys};

/// How a partition's rows are shared out. Parts are numbered from 1; 0 is the original.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Parts {
    /// By time: the first row of each part but the first, in order. A cut is where an event begins.
    Cuts(Vec<Bytes>),
    /// By the hash of the event's id.
    EventBuckets(u32),
}

impl Parts {
    pub(crate) fn count(&self) -> u32 {
        match self {
            Self::Cuts(cuts) => cuts.len() as u32 + 1,
            Self::EventBuckets(buckets) => *buckets,
        }
    }

    /// The part a row belongs to.
    pub(crate) fn of(&self, row: &[u8]) -> Result<u32, TimeSeriesError> {
        Ok(match self {
            Self::Cuts(cuts) => 1 + cuts.partition_point(|cut| cut <= row) as u32,
            Self::EventBuckets(buckets) => {
                let id = keys::event_id(keys::event_prefix(row)?);
                1 + keys::event_bucket(&id, *buckets)
            }
        })
    }

    /// Where a range of the partition is read: sequences of parts, each read one after the other, that are
    /// merged.
    pub(crate) fn sequences(&self, range: &Range) -> Vec<Vec<(u32, Range)>> {
        match self {
            Self::Cuts(cuts) => vec![in_order(cuts, range)],
            Self::EventBuckets(buckets) => {
                let each = |bucket| vec![(bucket + 1, range.clone())];
                (0..*buckets).map(each).collect()
            }
        }
    }
}

/// The parts that a range touches, in its direction.
fn in_order(cuts: &[Bytes], range: &Range) -> Vec<(u32, Range)> {
    let from = range.from.as_ref();
    let first = from.map_or(0, |from| cuts.partition_point(|cut| cut <= from));
    let until = range.until.as_ref();
    let last = until.map_or(cuts.len(), |until| cuts.partition_point(|cut| cut < until));
    let mut parts: Vec<_> = (first..=last.max(first))
        .map(|part| (part as u32 + 1, range.clone()))
        .collect();
    if range.direction == Direction::Reverse {
        parts.reverse();
    }
    parts
}

/// Reads a partition row by row and decides where its parts begin.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Planner {
    pub(crate) totals: Totals,
    /// The last row read: where to go on.
    pub(crate) last: Option<Bytes>,
    cuts: Vec<Bytes>,
    /// Bytes since the last cut.
    part_bytes: u64,
}

impl Planner {
    pub(crate) fn add(&mut self, row: &Item, target: u64) -> Result<(), TimeSeriesError> {
        let prefix = keys::event_prefix(&row.key)?.len();
        let begins = self
            .last
            .as_ref()
            .is_none_or(|last| !last.starts_with(&row.key[..prefix]));
        if begins && self.part_bytes >= target && self.cuts.len() + 1 < MAX_SPLIT_PARTS {
            // A copy: a slice would keep the page in memory.
            self.cuts.push(Bytes::copy_from_slice(&row.key[..prefix]));
            self.part_bytes = 0;
        }
        self.part_bytes += (row.key.len() + row.value.len()) as u64;
        self.totals.add(row);
        self.last = Some(row.key.clone());
        Ok(())
    }

    /// The plan, or `None` when the partition is not wide.
    pub(crate) fn finish(
        self,
        strategy: SplitStrategy,
        (target, over): (u64, u64),
    ) -> Option<Parts> {
        if self.totals.bytes < over {
            return None;
        }
        Some(match strategy {
            SplitStrategy::Time => Parts::Cuts(self.cuts),
            SplitStrategy::EventBuckets => {
                let buckets = self.totals.bytes.div_ceil(target.max(1));
                Parts::EventBuckets(buckets.clamp(2, MAX_SPLIT_PARTS as u64) as u32)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use bytes::BufMut as _;
    use proptest::prelude::*;

    use super::*;
    use crate::EventTime;

    fn row(time: u64, item: u8) -> Item {
        let mut key = keys::event(EventTime::from_micros(time), b"id");
        key.put_u8(item);
        Item {
            key: key.freeze(),
            value: vec![0; 80].into(),
            stamp: data_engine::Stamp(1),
            expires: None,
        }
    }

    fn planned(events: u64, target: u64) -> Planner {
        let mut planner = Planner::default();
        for time in 0..events {
            for item in 0..3 {
                planner.add(&row(time, item), target).unwrap();
            }
        }
        planner
    }

    #[test]
    fn parts_are_near_the_target_and_never_divide_an_event() {
        let plan = planned(100, 1_000).finish(SplitStrategy::Time, (1_000, 2_000));
        let Some(Parts::Cuts(cuts)) = plan else {
            panic!("a wide partition is cut: {plan:?}");
        };
        assert!((20..40).contains(&cuts.len()), "{} cuts", cuts.len());
        let parts = Parts::Cuts(cuts);
        for time in 0..100 {
            let of = |item| parts.of(&row(time, item).key).unwrap();
            assert!(of(0) == of(1) && of(1) == of(2));
        }
        let buckets = planned(100, 1_000).finish(SplitStrategy::EventBuckets, (1_000, 2_000));
        assert!(
            matches!(buckets, Some(Parts::EventBuckets(20..40))),
            "{buckets:?}"
        );
    }

    #[test]
    fn a_partition_that_is_not_wide_is_left_alone() {
        assert_eq!(
            planned(3, 1_000).finish(SplitStrategy::Time, (1_000, 2_000)),
            None
        );
    }

    proptest! {
        #[test]
        fn a_range_is_read_from_every_part_that_may_hold_its_rows(
            from in 0_u64..110, length in 0_u64..110, reverse: bool,
        ) {
            let plan = planned(100, 1_000).finish(SplitStrategy::Time, (1_000, 2_000));
            let parts = plan.unwrap();
            let range = Range {
                from: Some(keys::time(EventTime::from_micros(from))),
                until: Some(keys::time(EventTime::from_micros(from + length))),
                direction: if reverse { Direction::Reverse } else { Direction::Forward },
            };
            let sequences = parts.sequences(&range);
            let read: Vec<u32> = sequences[0].iter().map(|(part, _)| *part).collect();
            let steps = read.windows(2).map(|two| i64::from(two[1]) - i64::from(two[0]));
            let step = if reverse { -1 } else { 1 };
            prop_assert!(steps.into_iter().all(|by| by == step));
            for time in from..(from + length).min(100) {
                prop_assert!(read.contains(&parts.of(&row(time, 0).key).unwrap()));
            }
            prop_assert!(read.iter().all(|part| (1..=parts.count()).contains(part)));
        }
    }
}
