//! Fitting the ladder's boxes to a source.

use contracts_delivery::FrameRate;

use crate::limits::{
    CRF, FAST_RATE_PERCENT, FIT_SLACK_PERCENT, OWN_SIZE_PERCENT, USUAL_FRAMES_PER_SECOND,
};
use crate::{FIXED, FixedRung, Rung};

/// The rungs that fit under a source, by ascending size; never empty.
///
/// Sizes are those the picture is shown at: pixels squared, rotation applied. Each rung is scaled by the
/// side that binds first, so that a 2.39:1 film keeps its full width (1920x804 is a `1080p` rung) and an
/// upright picture turns the box with it. Nothing is enlarged: a source smaller than the lowest rung gets
/// one rung at its own size made even, named by its shorter side.
pub fn fixed_ladder(display_width: u32, display_height: u32, rate: FrameRate) -> Vec<Rung> {
    let (width, height) = (display_width.max(2), display_height.max(2));
    let rungs: Vec<Rung> = FIXED
        .iter()
        .filter_map(|fixed| {
            let (width, height) = fit(width, height, *fixed)?;
            Some(rung(fixed.height, width, height, fixed.max_kbps, rate))
        })
        .collect();
    if rungs.is_empty() {
        let short = even(width.min(height));
        return vec![rung(
            short,
            even(width),
            even(height),
            FIXED[0].max_kbps,
            rate,
        )];
    }
    rungs
}

/// The sizes worth trying for a source: those of the fixed ladder, and the source's own where it is well
/// above them. Each has the cap of the published ladder there.
pub fn candidates(display_width: u32, display_height: u32, rate: FrameRate) -> Vec<Rung> {
    let mut sizes = fixed_ladder(display_width, display_height, rate);
    let (width, height) = (even(display_width), even(display_height));
    let Some(top) = sizes
        .last()
        .filter(|top| width.min(height) * 100 > top.width.min(top.height) * OWN_SIZE_PERCENT)
    else {
        return sizes;
    };
    // The published rates grow a little slower than the pixels do.
    let larger =
        f64::from(width) * f64::from(height) / (f64::from(top.width) * f64::from(top.height));
    let own = Rung {
        name: format!("{}p", width.min(height)),
        width,
        height,
        max_kbps: (f64::from(top.max_kbps) * larger).ceil() as u32,
        crf: CRF,
    };
    sizes.push(own);
    sizes
}

/// The size of a picture inside a rung's box, or nothing when the box is larger than the picture.
fn fit(width: u32, height: u32, fixed: FixedRung) -> Option<(u32, u32)> {
    let (long, short) = (u64::from(width.max(height)), u64::from(width.min(height)));
    let (box_long, box_short) = (u64::from(fixed.height) * 16 / 9, u64::from(fixed.height));
    // The scale is numerator/denominator: the smaller of box_long/long and box_short/short.
    let (numerator, denominator) = if box_long * short <= box_short * long {
        (box_long, long)
    } else {
        (box_short, short)
    };
    if numerator * 100 > denominator * (100 + FIT_SLACK_PERCENT) {
        return None;
    }
    if numerator >= denominator {
        return Some((even(width), even(height)));
    }
    let scaled = |side: u32| nearest_even(u64::from(side) * numerator, denominator);
    Some((scaled(width), scaled(height)))
}

fn rung(name: u32, width: u32, height: u32, kbps: u32, rate: FrameRate) -> Rung {
    let fast = rate.per_second() > USUAL_FRAMES_PER_SECOND;
    let max_kbps = if fast {
        kbps * FAST_RATE_PERCENT / 100
    } else {
        kbps
    };
    Rung {
        name: format!("{name}p"),
        width,
        height,
        max_kbps,
        crf: CRF,
    }
}

/// The even number nearest to `numerator / denominator`, at least 2.
fn nearest_even(numerator: u64, denominator: u64) -> u32 {
    u32::try_from((numerator + denominator) / (2 * denominator) * 2)
        .unwrap_or(u32::MAX - 1)
        .max(2)
}

/// The even number at or below `side`: a row or column is cropped away in effect, never invented.
const fn even(side: u32) -> u32 {
    if side < 2 { 2 } else { side & !1 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FILM: FrameRate = FrameRate {
        numerator: 24,
        denominator: 1,
    };

    fn sizes(width: u32, height: u32) -> Vec<(String, u32, u32)> {
        fixed_ladder(width, height, FILM)
            .into_iter()
            .map(|rung| (rung.name, rung.width, rung.height))
            .collect()
    }

    fn top(width: u32, height: u32) -> (String, u32, u32) {
        sizes(width, height).pop().unwrap()
    }

    #[test]
    fn a_full_hd_master_gets_the_published_rungs() {
        let ladder = fixed_ladder(1920, 1080, FILM);
        let lines: Vec<_> = ladder
            .iter()
            .map(|rung| {
                format!(
                    "{} {}x{} {}",
                    rung.name, rung.width, rung.height, rung.max_kbps
                )
            })
            .collect();
        assert_eq!(
            lines,
            [
                "240p 426x240 300",
                "360p 640x360 700",
                "480p 854x480 1500",
                "720p 1280x720 3000",
                "1080p 1920x1080 5800",
            ]
        );
        assert!(
            ladder
                .iter()
                .all(|rung| rung.crf == CRF && rung.buffer_kbits() == 2 * rung.max_kbps)
        );
    }

    #[test]
    fn other_shapes_keep_their_longest_fitting_rung() {
        assert_eq!(top(1920, 804), ("1080p".into(), 1920, 804));
        assert_eq!(top(1080, 1920), ("1080p".into(), 1080, 1920));
        assert_eq!(top(1440, 1080), ("1080p".into(), 1440, 1080));
        assert_eq!(top(848, 480), ("480p".into(), 848, 480));
        assert_eq!(top(1916, 1076), ("1080p".into(), 1916, 1076));
        assert_eq!(top(3840, 2160).0, "2160p");
        assert_eq!(top(2560, 1440).0, "1440p");
    }

    #[test]
    fn a_small_source_gets_one_rung_at_its_own_size() {
        assert_eq!(sizes(321, 181), [("180p".to_owned(), 320, 180)]);
        assert_eq!(sizes(1, 1), [("2p".to_owned(), 2, 2)]);
    }

    #[test]
    fn fast_pictures_may_spend_half_as_much_again() {
        let fast = FrameRate {
            numerator: 60_000,
            denominator: 1001,
        };
        assert_eq!(fixed_ladder(1280, 720, fast).pop().unwrap().max_kbps, 4_500);
        let usual = FrameRate {
            numerator: 30,
            denominator: 1,
        };
        assert_eq!(
            fixed_ladder(1280, 720, usual).pop().unwrap().max_kbps,
            3_000
        );
    }

    proptest! {
        #[test]
        fn every_ladder_is_even_ascending_and_under_the_source(
            width in 2_u32..9000, height in 2_u32..9000,
        ) {
            let ladder = fixed_ladder(width, height, FILM);
            prop_assert!(!ladder.is_empty());
            for rung in &ladder {
                prop_assert!(rung.width % 2 == 0 && rung.height % 2 == 0);
                prop_assert!((2..=width).contains(&rung.width) && (2..=height).contains(&rung.height));
                // Rounding to even moves a side by at most one pixel from the source's shape.
                let exact = f64::from(rung.width) * f64::from(height) / f64::from(width);
                let slack = 2.0 + f64::from(height) / f64::from(width);
                // A side of 2 may have wanted to be less.
                let has_shape = rung.width > 2 && rung.height > 2;
                prop_assert!(!has_shape || (exact - f64::from(rung.height)).abs() <= slack, "{rung:?}");
            }
            for pair in ladder.windows(2) {
                prop_assert!(pair[0].width <= pair[1].width && pair[0].height <= pair[1].height);
                prop_assert!(pair[0].max_kbps < pair[1].max_kbps && pair[0].name != pair[1].name);
            }
        }
    }
}
