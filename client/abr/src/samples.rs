//! Measured downloads and what they say of the network.

use core::time::Duration;

use crate::limits::{HEADROOM_TENTHS, MIN_SAMPLE_BYTES, SAMPLES};

/// The throughput of the last [`SAMPLES`] downloads, in bits a second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Samples {
    /// Oldest first; only the first `count` are set.
    rates: [u64; SAMPLES],
    count: usize,
}

impl Samples {
    /// Remembers a download; too small a one, or one without a duration, says nothing and is left out.
    pub fn record(&mut self, bytes: u64, took: Duration) {
        let nanos = took.as_nanos();
        if bytes < MIN_SAMPLE_BYTES || nanos == 0 {
            return;
        }
        let rate = u128::from(bytes) * 8 * 1_000_000_000 / nanos;
        let rate = u64::try_from(rate).unwrap_or(u64::MAX);
        if self.count == SAMPLES {
            self.rates.rotate_left(1);
            self.count -= 1;
        }
        self.rates[self.count] = rate;
        self.count += 1;
    }

    /// The downloads remembered, oldest first.
    pub fn rates(&self) -> &[u64] {
        &self.rates[..self.count]
    }

    /// What the network can be expected to carry, in bits a second: the lesser of the average weighted
    /// by recency (oldest 1, newest 5) and the 80th percentile. Absent before the first download.
    ///
    /// An 80th percentile is above the median, so by itself it is no cautious number; what it does in the
    /// lesser of the two is to keep one very fast download from carrying the average away.
    pub fn estimate_bps(&self) -> Option<u64> {
        let rates = self.rates();
        if rates.is_empty() {
            return None;
        }
        let weighted = rates
            .iter()
            .zip(1_u128..)
            .map(|(rate, weight)| u128::from(*rate) * weight);
        let weights: u128 = (1..=rates.len() as u128).sum();
        let average = u64::try_from(weighted.sum::<u128>() / weights).unwrap_or(u64::MAX);
        Some(average.min(self.percentile_80()))
    }

    /// Nearest rank: the smallest sample that at least four in five do not exceed.
    fn percentile_80(&self) -> u64 {
        let mut sorted = self.rates;
        let sorted = &mut sorted[..self.count];
        sorted.sort_unstable();
        let rank = (sorted.len() * 4).div_ceil(5);
        sorted[rank.saturating_sub(1)]
    }

    /// Whether every download remembered was at least 1.2 times as fast as `rate_bps`; not before the
    /// first one.
    pub fn all_sustain(&self, rate_bps: u64) -> bool {
        let needed = u128::from(rate_bps) * u128::from(HEADROOM_TENTHS);
        !self.rates().is_empty()
            && self
                .rates()
                .iter()
                .all(|rate| u128::from(*rate) * 10 >= needed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kilobits: &[u64]) -> Samples {
        let mut samples = Samples::default();
        for rate in kilobits {
            samples.record(rate * 125 * 10, Duration::from_secs(10));
        }
        samples
    }

    #[test]
    fn the_newest_sample_weighs_most() {
        // (1*1000 + 2*1000 + 3*1000 + 4*1000 + 5*400) / 15
        assert_eq!(
            of(&[1_000, 1_000, 1_000, 1_000, 400]).estimate_bps(),
            Some(800_000)
        );
        assert_eq!(of(&[]).estimate_bps(), None);
    }

    #[test]
    fn one_very_fast_download_does_not_carry_the_estimate_away() {
        let samples = of(&[1_000, 1_000, 1_000, 1_000, 90_000]);
        assert_eq!(samples.estimate_bps(), Some(1_000_000));
    }

    #[test]
    fn only_the_last_five_count() {
        assert_eq!(
            of(&[9_000, 1, 2_000, 2_000, 2_000, 2_000, 2_000]).rates(),
            [2_000_000; 5]
        );
    }

    #[test]
    fn tiny_and_instant_downloads_say_nothing() {
        let mut samples = Samples::default();
        samples.record(MIN_SAMPLE_BYTES - 1, Duration::from_secs(1));
        samples.record(u64::MAX, Duration::ZERO);
        assert!(samples.rates().is_empty());
        samples.record(u64::MAX, Duration::from_nanos(1));
        assert_eq!(samples.rates(), [u64::MAX]);
    }

    #[test]
    fn sustaining_needs_every_sample() {
        assert!(of(&[1_200, 1_300]).all_sustain(1_000_000));
        assert!(!of(&[1_200, 1_199]).all_sustain(1_000_000));
        assert!(!Samples::default().all_sustain(0));
    }
}
