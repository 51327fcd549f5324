//! The sound's filters, and its length in samples.

use studio_shots::{SegmentPlan, seconds};

use crate::limits::SAMPLE_RATE;

/// Samples that last as long as the picture, rounded up to a whole one.
pub(super) fn samples(plan: &SegmentPlan) -> u64 {
    let rate = plan.frame_rate;
    let ticks = u128::from(plan.frames) * u128::from(rate.denominator) * u128::from(SAMPLE_RATE);
    u64::try_from(ticks.div_ceil(u128::from(rate.numerator.max(1)))).unwrap_or(u64::MAX)
}

/// Puts the sound on the title's clock, which begins with the picture, in the format of the output. More
/// channels than asked for are mixed down with their sum kept in range.
pub(super) fn levelled(picture_start_ms: i64, layout: &str) -> String {
    format!(
        "asetpts=round(PTS-({})/TB),aresample=osr={SAMPLE_RATE}:ochl={layout}:rematrix_maxval=1",
        seconds(picture_start_ms)
    )
}

/// Makes sound on the title's clock one run of `samples` from 0: what lies before is cut, gaps and a
/// missing end become silence.
pub(super) fn unbroken(samples: u64) -> String {
    format!("aresample=async=1:first_pts=0,apad=whole_len={samples},atrim=end_sample={samples}")
}

/// Whether ffmpeg said that it could not decode a part.
pub(super) fn complains(stderr_tail: &str) -> bool {
    [
        "Invalid data found",
        "Error submitting packet",
        "Error while decoding",
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
        assert!(levelled(1_400, "stereo").starts_with("asetpts=round(PTS-(1.400)/TB),"));
        assert!(levelled(-33, "mono").starts_with("asetpts=round(PTS-(-0.033)/TB),"));
    }
}
