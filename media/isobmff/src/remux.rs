//! One stream of picture and sound out of two track files, from any segment on.
//!
//! A plan only: it names the byte ranges to fetch in order, and rewrites each fragment once its bytes
//! are there. Whoever serves the stream does the fetching.

use std::ops::Range;
use std::time::Duration;

use crate::fragment::Fragment;
use crate::head::{Head, Segment};
use crate::limits::REMUX_DELAY_DIVISOR;
use crate::write::{Kind, TrackHeader, init};
use crate::{BoxError, Media, TrackFormat};

/// From which file a step's bytes come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemuxTrack {
    /// The picture's track file.
    Video,
    /// The sound's track file.
    Audio,
}

impl RemuxTrack {
    const fn id(self) -> u32 {
        match self {
            Self::Video => 1,
            Self::Audio => 2,
        }
    }

    /// Ticks by which the track's presentation is delayed against its decoding.
    const fn delay(self, format: &TrackFormat) -> u32 {
        match self {
            Self::Video => format.timescale / REMUX_DELAY_DIVISOR,
            Self::Audio => 0,
        }
    }
}

/// Why no stream can be planned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RemuxError {
    /// A file is of the wrong kind.
    #[error("the {wanted} file holds {found}")]
    WrongKind {
        /// What it should hold.
        wanted: &'static str,
        /// What it holds.
        found: &'static str,
    },
    /// There is nothing to stream.
    #[error("the video file has no segments")]
    Empty,
}

/// One fragment of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which file holds it.
    pub track: RemuxTrack,
    /// Its bytes in that file.
    pub range: Range<u64>,
    sequence: u32,
    /// The track's time that becomes 0.
    origin: u64,
    /// Added to every composition offset; the edit list in the init takes it off again.
    delay: u32,
}

/// The plan of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remux {
    init: Vec<u8>,
    start: Duration,
    steps: Vec<Step>,
}

impl Remux {
    /// Plans the stream that begins with the video segment at or before `from`; a time past the end
    /// begins with the last segment.
    ///
    /// # Errors
    /// [`RemuxError`] when the heads are not a picture's and a sound's, or there is no segment.
    pub fn plan<'a>(
        video: &'a Head,
        audio: Option<&'a Head>,
        from: Duration,
    ) -> Result<Self, RemuxError> {
        check_kind(video, "video")?;
        audio.map_or(Ok(()), |audio| check_kind(audio, "audio"))?;
        let first = video.segment_at(ticks(from, video.format.timescale));
        let origin = video.segments.get(first).ok_or(RemuxError::Empty)?.start;
        let end = video
            .segments
            .last()
            .map_or(0, |last| last.start + last.duration);
        let duration = end - origin;
        let scale = video.format.timescale;
        let header = |track: RemuxTrack, head: &'a Head| TrackHeader {
            id: track.id(),
            format: &head.format,
            shown_from: track.delay(&head.format),
            stated_duration: rescale(duration, scale, head.format.timescale),
        };
        let mut headers = vec![header(RemuxTrack::Video, video)];
        headers.extend(audio.map(|audio| header(RemuxTrack::Audio, audio)));
        Ok(Self {
            init: init(Kind::Stream, &headers, duration),
            start: time(origin, scale),
            steps: interleave(&video.segments[first..], &video.format, audio),
        })
    }

    /// `ftyp` and `moov` of the stream: its first bytes.
    pub fn init(&self) -> &[u8] {
        &self.init
    }

    /// The title's time at which the stream begins.
    pub fn start(&self) -> Duration {
        self.start
    }

    /// The fragments, in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }
}

impl Step {
    /// The fragment as it stands in the stream: track id and sequence number of the stream, times
    /// from 0, and sound that begins before the picture left out (empty when that is all of it).
    ///
    /// # Errors
    /// When `bytes` are not the fragment at [`Step::range`].
    pub fn rewrite(&self, bytes: &[u8]) -> Result<Vec<u8>, BoxError> {
        let (mut fragment, data) = Fragment::read(bytes)?;
        let mut start = data.start;
        let mut dropped = 0;
        for unit in &fragment.units {
            if fragment.decode >= self.origin {
                break;
            }
            fragment.decode += u64::from(unit.duration);
            start += unit.size as usize;
            dropped += 1;
        }
        fragment.units.drain(..dropped);
        if fragment.units.is_empty() {
            return Ok(Vec::new());
        }
        fragment.sequence = self.sequence;
        fragment.track_id = self.track.id();
        fragment.decode -= self.origin;
        for unit in &mut fragment.units {
            unit.composition = unit.composition.saturating_add_unsigned(self.delay);
        }
        // The media fits a 32-bit size: it lies in a fragment whose bytes are in memory.
        let mut out = fragment.head().unwrap_or_default();
        out.extend_from_slice(&bytes[start..data.end]);
        Ok(out)
    }
}

fn check_kind(head: &Head, wanted: &'static str) -> Result<(), RemuxError> {
    let found = match head.format.entry.media {
        Media::Video { .. } => "video",
        Media::Audio { .. } => "audio",
    };
    if found == wanted {
        Ok(())
    } else {
        Err(RemuxError::WrongKind { wanted, found })
    }
}

/// Each picture's fragment, then the sound that begins while it is shown.
fn interleave(video: &[Segment], format: &TrackFormat, audio: Option<&Head>) -> Vec<Step> {
    let video_timescale = format.timescale;
    let video_origin = video.first().map_or(0, |segment| segment.start);
    let (sound, rate) = audio.map_or((&[][..], 1), |audio| {
        let rate = audio.format.timescale;
        let first = audio.segment_at(rescale(video_origin, video_timescale, rate));
        (&audio.segments[first.min(audio.segments.len())..], rate)
    });
    let audio_origin = rescale(video_origin, video_timescale, rate);
    let mut sound = sound.iter().peekable();
    let mut steps: Vec<Step> = Vec::with_capacity(video.len() + sound.len());
    let mut push = |track: RemuxTrack, segment: &Segment, origin| {
        let sequence = steps.len() as u32 + 1;
        steps.push(Step {
            track,
            range: segment.range.clone(),
            sequence,
            origin,
            delay: track.delay(format),
        });
    };
    for (index, segment) in video.iter().enumerate() {
        push(RemuxTrack::Video, segment, video_origin);
        let last = index + 1 == video.len();
        let end = rescale(segment.start + segment.duration, video_timescale, rate);
        while let Some(next) = sound.next_if(|next| last || next.start < end) {
            push(RemuxTrack::Audio, next, audio_origin);
        }
    }
    steps
}

fn rescale(ticks: u64, from: u32, to: u32) -> u64 {
    (u128::from(ticks) * u128::from(to) / u128::from(from.max(1))) as u64
}

fn ticks(time: Duration, timescale: u32) -> u64 {
    (time.as_nanos() * u128::from(timescale) / 1_000_000_000) as u64
}

fn time(ticks: u64, timescale: u32) -> Duration {
    Duration::from_nanos(rescale(ticks, timescale, 1_000_000_000))
}

#[cfg(test)]
mod tests;
