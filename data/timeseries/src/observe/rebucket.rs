//! The next slices' layout, from the sizes of an earlier slice's partitions.

use std::time::Duration;

use crate::limits::{MAX_EVENT_BUCKETS, MIN_SAMPLE, MIN_TIME_BUCKET};
use crate::{Layout, SizeHistogram};

/// The partitions that should be no larger than the target, in per cent. The few beyond belong to single
/// hot series, which splitting takes care of.
const PERCENTILE: u64 = 95;
/// How far sizes may lie over the target before anything changes, so that noise changes nothing.
const OVER: f64 = 1.5;
/// And how far under: narrow partitions cost less than wide ones.
const UNDER: f64 = 0.25;
/// By how much one slice may change the next: what was observed was one day's traffic.
const MOST_AT_ONCE: f64 = 8.0;

/// The layout that would have brought the observed partitions to about `target` bytes: narrow time buckets
/// first, as a page reads one after the other, and event buckets, which every page merges, only when a
/// time bucket can be no shorter.
pub(crate) fn next_layout(
    layout: Layout,
    sizes: &SizeHistogram,
    target: u64,
    slice: Duration,
) -> Layout {
    if sizes.partitions() < MIN_SAMPLE as u64 {
        return layout;
    }
    let factor = sizes.percentile(PERCENTILE) as f64 / target.max(1) as f64;
    if (UNDER..=OVER).contains(&factor) {
        return layout;
    }
    let factor = factor.clamp(1.0 / MOST_AT_ONCE, MOST_AT_ONCE);
    let bucket = layout.time_bucket().as_secs_f64();
    if factor > 1.0 {
        let shorter = whole_seconds(bucket / factor, slice);
        let left = factor * shorter.as_secs_f64() / bucket;
        let buckets = f64::from(layout.event_buckets()) * left.max(1.0);
        let buckets = (buckets.ceil() as u32).min(MAX_EVENT_BUCKETS);
        Layout::new(shorter.min(layout.time_bucket()), buckets)
    } else {
        let buckets = (f64::from(layout.event_buckets()) * factor).ceil().max(1.0);
        let left = factor * f64::from(layout.event_buckets()) / buckets;
        let longer = whole_seconds(bucket / left.min(1.0), slice);
        Layout::new(longer.max(layout.time_bucket()), buckets as u32)
    }
}

fn whole_seconds(seconds: f64, slice: Duration) -> Duration {
    Duration::from_secs(seconds as u64).clamp(MIN_TIME_BUCKET.min(slice), slice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::Sample;

    const DAY: Duration = Duration::from_hours(24);
    const TARGET: u64 = 10 << 20;

    fn sizes(bytes: u64) -> SizeHistogram {
        let mut sample = Sample::default();
        (0..100).for_each(|n| sample.add(n << 32, bytes));
        sample.histogram()
    }

    fn next(minutes: u64, buckets: u32, bytes: u64) -> (u64, u32) {
        let layout = Layout::new(Duration::from_mins(minutes), buckets);
        let next = next_layout(layout, &sizes(bytes), TARGET, DAY);
        (next.time_bucket().as_secs(), next.event_buckets())
    }

    #[test]
    fn sizes_near_the_target_change_nothing() {
        assert_eq!(next(60, 2, TARGET), (3_600, 2));
        assert_eq!(next(60, 2, TARGET / 3), (3_600, 2));
    }

    #[test]
    fn wide_partitions_get_shorter_time_buckets() {
        let (seconds, buckets) = next(60, 1, 4 * TARGET);
        assert!((450..1_300).contains(&seconds), "{seconds}");
        assert_eq!(buckets, 1);
        assert_eq!(
            next(60, 1, 1_000 * TARGET).0,
            450,
            "an eighth at most at once"
        );
    }

    #[test]
    fn event_buckets_come_when_time_buckets_can_be_no_shorter() {
        let layout = Layout::new(MIN_TIME_BUCKET, 4);
        let next = next_layout(layout, &sizes(TARGET * 100), TARGET, DAY);
        assert_eq!(next, Layout::new(MIN_TIME_BUCKET, 32));
        let next = next_layout(next, &sizes(TARGET * 100), TARGET, DAY);
        assert_eq!(next.event_buckets(), MAX_EVENT_BUCKETS);
    }

    #[test]
    fn narrow_partitions_lose_event_buckets_first() {
        let (seconds, buckets) = next(60, 8, TARGET / 8);
        assert!(
            buckets == 2 && (3_600..7_200).contains(&seconds),
            "{buckets} {seconds}"
        );
        let (seconds, buckets) = next(60, 1, TARGET / 16);
        assert!(seconds > 3_600 && buckets == 1);
        assert_eq!(
            next(24 * 60, 1, 1_000).0,
            DAY.as_secs(),
            "a slice long at most"
        );
    }

    #[test]
    fn a_few_partitions_say_nothing() {
        let mut sample = Sample::default();
        (1..MIN_SAMPLE as u64).for_each(|n| sample.add(n, TARGET * 100));
        let layout = Layout::new(Duration::from_hours(1), 1);
        assert_eq!(
            next_layout(layout, &sample.histogram(), TARGET, DAY),
            layout
        );
    }
}
