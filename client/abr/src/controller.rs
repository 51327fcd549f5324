//! The rule: from samples and buffer to a rung.

use core::time::Duration;

use crate::limits::{ASSUMED_BPS, HEADROOM_TENTHS, MAX_BUFFER, MIN_BUFFER, TARGET_BUFFER};
use crate::{Decision, Ladder, Reason, Samples};

/// Lengths of buffer at which the rule changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// Below this a stall is near.
    pub min: Duration,
    /// The length aimed for.
    pub target: Duration,
    /// Nothing is fetched while this much is buffered.
    pub max: Duration,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            min: MIN_BUFFER,
            target: TARGET_BUFFER,
            max: MAX_BUFFER,
        }
    }
}

/// Decides rung after rung for one play.
///
/// The rule, by how much is buffered:
///
/// - below the minimum: two rungs down;
/// - below the target: never up, down to what the estimate carries;
/// - above one and a half times the target: one rung up if the estimate and every recent download
///   exceed that rung's rate by a fifth;
/// - otherwise: the highest rung under nine tenths of the estimate, upwards only as far as every recent
///   download exceeds the rung's rate by a fifth.
///
/// Taken to the letter, the first line would drive every play to the lowest rung, since a buffer that has
/// only begun to fill is below the minimum. So it holds only once the minimum has been reached; until
/// then the play keeps its starting rung, or what the estimate carries if that is lower.
#[derive(Debug, Clone, Default)]
pub struct Controller {
    thresholds: Thresholds,
    samples: Samples,
    current: Option<usize>,
    filled: bool,
}

impl Controller {
    /// A controller with other thresholds than the default ones.
    pub fn with_thresholds(thresholds: Thresholds) -> Self {
        Self {
            thresholds,
            ..Self::default()
        }
    }

    /// Tells of a finished download.
    pub fn record(&mut self, bytes: u64, took: Duration) {
        self.samples.record(bytes, took);
    }

    /// What has been measured.
    pub const fn samples(&self) -> &Samples {
        &self.samples
    }

    /// Tells that the buffer was emptied on purpose, by a seek: it fills anew. Samples are kept.
    pub fn seeked(&mut self) {
        self.filled = false;
    }

    /// Whether to wait before fetching more.
    pub fn is_full(&self, buffer: Duration) -> bool {
        buffer >= self.thresholds.max
    }

    /// The rung to fetch next with `buffer` ahead of the picture shown.
    pub fn decide(&mut self, ladder: Ladder<'_>, buffer: Duration) -> Decision {
        let estimate_bps = self.samples.estimate_bps().unwrap_or(ASSUMED_BPS);
        self.filled |= buffer >= self.thresholds.min;
        let (rung, reason) = match self.current {
            None => (ladder.start(estimate_bps), Reason::Start),
            Some(current) => self.next(ladder, buffer, current.min(ladder.top()), estimate_bps),
        };
        self.current = Some(rung);
        Decision {
            rung,
            reason,
            estimate_bps,
        }
    }

    fn next(
        &self,
        ladder: Ladder<'_>,
        buffer: Duration,
        current: usize,
        estimate_bps: u64,
    ) -> (usize, Reason) {
        let carried = ladder.highest_under(estimate_bps);
        if buffer < self.thresholds.min && self.filled {
            (current.saturating_sub(2), Reason::BufferLow)
        } else if carried < current {
            (carried, Reason::EstimateFell)
        } else if !self.filled {
            (current, Reason::Filling)
        } else if buffer < self.thresholds.target {
            (current, Reason::BelowTarget)
        } else if buffer > self.thresholds.target * 3 / 2 {
            self.one_up(ladder, current, estimate_bps)
        } else {
            self.as_far_as_sustained(ladder, current, carried)
        }
    }

    fn one_up(&self, ladder: Ladder<'_>, current: usize, estimate_bps: u64) -> (usize, Reason) {
        let next = current + 1;
        if next > ladder.top() {
            return (current, Reason::Steady);
        }
        let needed = u128::from(ladder.rate(next)) * u128::from(HEADROOM_TENTHS);
        let carried = u128::from(estimate_bps) * 10 > needed;
        if carried && self.samples.all_sustain(ladder.rate(next)) {
            (next, Reason::BufferHigh)
        } else {
            (current, Reason::Steady)
        }
    }

    fn as_far_as_sustained(
        &self,
        ladder: Ladder<'_>,
        current: usize,
        carried: usize,
    ) -> (usize, Reason) {
        let sustained = |rung: &usize| self.samples.all_sustain(ladder.rate(*rung));
        match (current + 1..=carried).rev().find(sustained) {
            Some(rung) => (rung, Reason::Sustained),
            None => (current, Reason::Steady),
        }
    }
}

#[cfg(test)]
mod tests;
