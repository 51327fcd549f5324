//! The encoders' arguments for one chunk.

mod level;
mod light;
mod svt_av1;
mod vp9;
mod x264;
mod x265;

use contracts_delivery::FrameRate;
use contracts_studio::VideoCodec;
use serde::{Deserialize, Serialize};

use crate::{ChunkTask, EncodeError, Rendition};

/// ffmpeg's name of the curve that HDR10 has; its metadata means nothing with another.
pub(crate) const PQ: &str = "smpte2084";

/// How much an encoder is asked to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effort {
    /// The usual preset.
    #[default]
    Usual,
    /// Plain code without vector instructions, and the simplest searches, for a chunk that crashes the
    /// encoder otherwise. Parameter sets stay those of the usual preset, so that the chunk still joins.
    Safer,
}

/// Arguments between the filters and the output, the same for every chunk of a rendition but for where
/// key frames stand. `dynamic` is the name of a file with the frames' dynamic metadata.
pub(crate) fn arguments(
    task: &ChunkTask,
    dynamic: Option<&str>,
) -> Result<Vec<String>, EncodeError> {
    let (rendition, video, effort) = (&task.rendition, &task.video, task.effort);
    let mut arguments = match rendition.codec {
        VideoCodec::H264 => x264::arguments(rendition, task.rate, effort)?,
        VideoCodec::Hevc => x265::arguments(rendition, video, effort, dynamic),
        VideoCodec::Vp9 => vp9::arguments(rendition, effort),
        VideoCodec::Av1 => svt_av1::arguments(rendition, video, effort),
    };
    let (key_frames, clock) = (key_frames(&task.offsets), timescale(task.rate).to_string());
    let common = [
        "-force_key_frames",
        &key_frames,
        "-map_metadata",
        "-1",
        "-map_chapters",
        "-1",
        "-video_track_timescale",
        &clock,
        "-f",
        "mp4",
    ];
    arguments.extend(common.map(str::to_owned));
    Ok(arguments)
}

/// An expression that is true for the frames at `offsets`. Frame numbers, unlike times, do not round.
fn key_frames(offsets: &[u64]) -> String {
    let terms: Vec<String> = offsets
        .iter()
        .map(|offset| format!("eq(n,{offset})"))
        .collect();
    format!("expr:{}", terms.join("+"))
}

/// Ticks a second of a chunk's track: a whole number of ticks to a frame, and at least ten thousand to a
/// second.
pub fn timescale(rate: FrameRate) -> u32 {
    const FINE: u32 = 10_000;
    if rate.numerator >= FINE {
        rate.numerator
    } else {
        rate.numerator.max(1) * 1000
    }
}

/// A share of a rung's cap, which is that of H.264.
fn capped(rendition: &Rendition, percent: u32) -> (String, String) {
    let kbps = (rendition.rung.max_kbps * percent / 100).max(1);
    (format!("{kbps}k"), format!("{}k", kbps * 2))
}

/// The rate factor on another codec's scale, at most `most`.
fn factor(rendition: &Rendition, more: u8, most: u8) -> String {
    rendition
        .rung
        .crf
        .saturating_add(more)
        .min(most)
        .to_string()
}

#[cfg(test)]
mod tests;
