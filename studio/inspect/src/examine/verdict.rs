//! From what was seen and heard to findings: sentences, severities, order.

mod dialogue;
mod picture;
mod sound;

use std::cmp::Reverse;

use contracts_delivery::FrameRate;
use contracts_studio::master::{Cadence, Dialogue, Examination, Fields, Finding};

use super::facts;
use super::picture::Seen;
use super::sound::Heard;
use crate::Report;
use crate::limits::MOST_FINDINGS;

/// Puts everything together.
pub(super) fn examination(
    report: &Report,
    seen: &Seen,
    heard: &Heard,
    dialogue: Option<Dialogue>,
    fields: Option<Fields>,
    cpu_ms: Option<u64>,
) -> Examination {
    let picture_ms = in_ms(seen.frames, seen.rate);
    let mut findings: Vec<Finding> = facts::findings(report).collect();
    findings.extend(picture::findings(report, seen, fields));
    for track in &heard.tracks {
        findings.extend(sound::findings(track, picture_ms));
    }
    findings.extend(dialogue.iter().flat_map(dialogue::findings));
    findings.sort_by_key(|finding| (Reverse(finding.severity), finding.start_ms, finding.check));
    findings.truncate(MOST_FINDINGS);
    Examination {
        findings,
        cadence: Cadence {
            frames: seen.frames,
            repeated_frames: seen.stills.repeated,
            repeat_every: seen.stills.repeat_every,
            fields,
        },
        levels: seen.levels.levels,
        dialogue,
        loudness: heard
            .tracks
            .first()
            .and_then(|track| track.loudness.clone()),
        cpu_ms,
    }
}

/// When a frame of the grid begins, in milliseconds.
fn in_ms(frame: u64, rate: FrameRate) -> u64 {
    (u128::from(frame) * 1000 * u128::from(rate.denominator.max(1))
        / u128::from(rate.numerator.max(1))) as u64
}

/// Milliseconds as seconds for a sentence.
fn seconds(ms: u64) -> String {
    format!("{:.1} s", ms as f64 / 1000.0)
}
