//! Paired rounds: both sides meet the same noise.

use std::time::Duration;

use platform_clock::{Clock as _, SystemClock};

/// What rounds of two sides came to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paired {
    /// Median of ours, in seconds or in units a second.
    pub(crate) ours: f64,
    /// Median of the peer's.
    pub(crate) peer: f64,
    /// Median of ours over the peer's, round by round.
    pub(crate) ratio: f64,
}

/// The sides of a round, in the order they take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Ours,
    Peer,
}

impl Side {
    /// Who begins a round: each side every other time.
    pub(crate) fn order(round: usize) -> [Self; 2] {
        match round % 2 {
            0 => [Self::Peer, Self::Ours],
            _ => [Self::Ours, Self::Peer],
        }
    }
}

/// Runs both sides by turns, timed. Each is told the round.
pub(crate) async fn timed(
    rounds: usize,
    mut ours: impl AsyncFnMut(usize) -> anyhow::Result<()>,
    mut peer: impl AsyncFnMut(usize) -> anyhow::Result<()>,
) -> anyhow::Result<Paired> {
    let clock = SystemClock::new();
    let mut pairs = Vec::with_capacity(rounds);
    for round in 0..rounds {
        let mut pair = (0.0, 0.0);
        for side in Side::order(round) {
            let began = clock.monotonic();
            match side {
                Side::Ours => ours(round).await?,
                Side::Peer => peer(round).await?,
            }
            let took = clock.monotonic().saturating_sub(began).as_secs_f64();
            match side {
                Side::Ours => pair.0 = took,
                Side::Peer => pair.1 = took,
            }
        }
        pairs.push(pair);
    }
    Ok(Paired::of(&pairs))
}

impl Paired {
    /// Of pairs of ours and the peer's.
    pub(crate) fn of(pairs: &[(f64, f64)]) -> Self {
        Self {
            ours: median(pairs.iter().map(|pair| pair.0)),
            peer: median(pairs.iter().map(|pair| pair.1)),
            ratio: median(pairs.iter().map(|pair| pair.0 / pair.1)),
        }
    }
}

/// The middle one; the upper of two.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    percentile(values, 50)
}

/// The value that so many in a hundred lie below.
pub(crate) fn percentile(values: impl Iterator<Item = f64>, percent: usize) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    let place = values.len() * percent / 100;
    values
        .get(place.min(values.len().saturating_sub(1)))
        .copied()
        .unwrap_or(f64::NAN)
}

/// A time in seconds as people read it.
pub(crate) fn human(seconds: f64) -> String {
    format!("{:.2?}", Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_of_rounds_not_of_medians() {
        let paired = Paired::of(&[(1.0, 1.0), (20.0, 10.0), (3.0, 1.0)]);
        assert!((paired.ratio - 2.0).abs() < 1e-9);
        assert!((paired.ours - 3.0).abs() < 1e-9);
    }

    #[test]
    fn percentiles_of_a_hundred() {
        let values = || (0..100).map(f64::from);
        assert!((percentile(values(), 99) - 99.0).abs() < 1e-9);
        assert!((median(values()) - 50.0).abs() < 1e-9);
        assert!(median(std::iter::empty()).is_nan());
    }
}
