//! Joining the chunks of a rendition.

use super::{ArrangeError, Arrangement, PlacedSample};
use crate::limits::{FRAME_RATE_RANGE, MAX_SEGMENTS, MIN_VIDEO_TIMESCALE};
use crate::{Media, Sample, Track, TrackFormat};

/// The clock of the new track: ticks a second, and ticks of one frame.
#[derive(Clone, Copy)]
struct FrameClock {
    timescale: u32,
    frame: u32,
}

impl FrameClock {
    /// The frame rate's own numerator, doubled until it is fine enough.
    fn of(rate: (u32, u32)) -> Result<Self, ArrangeError> {
        let (mut timescale, mut frame) = rate;
        let per_second = f64::from(timescale) / f64::from(frame);
        if !FRAME_RATE_RANGE.contains(&per_second) {
            return Err(ArrangeError::BadPlan(
                "the frame rate is not between 1 and 1000",
            ));
        }
        while timescale < MIN_VIDEO_TIMESCALE {
            timescale *= 2;
            frame *= 2;
        }
        if u64::from(frame) > i32::MAX as u64 {
            return Err(ArrangeError::BadPlan(
                "the frame rate's fraction is too fine",
            ));
        }
        Ok(Self { timescale, frame })
    }
}

/// Arranges chunks, which follow one another in decode order, into segments that begin at the frames
/// `starts` of a track of `frames` frames. `rate` is frames a second as a fraction.
///
/// The chunks' own clocks and edit lists are set aside: frame `n` of the track decodes at `n` frame
/// times, and is shown at its rank in order of presentation, so the joined track is exact and gapless.
///
/// # Errors
/// Whatever keeps the result from being a CMAF track whose segments each begin with a SAP of type 1.
pub fn join_video(
    chunks: &[Track],
    rate: (u32, u32),
    starts: &[u64],
    frames: u64,
) -> Result<Arrangement, ArrangeError> {
    check_plan(starts, frames)?;
    let clock = FrameClock::of(rate)?;
    let first = chunks.first().ok_or(ArrangeError::Nothing)?;
    if !matches!(first.format.entry.media, Media::Video { .. }) {
        return Err(ArrangeError::Unusable("video"));
    }
    let found = chunks.iter().map(|chunk| chunk.samples.len() as u64).sum();
    if found != frames {
        return Err(ArrangeError::FrameCount {
            planned: frames,
            found,
        });
    }
    let mut samples = Vec::with_capacity(frames as usize);
    for (index, chunk) in chunks.iter().enumerate() {
        if chunk.format.entry.bytes != first.format.entry.bytes {
            return Err(ArrangeError::FormatDiffers { chunk: index });
        }
        let ranks = ranks(chunk, rate).map_err(|frame| ArrangeError::UnevenFrames {
            chunk: index,
            frame,
        })?;
        samples.extend(
            chunk
                .samples
                .iter()
                .zip(ranks)
                .enumerate()
                .map(|(turn, (sample, rank))| {
                    place(sample, index, rank as i64 - turn as i64, clock)
                }),
        );
    }
    let ends = starts.iter().skip(1).chain([&frames]);
    let segments: Vec<_> = starts
        .iter()
        .zip(ends)
        .map(|(&start, &end)| start as usize..end as usize)
        .collect();
    let format = TrackFormat {
        timescale: clock.timescale,
        ..first.format.clone()
    };
    let arrangement = Arrangement {
        format,
        shown_from: 0,
        samples,
        segments,
    };
    check_segments(&arrangement, clock)?;
    Ok(arrangement)
}

fn place(sample: &Sample, source: usize, frames_later: i64, clock: FrameClock) -> PlacedSample {
    PlacedSample {
        offset: sample.offset,
        size: sample.size,
        source: source as u32,
        duration: clock.frame,
        composition: (frames_later * i64::from(clock.frame)).clamp(i32::MIN.into(), i32::MAX.into())
            as i32,
        sync: sample.sync,
    }
}

fn check_plan(starts: &[u64], frames: u64) -> Result<(), ArrangeError> {
    if starts.first() != Some(&0) {
        return Err(ArrangeError::BadPlan(
            "its first segment does not start at frame 0",
        ));
    }
    if !starts.is_sorted_by(|left, right| left < right) {
        return Err(ArrangeError::BadPlan("its segments are not in order"));
    }
    if starts.last().is_some_and(|&last| last >= frames) {
        return Err(ArrangeError::BadPlan("its last segment has no frames"));
    }
    if starts.len() > MAX_SEGMENTS {
        return Err(ArrangeError::TooManySegments(starts.len()));
    }
    Ok(())
}

/// The place of every sample in order of presentation, checked against the frame rate; the error is
/// the sample that is not where a frame should be.
fn ranks(chunk: &Track, (numerator, denominator): (u32, u32)) -> Result<Vec<u64>, usize> {
    let shown = |sample: &Sample| sample.decode as i128 + i128::from(sample.composition);
    let first = chunk.samples.iter().map(shown).min().unwrap_or(0);
    let divisor = i128::from(chunk.format.timescale) * i128::from(denominator);
    let mut taken = vec![false; chunk.samples.len()];
    let mut ranks = Vec::with_capacity(chunk.samples.len());
    for (index, sample) in chunk.samples.iter().enumerate() {
        // Rounded to the nearest frame: an encoder's clock may be coarser than the frame rate.
        let scaled = (shown(sample) - first) * i128::from(numerator);
        let rank = u64::try_from((2 * scaled + divisor) / (2 * divisor)).map_err(|_| index)?;
        let slot = usize::try_from(rank)
            .ok()
            .and_then(|rank| taken.get_mut(rank))
            .ok_or(index)?;
        if std::mem::replace(slot, true) {
            return Err(index);
        }
        ranks.push(rank);
    }
    Ok(ranks)
}

fn check_segments(arrangement: &Arrangement, clock: FrameClock) -> Result<(), ArrangeError> {
    // Key frames first: a grid that is off makes every group look open.
    for (segment, range) in arrangement.segments.iter().enumerate() {
        let first = &arrangement.samples[range.start];
        if !first.sync {
            let chunk = first.source as usize;
            return Err(ArrangeError::NoKeyFrame { segment, chunk });
        }
    }
    for (segment, range) in arrangement.segments.iter().enumerate() {
        let samples = &arrangement.samples[range.clone()];
        let closed = samples[0].composition == 0
            && samples.iter().enumerate().all(|(turn, sample)| {
                let rank = turn as i64 + i64::from(sample.composition) / i64::from(clock.frame);
                (0..samples.len() as i64).contains(&rank)
            });
        if !closed {
            let chunk = samples[0].source as usize;
            return Err(ArrangeError::OpenGop { segment, chunk });
        }
    }
    Ok(())
}
