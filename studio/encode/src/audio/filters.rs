//! The sound's filters, and its length in samples.

use studio_shots::{SegmentPlan, seconds};

use crate::limits::SAMPLE_RATE;

/// Samples that last as long as the picture, rounded up to a whole one.
pub(super) fn samples(plan: &SegmentPlan) -> u64 {
    let rate = plan.frame_rate;
    let ticks = u128::from(plan.frames) * u128::from(rate.denominator) * u128::from(SAMPLE_RATE);
    u64::try_from(ticks.div_ceil(u128::from(rate.numerator.max(1)))).unwrap_or(u64::MAX)
}

/// Puts the sound on the title's clock (which begins with the picture), then makes it one unbroken run
/// from 0: sound before it is cut, gaps and missing ends become silence. More channels than asked for are
/// mixed down with their sum kept in range.
pub(super) fn chain(picture_start_ms: i64, layout: &str, samples: u64) -> String {
    format!(
        "asetpts=round(PTS-({})/TB),\
         aresample=osr={SAMPLE_RATE}:ochl={layout}:osf=fltp:async=1:first_pts=0:rematrix_maxval=1,\
         apad=whole_len={samples},atrim=end_sample={samples}",
        seconds(picture_start_ms)
    )
}

/// Whether ffmpeg said that it could not decode a part.
pub(super) fn complains(stderr_tail: &str) -> bool {
    [
        "Invalid data found",
        "Error submitting packet",
        "Error while decoding",
        "changed, dropping",
    ]
    .iter()
    .any(|complaint| stderr_tail.contains(complaint))
}

#[cfg(test)]
mod tests {
    use contracts_delivery::FrameRate;

    use super::*;

    #[test]
    fn the_sound_is_as_long_as_the_picture() {
        let plan = |numerator, denominator, frames| SegmentPlan {
            frame_rate: FrameRate {
                numerator,
                denominator,
            },
            frames,
            starts: vec![0],
        };
        assert_eq!(samples(&plan(25, 1, 25)), 48_000);
        assert_eq!(samples(&plan(24_000, 1001, 24)), 48_048);
        assert_eq!(samples(&plan(30, 1, 1)), 1_600);
    }

    #[test]
    fn times_are_shifted_by_the_pictures_start() {
        assert!(chain(1_400, "stereo", 9).starts_with("asetpts=round(PTS-(1.400)/TB),"));
        assert!(chain(-33, "mono", 9).starts_with("asetpts=round(PTS-(-0.033)/TB),"));
    }
}
