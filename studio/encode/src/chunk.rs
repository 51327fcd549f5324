//! One chunk of one rendition: encoded, then checked against the ledger.

use std::path::{Path, PathBuf};
use std::time::Duration;

use data_objects::ContentHash;
use media_ffmpeg::{MediaInput, Tools};
use media_isobmff::Track;
use serde::{Deserialize, Serialize};
use studio_shots::ReadFrom;

use crate::conform::Conform;
use crate::dynamic::{self, Dynamic};
use crate::limits::THREADS;
use crate::{ChunkTask, Effort, EncodeError, encoder, file_at};

/// A chunk as a progressive MP4 with one track.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncodedChunk {
    /// Where it is.
    pub path: PathBuf,
    /// Its frames: those of the ledger.
    pub frames: u64,
    /// Bytes of its frames; the file around them is a few thousand longer.
    pub bytes: u64,
    /// Hash of its sample entry, parameter sets within. Equal in all chunks of a rendition.
    pub decoder_settings: ContentHash,
    /// How it was made.
    #[serde(default)]
    pub effort: Effort,
    /// CPU time it took, in milliseconds; 0 where that is not known.
    #[serde(default)]
    pub cpu_ms: u64,
}

/// Does `task` on the master `input` into `out`, an MP4. `on_progress` is told frames done.
///
/// Runs use one thread of encoding each; run as many at once as there are cores. A seek that turns out
/// to have missed frames is made good by reading from the beginning. Dropping the future ends ffmpeg.
///
/// # Errors
/// [`EncodeError`]; nothing is left at `out` then.
pub async fn encode_chunk(
    tools: &Tools,
    input: &MediaInput,
    task: &ChunkTask,
    out: &Path,
    mut on_progress: impl FnMut(u64) + Send,
) -> Result<EncodedChunk, EncodeError> {
    let job = Job::new(tools, input, task, out).await?;
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

/// As [`encode_chunk`], and once more with [`Effort::Safer`] when ffmpeg crashed: the same settings
/// would crash it again.
///
/// # Errors
/// [`EncodeError`]; the second one when both tries failed.
pub async fn encode_or_safer(
    tools: &Tools,
    input: &MediaInput,
    task: &ChunkTask,
    out: &Path,
    mut on_progress: impl FnMut(u64) + Send,
) -> Result<EncodedChunk, EncodeError> {
    match encode_chunk(tools, input, task, out, &mut on_progress).await {
        Err(error) if error.is_crash() && task.effort == Effort::Usual => {}
        outcome => return outcome,
    }
    let safer = ChunkTask {
        effort: Effort::Safer,
        ..task.clone()
    };
    encode_chunk(tools, input, &safer, out, on_progress).await
}

struct Job<'a> {
    tools: &'a Tools,
    input: &'a MediaInput,
    task: &'a ChunkTask,
    conform: Conform<'a>,
    dynamic: Option<Dynamic>,
    encoder: Vec<String>,
    out: &'a Path,
}

impl<'a> Job<'a> {
    async fn new(
        tools: &'a Tools,
        input: &'a MediaInput,
        task: &'a ChunkTask,
        out: &'a Path,
    ) -> Result<Self, EncodeError> {
        let conform = task.conform(tools.capabilities().has_filter("zscale"));
        let dynamic = Dynamic::of(tools, input, task, &conform, out).await?;
        let encoder = encoder::arguments(task, dynamic.as_ref().map(|_| dynamic::FILE))?;
        Ok(Self {
            tools,
            input,
            task,
            conform,
            dynamic,
            encoder,
            out,
        })
    }

    async fn run(
        &self,
        from: ReadFrom,
        on_progress: &mut (impl FnMut(u64) + Send),
    ) -> Result<EncodedChunk, EncodeError> {
        let threads = THREADS.to_string();
        let stream = format!("0:{}", self.task.video.stream_index);
        let frames = self.task.span.frames.to_string();
        let mut command = self.tools.ffmpeg();
        if let Some(dynamic) = &self.dynamic {
            command = command.current_dir(dynamic.folder());
        }
        let finished = command
            .args(plain_code(self.task.effort))
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
                what: self.task.what(),
                source,
            })?;
        let checked = check_chunk(self.task, self.out).await?;
        Ok(EncodedChunk {
            cpu_ms: milliseconds(finished.cpu_time.unwrap_or_default()),
            ..checked
        })
    }
}

/// CPU time as it is kept.
pub(crate) fn milliseconds(cpu: Duration) -> u64 {
    u64::try_from(cpu.as_millis()).unwrap_or(u64::MAX)
}

/// A decoder can crash as well as an encoder.
fn plain_code(effort: Effort) -> &'static [&'static str] {
    match effort {
        Effort::Usual => &[],
        Effort::Safer => &["-cpuflags", "0"],
    }
}

/// Reads back a chunk, whoever made it: the frames of the ledger, key frames at the segment starts and
/// only there.
///
/// # Errors
/// [`EncodeError`]; the file stays where it is.
pub async fn check_chunk(task: &ChunkTask, path: &Path) -> Result<EncodedChunk, EncodeError> {
    let (track, _) = file_at::track(path, Track::read_whole_video).await?;
    let (found, planned) = (track.samples.len() as u64, task.span.frames);
    let what = || task.what();
    if found != planned {
        return Err(EncodeError::FrameCount {
            what: what(),
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
    let at = key_frames.map(|(_, index)| index);
    if !at.eq(task.offsets.iter().copied()) {
        return Err(EncodeError::KeyFrames { what: what() });
    }
    Ok(EncodedChunk {
        path: path.to_owned(),
        frames: found,
        bytes: track.samples.iter().map(|it| u64::from(it.size)).sum(),
        decoder_settings: ContentHash::of(&track.format.entry.bytes),
        effort: task.effort,
        cpu_ms: 0,
    })
}

#[cfg(test)]
mod tests;
