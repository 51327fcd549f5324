//! Observed partition sizes: a sample of each slice's partitions, and the next slices' layout from it.

mod rebucket;

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::limits::SAMPLED_PARTITIONS;

pub(crate) use rebucket::next_layout;

/// Sizes of a uniform sample of partitions.
///
/// A partition is in the sample if its hash ends in enough zero bits, so that every process samples the
/// same ones and their samples add up. When the sample is full, one more bit is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Sample {
    zero_bits: u32,
    bytes: BTreeMap<u64, u64>,
}

impl Sample {
    pub(crate) fn add(&mut self, hash: u64, bytes: u64) {
        if hash.trailing_zeros() < self.zero_bits {
            return;
        }
        let held = self.bytes.entry(hash).or_default();
        *held = held.saturating_add(bytes);
        while self.bytes.len() > SAMPLED_PARTITIONS {
            self.zero_bits += 1;
            let zero_bits = self.zero_bits;
            self.bytes
                .retain(|hash, _| hash.trailing_zeros() >= zero_bits);
        }
    }

    /// Adds what another process observed, or this one later.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.zero_bits = self.zero_bits.max(other.zero_bits);
        let zero_bits = self.zero_bits;
        self.bytes
            .retain(|hash, _| hash.trailing_zeros() >= zero_bits);
        for (hash, bytes) in &other.bytes {
            self.add(*hash, *bytes);
        }
    }

    pub(crate) fn histogram(&self) -> SizeHistogram {
        let mut histogram = SizeHistogram::default();
        for bytes in self.bytes.values() {
            *histogram.0.entry(bytes.max(&1).ilog2()).or_default() += 1;
        }
        histogram
    }
}

/// How many partitions have which size, by powers of two.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SizeHistogram(BTreeMap<u32, u64>);

impl SizeHistogram {
    /// Partitions counted.
    pub fn partitions(&self) -> u64 {
        self.0.values().sum()
    }

    /// A size that `per_cent` of the partitions do not exceed, up to a factor of two; 0 when there are none.
    pub fn percentile(&self, per_cent: u64) -> u64 {
        let wanted = (self.partitions() * per_cent.min(100)).div_ceil(100);
        let mut counted = 0;
        for (power, count) in &self.0 {
            counted += count;
            if counted >= wanted {
                // The middle of the power's range, geometrically: 2^power times the root of two.
                return (2_f64.powi(*power as i32) * std::f64::consts::SQRT_2) as u64;
            }
        }
        0
    }

    /// Partitions by size: the power of two not above it, and how many there are.
    pub fn counts(&self) -> impl Iterator<Item = (u32, u64)> {
        self.0.iter().map(|(power, count)| (*power, *count))
    }
}

/// What this process has observed since it last stored it, by slice.
#[derive(Debug, Default)]
pub(crate) struct Observed(BTreeMap<u64, Sample>);

impl Observed {
    /// Bytes written to a partition.
    pub(crate) fn add(&mut self, slice: u64, partition: &Bytes, bytes: u64) {
        let sample = self.0.entry(slice).or_default();
        sample.add(xxh3_64(partition), bytes);
    }

    /// Hands over what was observed, to be stored.
    pub(crate) fn take(&mut self) -> BTreeMap<u64, Sample> {
        std::mem::take(&mut self.0)
    }

    /// Takes back what could not be stored.
    pub(crate) fn put_back(&mut self, slice: u64, sample: &Sample) {
        self.0.entry(slice).or_default().merge(sample);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(n: u64) -> u64 {
        xxh3_64(&n.to_be_bytes())
    }

    #[test]
    fn a_sample_is_bounded_and_keeps_whole_partitions() {
        let mut sample = Sample::default();
        for round in 1..=10 {
            for partition in 0..5_000 {
                sample.add(hash(partition), 100);
            }
            assert!(sample.bytes.len() <= SAMPLED_PARTITIONS);
            assert!(sample.bytes.values().all(|bytes| *bytes == round * 100));
        }
        assert!(sample.bytes.len() > SAMPLED_PARTITIONS / 4);
    }

    #[test]
    fn samples_of_two_processes_add_up() {
        let (mut one, mut other, mut both) =
            (Sample::default(), Sample::default(), Sample::default());
        for partition in 0..2_000 {
            let into = if partition % 3 == 0 {
                &mut one
            } else {
                &mut other
            };
            into.add(hash(partition), partition);
            both.add(hash(partition), partition);
        }
        one.merge(&other);
        assert_eq!(one, both);
    }

    #[test]
    fn a_percentile_is_right_within_a_factor_of_two() {
        let mut sample = Sample::default();
        for partition in 0..100 {
            sample.add(
                hash(partition),
                if partition < 90 { 1_000 } else { 1_000_000 },
            );
        }
        let histogram = sample.histogram();
        assert_eq!(histogram.partitions(), 100);
        assert!((500..2_000).contains(&histogram.percentile(50)));
        assert!((500_000..2_000_000).contains(&histogram.percentile(95)));
        assert_eq!(SizeHistogram::default().percentile(95), 0);
    }
}
