//! Loudness by EBU R 128: read from ffmpeg's meter, and what is to be done about it.

use serde::{Deserialize, Serialize};

use crate::limits::{MOST_GAIN_DB, SILENT_LUFS, TARGETS_LUFS, TRUE_PEAKS_DBTP};

/// Where every title's sound is brought to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LoudnessTarget {
    /// Integrated loudness in LUFS.
    pub integrated: f64,
    /// The highest true peak in dBTP.
    pub true_peak: f64,
}

impl LoudnessTarget {
    /// Whether sound can be brought there: from -40 to -10 LUFS, with peaks from -20 to 0 dBTP.
    pub fn is_possible(&self) -> bool {
        TARGETS_LUFS.contains(&self.integrated) && TRUE_PEAKS_DBTP.contains(&self.true_peak)
    }
}

/// A track's loudness (EBU R 128, ITU-R BS.1770) as its mix stands before anything is done.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Loudness {
    /// Over its whole length, in LUFS.
    pub integrated: f64,
    /// Between its quiet and its loud parts, in LU (EBU Tech 3342).
    pub range: f64,
    /// In dBTP.
    pub true_peak: f64,
}

impl Loudness {
    /// From the summary that the filter `ebur128` prints at its end; `None` for silence.
    pub(super) fn from_summary(text: &str) -> Option<Self> {
        let summary = &text[text.rfind("Summary:")?..];
        let value = |label: &str| -> Option<f64> {
            let line = summary
                .lines()
                .find_map(|line| line.trim().strip_prefix(label))?;
            line.split_whitespace().next()?.parse().ok()
        };
        let loudness = Self {
            integrated: value("I:")?,
            range: value("LRA:")?,
            true_peak: value("Peak:")?,
        };
        let heard = loudness.integrated > SILENT_LUFS && loudness.true_peak.is_finite();
        heard.then_some(loudness)
    }

    /// What is added to come to the target, in decibels.
    pub fn gain(&self, target: LoudnessTarget) -> f64 {
        (target.integrated - self.integrated).min(MOST_GAIN_DB)
    }

    /// The filters that bring it there: a gain, and a limiter only where peaks would pass the target's.
    /// It works at four times the rate, where peaks between samples are samples.
    pub(super) fn filters(&self, target: LoudnessTarget, sample_rate: u32) -> String {
        let gain = self.gain(target);
        let louder = format!("volume={gain:.2}dB:precision=float");
        if self.true_peak + gain <= target.true_peak {
            return louder;
        }
        let limit = 10_f64.powf(target.true_peak / 20.0);
        format!(
            "{louder},aresample={},alimiter=limit={limit:.4}:level=0:attack=5:release=50:latency=1,\
             aresample={sample_rate}",
            sample_rate * 4
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "[Parsed_ebur128_0 @ 0x1] Summary:\n\n  Integrated loudness:\n    \
        I:         -31.4 LUFS\n    Threshold: -41.5 LUFS\n\n  Loudness range:\n    LRA:         7.2 LU\n    \
        Threshold: -51.4 LUFS\n    LRA low:   -35.0 LUFS\n    LRA high:  -27.8 LUFS\n\n  True peak:\n    \
        Peak:       -10.3 dBFS\n";
    const TARGET: LoudnessTarget = LoudnessTarget {
        integrated: -23.0,
        true_peak: -1.0,
    };

    #[test]
    fn a_summary_is_read() {
        let found = Loudness::from_summary(SAID).unwrap();
        let expected = Loudness {
            integrated: -31.4,
            range: 7.2,
            true_peak: -10.3,
        };
        assert_eq!(found, expected);
        assert_eq!(Loudness::from_summary("nothing of it"), None);
        let silence = SAID.replace("-31.4", "-70.0").replace("-10.3", "-inf");
        assert_eq!(Loudness::from_summary(&silence), None);
    }

    #[test]
    fn hiss_is_not_raised_to_the_target_and_the_target_is_within_reason() {
        let hiss = Loudness {
            integrated: -68.0,
            ..Loudness::from_summary(SAID).unwrap()
        };
        assert!((hiss.gain(TARGET) - MOST_GAIN_DB).abs() < f64::EPSILON);
        assert!(TARGET.is_possible());
        for (integrated, true_peak) in [(24.0, -1.0), (-24.0, 3.0), (f64::NAN, -1.0)] {
            let target = LoudnessTarget {
                integrated,
                true_peak,
            };
            assert!(!target.is_possible());
        }
    }

    #[test]
    fn peaks_are_limited_only_where_they_would_pass() {
        let quiet = Loudness::from_summary(SAID).unwrap();
        let plain = quiet.filters(TARGET, 48_000);
        assert_eq!(plain, "volume=8.40dB:precision=float");
        let peaky = Loudness {
            true_peak: -4.0,
            ..quiet
        };
        assert!(
            peaky
                .filters(TARGET, 48_000)
                .contains("alimiter=limit=0.8913")
        );
    }
}
