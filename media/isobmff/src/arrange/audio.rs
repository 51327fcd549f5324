//! Cutting sound into segments on a grid of its own.

use std::ops::Range;

use super::{ArrangeError, Arrangement, PlacedSample};
use crate::limits::MAX_SEGMENTS;
use crate::{Edit, Media, Sample, Track};

/// Arranges the access units of a sound track into segments of about `seconds`, whole units each.
///
/// The edit list is applied by leaving out units: those that end at or before the start of what is
/// to be heard (the encoder's priming: 1024 samples, so exactly one unit of AAC), and those that
/// begin at or after its end. Priming within the first unit that is left, as Opus has it, stays and is
/// marked as not to be heard.
///
/// # Errors
/// [`ArrangeError::EditedSound`] when the edit list does more than that, [`ArrangeError::Nothing`]
/// when no unit is left, [`ArrangeError::TooManySegments`] when segments that short are too many.
pub fn cut_audio(track: &Track, seconds: f64) -> Result<Arrangement, ArrangeError> {
    if !matches!(track.format.entry.media, Media::Audio { .. }) {
        return Err(ArrangeError::Unusable("audio"));
    }
    let heard = heard(track)?;
    let kept: Vec<&Sample> = track
        .samples
        .iter()
        .filter(|unit| {
            unit.decode + u64::from(unit.duration) > heard.start && unit.decode < heard.end
        })
        .collect();
    let first = kept.first().ok_or(ArrangeError::Nothing)?;
    if kept.iter().any(|unit| unit.duration == 0) {
        return Err(ArrangeError::Unusable("audio"));
    }
    let units_a_second = f64::from(track.format.timescale) / f64::from(first.duration);
    let per_segment = (seconds * units_a_second).round().max(1.0) as usize;
    let segments: Vec<_> = (0..kept.len())
        .step_by(per_segment)
        .map(|start| start..kept.len().min(start + per_segment))
        .collect();
    if segments.len() > MAX_SEGMENTS {
        return Err(ArrangeError::TooManySegments(segments.len()));
    }
    let shown_from = heard.start.saturating_sub(first.decode) as u32;
    let samples = kept.into_iter().map(place).collect();
    Ok(Arrangement {
        format: track.format.clone(),
        shown_from,
        samples,
        segments,
    })
}

fn place(unit: &Sample) -> PlacedSample {
    PlacedSample {
        offset: unit.offset,
        size: unit.size,
        source: 0,
        duration: unit.duration,
        composition: 0,
        sync: true,
    }
}

/// The part of the track that the edit list lets through, in ticks of the track.
fn heard(track: &Track) -> Result<Range<u64>, ArrangeError> {
    let (start, duration) = match track.edits[..] {
        [] => return Ok(0..u64::MAX),
        [
            Edit {
                media_time: Some(start),
                duration,
            },
        ] => (start, duration),
        _ => return Err(ArrangeError::EditedSound),
    };
    if duration == 0 {
        return Ok(start..u64::MAX);
    }
    // Rounded up: the movie's clock is the coarser one, and no sound is to be lost to it.
    let ticks = (u128::from(duration) * u128::from(track.format.timescale))
        .div_ceil(u128::from(track.movie_timescale));
    let end = u64::try_from(ticks)
        .unwrap_or(u64::MAX)
        .saturating_add(start);
    Ok(start..end)
}
