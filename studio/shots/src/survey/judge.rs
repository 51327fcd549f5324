//! Judging a pass: what is damage, and how much shorter than declared is too short.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use studio_inspect::is_complaint;

use crate::limits::{SHORTFALL, SHORTFALL_PARTS};

/// Something a studio person should know; its text is one sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum SurveyWarning {
    /// The decoder complained and went on.
    Damaged {
        /// What it said last.
        detail: String,
    },
    /// The container's length is its sound's.
    SoundIsLonger {
        /// The picture's length in milliseconds.
        picture_ms: u64,
        /// The file's.
        file_ms: u64,
    },
}

impl fmt::Display for SurveyWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged { detail } => {
                write!(
                    f,
                    "parts of the picture are damaged and were repaired as well as possible ({detail})"
                )
            }
            Self::SoundIsLonger {
                picture_ms,
                file_ms,
            } => write!(
                f,
                "the picture ends at {:.1} s of {:.1} s; the picture's length is kept",
                *picture_ms as f64 / 1000.0,
                *file_ms as f64 / 1000.0
            ),
        }
    }
}

/// Longest detail kept of a complaint.
const DETAIL: usize = 120;

/// The last complaint in what a tool said, when it complained.
pub(super) fn damage(stderr_tail: &str) -> Option<SurveyWarning> {
    let line = stderr_tail.lines().rfind(|line| is_complaint(line))?;
    // Lines begin with the part of ffmpeg that speaks, such as `[h264 @ 0x55d0]`.
    let said = line.rsplit_once("] ").map_or(line, |(_, said)| said).trim();
    Some(SurveyWarning::Damaged {
        detail: said.chars().take(DETAIL).collect(),
    })
}

/// How much shorter than declared a picture may be: [`SHORTFALL`], or for short files a part of their
/// length. Declared lengths round, and count the times of frames an editor cut away.
pub fn allowed_shortfall(declared: Duration) -> Duration {
    SHORTFALL.min(declared / SHORTFALL_PARTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_are_told_without_the_speaker() {
        let tail = "[mov @ 0x1] stream 0, offset 0x30: partial file\n[vist#0:0/h264 @ 0x2] [dec:h264 @ 0x3] \
             Error submitting packet to decoder: Invalid data found\n[swscaler @ 0x4] deprecated\n";
        let found = damage(tail);
        let detail = "Error submitting packet to decoder: Invalid data found".to_owned();
        assert_eq!(found, Some(SurveyWarning::Damaged { detail }));
        assert_eq!(
            damage("[swscaler @ 0x4] deprecated pixel format used"),
            None
        );
    }

    #[test]
    fn short_files_are_judged_more_strictly_than_long_ones() {
        assert_eq!(
            allowed_shortfall(Duration::from_hours(2)),
            Duration::from_secs(2)
        );
        assert_eq!(
            allowed_shortfall(Duration::from_secs(10)),
            Duration::from_secs(1)
        );
    }
}
