//! What there is to say of a sound track.

use contracts_studio::master::{Check, Finding, Severity};

use super::seconds;
use crate::examine::sound::Track;
use crate::limits::{LENGTHS_APART, LONG_SILENCE};

pub(super) fn findings(track: &Track, picture_ms: u64) -> Vec<Finding> {
    let name = track.stream_index;
    let whole = |check, sentence: String| {
        Finding::whole(check, Severity::Warning, sentence).in_stream(name)
    };
    let Some(end_ms) = track.end_ms else {
        let sentence = format!("sound track {name} cannot be decoded");
        return vec![whole(Check::Decoding, sentence)];
    };
    let mut found = Vec::new();
    if track.silent {
        let sentence = format!("sound track {name} is silent from beginning to end");
        found.push(whole(Check::Silence, sentence));
    } else {
        found.extend(silences(track, picture_ms));
    }
    found.extend(track.dead_channels.iter().map(|channel| {
        let sentence = format!("channel {channel} of sound track {name} is never heard");
        whole(Check::Silence, sentence)
    }));
    found.extend(track.clipped.iter().map(|(from, to)| {
        let sentence = format!("sound track {name} is clipped at full scale");
        whole(Check::Clipping, sentence).between(*from, *to)
    }));
    found.extend(track.gaps.iter().map(|(from, to)| {
        let sentence = format!("{} of sound track {name} are missing", seconds(to - from));
        whole(Check::Decoding, sentence).between(*from, *to)
    }));
    if track.damaged && track.gaps.is_empty() {
        let sentence = format!("parts of sound track {name} could not be decoded");
        found.push(whole(Check::Decoding, sentence));
    }
    found.extend(lengths(track, end_ms, picture_ms));
    found
}

fn silences(track: &Track, picture_ms: u64) -> impl Iterator<Item = Finding> + '_ {
    track.silences.iter().map(move |(from, to)| {
        let name = track.stream_index;
        let (sentence, severity) = if *from > 0 && track.end_ms.is_some_and(|end| *to >= end) {
            let sentence = format!("sound track {name} falls silent and stays so to its end");
            (sentence, Severity::Warning)
        } else {
            let long = u128::from(to - from) >= LONG_SILENCE.as_millis();
            let severity = if long {
                Severity::Warning
            } else {
                Severity::Note
            };
            (
                format!("sound track {name} is silent for {}", seconds(to - from)),
                severity,
            )
        };
        Finding::whole(Check::Silence, severity, sentence)
            .in_stream(name)
            .between(*from, (*to).min(picture_ms.max(*from)))
    })
}

/// Sound that ends well before or after the picture.
fn lengths(track: &Track, end_ms: u64, picture_ms: u64) -> Option<Finding> {
    if picture_ms == 0 || u128::from(end_ms.abs_diff(picture_ms)) <= LENGTHS_APART.as_millis() {
        return None;
    }
    let sentence = format!(
        "sound track {} ends at {} and the picture at {}; the picture's length is kept",
        track.stream_index,
        seconds(end_ms),
        seconds(picture_ms)
    );
    Some(
        Finding::whole(Check::Lengths, Severity::Warning, sentence)
            .in_stream(track.stream_index)
            .between(end_ms.min(picture_ms), end_ms.max(picture_ms)),
    )
}
