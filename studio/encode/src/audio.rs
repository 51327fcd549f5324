//! The sound, encoded once and whole to the picture's exact length.

mod filters;
mod format;
mod loudness;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use media_ffmpeg::{Command, Finished, InputError, MediaInput, ToolError, Tools};
use media_isobmff::Track;
use serde::{Deserialize, Serialize};
use studio_inspect::{AudioFacts, Report};
use studio_shots::SegmentPlan;

use crate::limits::{AUDIO_FRAME_SLACK, SAMPLE_RATE};
use crate::{EncodeError, file_at};

pub use format::{AudioFormat, audio_formats};
pub use loudness::{Loudness, LoudnessTarget};

/// A sound track as a progressive MP4 with one track.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EncodedAudio {
    /// Where it is.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// 1, 2 or 6.
    pub channels: u16,
    /// What it is encoded as.
    pub format: AudioFormat,
    /// Its loudness before it was brought to the target; absent for silence.
    pub loudness: Option<Loudness>,
    /// What a person should know of it.
    pub warnings: Vec<AudioWarning>,
}

/// What was wrong with a sound track that a title was made with all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum AudioWarning {
    /// Parts could not be decoded.
    Damaged {
        /// The track's index in the master.
        stream_index: u32,
    },
    /// Nothing could be decoded.
    Unreadable {
        /// The track's index in the master.
        stream_index: u32,
    },
}

impl fmt::Display for AudioWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged { stream_index } => {
                write!(
                    f,
                    "parts of sound track {stream_index} are damaged and were made silent"
                )
            }
            Self::Unreadable { stream_index } => {
                write!(
                    f,
                    "sound track {stream_index} cannot be decoded and was made silent"
                )
            }
        }
    }
}

/// How every track of a title is made.
#[derive(Debug, Clone, Copy)]
pub struct AudioSettings {
    /// Codec and speakers.
    pub format: AudioFormat,
    /// Where its loudness is brought to; it stays as it is when absent.
    pub target: Option<LoudnessTarget>,
}

/// Encodes one sound track into `out`, an MP4 at 48 kHz, after its loudness was measured. It begins with
/// the picture's first frame and ends with its last, however the two lie in the master. Damage becomes
/// silence of the same length. `on_progress` is told media time done.
///
/// # Errors
/// [`EncodeError`]; nothing is left at `out` then.
#[expect(
    clippy::too_many_arguments,
    reason = "each is another part of what a track is made from"
)]
pub async fn encode_audio(
    tools: &Tools,
    input: &MediaInput,
    report: &Report,
    audio: &AudioFacts,
    plan: &SegmentPlan,
    settings: AudioSettings,
    out: &Path,
    mut on_progress: impl FnMut(Duration) + Send,
) -> Result<EncodedAudio, EncodeError> {
    let mut job = Job {
        settings,
        loudness: None,
        tools,
        input,
        report,
        audio,
        samples: filters::samples(plan),
        out,
    };
    job.loudness = job.measure().await?;
    let outcome = job.run_any(&mut on_progress).await;
    if outcome.is_err() {
        // The encode's own error says more than a failure to clean up behind it.
        let _removed = platform_files::remove_if_there(out).await;
    }
    outcome
}

struct Job<'a> {
    settings: AudioSettings,
    loudness: Option<Loudness>,
    tools: &'a Tools,
    input: &'a MediaInput,
    report: &'a Report,
    audio: &'a AudioFacts,
    /// At [`SAMPLE_RATE`].
    samples: u64,
    out: &'a Path,
}

impl Job<'_> {
    /// In one pass; in two where the format changes under way (broadcasts do that, and damage can look
    /// like it), because ffmpeg then starts its filters again and loses the place; and as silence where
    /// nothing can be decoded.
    async fn run_any(
        &self,
        on_progress: &mut (impl FnMut(Duration) + Send),
    ) -> Result<EncodedAudio, EncodeError> {
        let once = self
            .once()
            .run(|progress| on_progress(progress.out_time))
            .await;
        if let Some(made) = self.judged(once).await? {
            return Ok(made);
        }
        let twice = self.twice(on_progress).await;
        if let Some(made) = self.judged(twice).await? {
            return Ok(made);
        }
        self.silence()
            .run(|_| {})
            .await
            .map_err(|error| self.failed(error))?;
        let (bytes, _) = self.check().await?;
        let stream_index = self.audio.stream_index;
        Ok(self.finished(bytes, Some(AudioWarning::Unreadable { stream_index })))
    }

    /// What a run made, or nothing where another way should be tried.
    async fn judged(
        &self,
        outcome: Result<Finished, ToolError>,
    ) -> Result<Option<EncodedAudio>, EncodeError> {
        let finished = match outcome {
            Ok(finished) => finished,
            Err(error @ ToolError::Failed { .. }) if !error.is_out_of_space() => return Ok(None),
            Err(error) => return Err(self.failed(error)),
        };
        let (bytes, whole) = self.check().await?;
        let stream_index = self.audio.stream_index;
        let warning = filters::complains(&finished.stderr_tail)
            .then_some(AudioWarning::Damaged { stream_index });
        Ok(whole.then(|| self.finished(bytes, warning)))
    }

    /// Reads the track through once. One that cannot be measured is not changed: what is wrong with it
    /// shows when it is encoded. Only what another try may make good is an error.
    async fn measure(&self) -> Result<Option<Loudness>, EncodeError> {
        let levelled = filters::levelled(self.report.video.start_ms, self.layout());
        let unbroken = filters::unbroken(self.samples);
        let meter = format!("{levelled},{unbroken},ebur128=peak=true:framelog=quiet");
        let command = self.decoding().args(["-loglevel", "info", "-af", &meter]);
        match command.args(["-f", "null", "-"]).run(|_| {}).await {
            Ok(finished) => Ok(Loudness::from_summary(&finished.stderr_tail)),
            Err(source) if source.is_transient() => Err(self.failed(source)),
            Err(_) => Ok(None),
        }
    }

    /// Fits the title's length, and its loudness.
    fn fitted(&self) -> String {
        let unbroken = filters::unbroken(self.samples);
        match (self.loudness, self.settings.target) {
            (Some(loudness), Some(target)) => {
                format!("{},{unbroken}", loudness.filters(target, SAMPLE_RATE))
            }
            _ => unbroken,
        }
    }

    fn once(&self) -> Command {
        let levelled = filters::levelled(self.report.video.start_ms, self.layout());
        let fitted = self.fitted();
        let command = self
            .decoding()
            .args(["-af", &format!("{levelled},{fitted}")]);
        self.encoding(command)
    }

    /// First to plain samples of one format that keep their times, then as usual.
    async fn twice(
        &self,
        on_progress: &mut (impl FnMut(Duration) + Send),
    ) -> Result<Finished, ToolError> {
        let plain = self.out.with_extension("nut");
        let levelled = filters::levelled(self.report.video.start_ms, self.layout());
        // A container would shift times below zero, so what lies before the picture goes here already.
        let levelled = format!("{levelled},atrim=start=0");
        let first = self
            .decoding()
            .args(["-af", &levelled, "-c:a", "pcm_s16le", "-f", "nut"]);
        let outcome = match first.output(&plain).run(|_| {}).await {
            Ok(first) => self
                .second(&plain, on_progress)
                .await
                .map(|finished| Finished {
                    stderr_tail: first.stderr_tail + &finished.stderr_tail,
                    ..finished
                }),
            Err(error) => Err(error),
        };
        // What is left behind is beside the output and goes with its folder.
        let _removed = platform_files::remove_if_there(&plain).await;
        outcome
    }

    async fn second(
        &self,
        plain: &Path,
        on_progress: &mut (impl FnMut(Duration) + Send),
    ) -> Result<Finished, ToolError> {
        let lost = |error: InputError| ToolError::Lost {
            tool: "ffmpeg",
            source: std::io::Error::other(error),
        };
        let plain = MediaInput::open(plain).map_err(lost)?;
        let command = self.tools.ffmpeg().arg("-copyts").input_as(&plain, "nut");
        let command = command.args(["-af", &self.fitted()]);
        self.encoding(command)
            .run(|progress| on_progress(progress.out_time))
            .await
    }

    fn silence(&self) -> Command {
        let source = format!("anullsrc=r={SAMPLE_RATE}:cl={}", self.layout());
        let command = self.tools.ffmpeg().synthetic(&source);
        self.encoding(command.args(["-af", &format!("atrim=end_sample={}", self.samples)]))
    }

    /// Any share of damage is survived: what is missing becomes silence.
    fn decoding(&self) -> Command {
        let stream = format!("0:{}", self.audio.stream_index);
        let command = self
            .tools
            .ffmpeg()
            .args(["-copyts", "-max_error_rate", "1"]);
        command.input(self.input).args(["-map", &stream])
    }

    fn encoding(&self, command: Command) -> Command {
        command
            .args(self.settings.format.arguments(self.channels()))
            .args(["-map_metadata", "-1", "-map_chapters", "-1", "-f", "mp4"])
            .output(self.out)
    }

    /// The file's size, and whether it is as long as asked, to a few frames.
    async fn check(&self) -> Result<(u64, bool), EncodeError> {
        let (track, bytes) = file_at::track(self.out, Track::read_audio).await?;
        let wanted = self.samples.div_ceil(self.settings.format.frame());
        let found = track.samples.len() as u64;
        Ok((bytes, found.abs_diff(wanted) <= AUDIO_FRAME_SLACK))
    }

    fn channels(&self) -> u16 {
        self.settings.format.channels(self.audio.channels)
    }

    fn layout(&self) -> &'static str {
        format::layout(self.channels())
    }

    fn finished(&self, bytes: u64, warning: Option<AudioWarning>) -> EncodedAudio {
        EncodedAudio {
            path: self.out.to_owned(),
            bytes,
            channels: self.channels(),
            format: self.settings.format,
            loudness: self.loudness,
            warnings: warning.into_iter().collect(),
        }
    }

    fn failed(&self, source: ToolError) -> EncodeError {
        EncodeError::Tool {
            what: format!("sound track {}", self.audio.stream_index),
            source,
        }
    }
}

#[cfg(test)]
mod tests;
