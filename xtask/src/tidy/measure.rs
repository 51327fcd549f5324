//! Medians and 90th percentiles.

use std::fmt;

/// How a set of lengths is spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Spread {
    count: usize,
    median: usize,
    p90: usize,
    max: usize,
}

impl Spread {
    /// Nearest rank; all zero of nothing.
    pub(super) fn of(mut lengths: Vec<usize>) -> Self {
        lengths.sort_unstable();
        let rank = |hundredths: usize| {
            let rank = (lengths.len() * hundredths).div_ceil(100);
            lengths.get(rank.saturating_sub(1)).copied().unwrap_or(0)
        };
        Self {
            count: lengths.len(),
            median: rank(50),
            p90: rank(90),
            max: rank(100),
        }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            count,
            median,
            p90,
            max,
        } = self;
        write!(
            f,
            "median {median}, p90 {p90}, longest {max} ({count} of them)"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_the_nearest() {
        let spread = Spread::of((1..=10).rev().collect());
        assert_eq!(
            spread,
            Spread {
                count: 10,
                median: 5,
                p90: 9,
                max: 10
            }
        );
        assert_eq!(Spread::of(vec![]), Spread::default());
        assert_eq!(
            Spread::of(vec![7]).to_string(),
            "median 7, p90 7, longest 7 (1 of them)"
        );
    }
}
