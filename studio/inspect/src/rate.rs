//! The constant frame rate to encode at.

use contracts_delivery::FrameRate;

use crate::limits::{HIGHEST_FRAME_RATE, LOWEST_FRAME_RATE};

/// Rates that cameras, films and screens use.
const STANDARD: [(u32, u32); 15] = [
    (10, 1),
    (12, 1),
    (25, 2),
    (15000, 1001),
    (15, 1),
    (24000, 1001),
    (24, 1),
    (25, 1),
    (30000, 1001),
    (30, 1),
    (48, 1),
    (50, 1),
    (60000, 1001),
    (60, 1),
    (120, 1),
];

/// Measured and declared rates this near a standard one mean the standard one; 24 and 24000/1001 are
/// 0.1% apart, so half of that on either side tells them apart.
const NEAR: f64 = 0.0005;

/// Uneven frames this near a standard rate were meant at that rate.
const ROUGHLY: f64 = 0.06;

const HIGHEST_WHEN_UNKNOWN: FrameRate = FrameRate {
    numerator: 60,
    denominator: 1,
};
const LOWEST: FrameRate = FrameRate {
    numerator: LOWEST_FRAME_RATE as u32,
    denominator: 1,
};

/// `24000/1001`, when it is a rate.
pub(crate) fn parse(text: Option<&str>) -> Option<FrameRate> {
    let (numerator, denominator) = text?.split_once('/')?;
    let rate = FrameRate {
        numerator: numerator.parse().ok()?,
        denominator: denominator.parse().ok()?,
    };
    (rate.numerator > 0 && rate.denominator > 0).then_some(rate)
}

/// The rate itself, or the standard rate it is a rounding of; kept within the limits.
pub(crate) fn exact(rate: FrameRate) -> FrameRate {
    clamped(nearest(rate.per_second(), NEAR).unwrap_or(rate))
}

/// As [`exact`] for a rate measured from timestamps.
pub(crate) fn measured(per_second: f64) -> FrameRate {
    nearest(per_second, NEAR).map_or_else(|| clamped(in_thousandths(per_second)), clamped)
}

/// A constant rate for uneven frames: the nominal one when most of them are near it, else the standard
/// rate they are near, else theirs.
pub(crate) fn for_uneven(typical: f64, nominal: Option<FrameRate>) -> FrameRate {
    match nominal.filter(|rate| (rate.per_second() / typical - 1.0).abs() <= ROUGHLY) {
        Some(nominal) => exact(nominal),
        None => clamped(nearest(typical, ROUGHLY).unwrap_or_else(|| in_thousandths(typical))),
    }
}

/// Whether two rates are the same but for rounding.
pub(crate) fn same(a: FrameRate, b: FrameRate) -> bool {
    (a.per_second() / b.per_second() - 1.0).abs() <= 0.001
}

fn nearest(per_second: f64, tolerance: f64) -> Option<FrameRate> {
    let distance = |rate: &FrameRate| (rate.per_second() / per_second - 1.0).abs();
    STANDARD
        .into_iter()
        .map(|(numerator, denominator)| FrameRate {
            numerator,
            denominator,
        })
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))
        .filter(|rate| distance(rate) <= tolerance)
}

fn in_thousandths(per_second: f64) -> FrameRate {
    // The limits come first: a rate beyond them need not be written down exactly.
    let thousandths = (per_second.clamp(0.0, HIGHEST_FRAME_RATE + 1.0) * 1000.0).round();
    FrameRate {
        numerator: thousandths as u32,
        denominator: 1000,
    }
}

fn clamped(rate: FrameRate) -> FrameRate {
    let per_second = rate.per_second();
    if per_second > HIGHEST_FRAME_RATE {
        HIGHEST_WHEN_UNKNOWN
    } else if per_second >= LOWEST_FRAME_RATE {
        rate
    } else {
        LOWEST
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rate(numerator: u32, denominator: u32) -> FrameRate {
        FrameRate {
            numerator,
            denominator,
        }
    }

    #[test]
    fn roundings_become_the_standard_rate_and_neighbours_stay_apart() {
        assert_eq!(exact(rate(2997, 100)), rate(30000, 1001));
        assert_eq!(exact(rate(23976, 1000)), rate(24000, 1001));
        assert_eq!(exact(rate(24, 1)), rate(24, 1));
        assert_eq!(measured(29.9701), rate(30000, 1001));
        assert_eq!(exact(rate(18, 1)), rate(18, 1));
    }

    #[test]
    fn time_bases_and_slide_shows_are_brought_within_the_limits() {
        assert_eq!(exact(rate(90000, 1)), rate(60, 1));
        assert_eq!(exact(rate(1, 10)), rate(5, 1));
        assert_eq!(for_uneven(28.9, None), rate(30000, 1001));
        assert_eq!(for_uneven(29.99, Some(rate(30, 1))), rate(30, 1));
        assert_eq!(parse(Some("0/0")), None);
    }

    proptest! {
        #[test]
        fn every_chosen_rate_is_within_the_limits(a in 1_u32.., b in 1_u32.., c in any::<f64>()) {
            for chosen in [exact(rate(a, b)), measured(c), for_uneven(c, Some(rate(a, b)))] {
                prop_assert!(chosen.denominator > 0);
                prop_assert!((LOWEST_FRAME_RATE..=HIGHEST_FRAME_RATE).contains(&chosen.per_second()));
            }
        }
    }
}
