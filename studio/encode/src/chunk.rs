//! One chunk of one rung: encoded, then checked against the ledger.

use std::path::{Path, PathBuf};

use data_objects::ContentHash;
use media_ffmpeg::{MediaInput, Tools};
use media_isobmff::Track;
use serde::{Deserialize, Serialize};
use studio_inspect::Report;
use studio_ladder::Rung;
use studio_shots::{Chunk, ReadFrom, SegmentPlan};

use crate::conform::{Conform, Span};
use crate::limits::THREADS;
use crate::{EncodeError, file_at, x264};

/// A chunk as a progressive MP4 with one H.264 track.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncodedChunk {
    /// Where it is.
    pub path: PathBuf,
    /// Its frames: those of the ledger.
    pub frames: u64,
    /// Its size.
    pub bytes: u64,
    /// Hash of its sample entry, parameter sets within. Equal in all chunks of a rung.
    pub decoder_settings: ContentHash,
}

/// Encodes the frames of `chunk` at `rung` into `out`, an MP4. `on_progress` is told frames done.
///
/// Runs use one thread of encoding each; run as many at once as there are cores. A seek that turns out
/// to have missed frames is made good by reading from the beginning. Dropping the future ends ffmpeg.
///
/// # Errors
/// [`EncodeError`]; nothing is left at `out` then.
#[expect(
    clippy::too_many_arguments,
    reason = "each is another part of what a chunk is made from"
)]
pub async fn encode_chunk(
    tools: &Tools,
    input: &MediaInput,
    report: &Report,
    plan: &SegmentPlan,
    chunk: &Chunk,
    rung: &Rung,
    out: &Path,
    mut on_progress: impl FnMut(u64) + Send,
) -> Result<EncodedChunk, EncodeError> {
    let job = Job::new(tools, input, report, plan, chunk, rung, out)?;
    let first = job.conform.best_start();
    let mut outcome = job.run(first, &mut on_progress).await;
    if first == ReadFrom::Index && matches!(outcome, Err(EncodeError::FrameCount { .. })) {
        outcome = job.run(ReadFrom::Beginning, &mut on_progress).await;
    }
    if outcome.is_err() {
        // The encode's own error says more than a failure to clean up behind it.
        let _removed = platform_files::remove_if_there(out).await;
    }
    outcome
}

struct Job<'a> {
    tools: &'a Tools,
    input: &'a MediaInput,
    conform: Conform<'a>,
    /// Segment starts, counted from the chunk's first frame.
    offsets: Vec<u64>,
    encoder: Vec<String>,
    out: &'a Path,
    what: String,
}

impl<'a> Job<'a> {
    fn new(
        tools: &'a Tools,
        input: &'a MediaInput,
        report: &'a Report,
        plan: &SegmentPlan,
        chunk: &Chunk,
        rung: &Rung,
        out: &'a Path,
    ) -> Result<Self, EncodeError> {
        let what = format!("chunk {} of {}", chunk.index, rung.name);
        let first = plan.starts.get(chunk.first_segment);
        let last = chunk.first_segment.checked_add(chunk.segments);
        let end = last.map(|last| plan.starts.get(last).copied().unwrap_or(plan.frames));
        let fits = last.is_some_and(|last| last <= plan.starts.len() && chunk.segments > 0);
        let whole = end == chunk.start_frame.checked_add(chunk.frames);
        if !fits || !whole || first != Some(&chunk.start_frame) {
            return Err(EncodeError::ForeignChunk { what });
        }
        let offsets = chunk.segment_offsets(plan);
        let encoder = x264::arguments(rung, plan.frame_rate, &offsets)?;
        let span = Span {
            start: chunk.start_frame,
            frames: chunk.frames,
        };
        let can_tone_map = tools.capabilities().has_filter("zscale");
        let conform = Conform::to_rung(report, plan.frame_rate, span, rung, can_tone_map);
        Ok(Self {
            tools,
            input,
            conform,
            offsets,
            encoder,
            out,
            what,
        })
    }

    async fn run(
        &self,
        from: ReadFrom,
        on_progress: &mut (impl FnMut(u64) + Send),
    ) -> Result<EncodedChunk, EncodeError> {
        let threads = THREADS.to_string();
        let stream = format!("0:{}", self.conform.report.video.stream_index);
        let frames = self.conform.span.frames.to_string();
        self.tools
            .ffmpeg()
            .args(["-threads", &threads, "-filter_threads", &threads])
            .args(self.conform.input_options(from))
            .input(self.input)
            .args(["-map", &stream, "-vf", &self.conform.filters(from)])
            .args(["-fps_mode", "passthrough", "-frames:v", &frames])
            .args(&self.encoder)
            .output(self.out)
            .run(|progress| on_progress(progress.frame))
            .await
            .map_err(|source| EncodeError::Tool {
                what: self.what.clone(),
                source,
            })?;
        self.check().await
    }

    /// Reads the chunk back: the frames of the ledger, key frames at the segment starts and only there.
    async fn check(&self) -> Result<EncodedChunk, EncodeError> {
        let (track, bytes) = file_at::track(self.out, Track::read_video).await?;
        let found = track.samples.len() as u64;
        let planned = self.conform.span.frames;
        if found != planned {
            return Err(EncodeError::FrameCount {
                what: self.what.clone(),
                planned,
                found,
            });
        }
        // Closed groups of pictures: a key frame's turn to decode is its turn to be shown.
        let key_frames = track
            .samples
            .iter()
            .zip(0_u64..)
            .filter(|(sample, _)| sample.sync);
        if !key_frames
            .map(|(_, index)| index)
            .eq(self.offsets.iter().copied())
        {
            return Err(EncodeError::KeyFrames {
                what: self.what.clone(),
            });
        }
        let decoder_settings = ContentHash::of(&track.format.entry.bytes);
        Ok(EncodedChunk {
            path: self.out.to_owned(),
            frames: found,
            bytes,
            decoder_settings,
        })
    }
}

#[cfg(test)]
mod tests;
