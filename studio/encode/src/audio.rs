//! The sound, encoded once and whole to the picture's exact length.

mod filters;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use media_ffmpeg::{Command, Finished, MediaInput, ToolError, Tools};
use media_isobmff::Track;
use serde::{Deserialize, Serialize};
use studio_inspect::{AudioFacts, Report};
use studio_shots::SegmentPlan;

use crate::limits::{AAC_FRAME, AAC_FRAME_SLACK, MONO_KBPS, SAMPLE_RATE, STEREO_KBPS};
use crate::{EncodeError, file_at};

/// A sound track as a progressive MP4 with one AAC-LC track.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncodedAudio {
    /// Where it is.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// 1 or 2.
    pub channels: u16,
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

/// Encodes one sound track into `out`, an MP4: AAC-LC at 48 kHz, mono as mono, everything else as
/// stereo. It begins with the picture's first frame and ends with its last, however the two lie in the
/// master. Damage becomes silence of the same length. `on_progress` is told media time done.
///
/// # Errors
/// [`EncodeError`]; nothing is left at `out` then.
pub async fn encode_audio(
    tools: &Tools,
    input: &MediaInput,
    report: &Report,
    audio: &AudioFacts,
    plan: &SegmentPlan,
    out: &Path,
    mut on_progress: impl FnMut(Duration) + Send,
) -> Result<EncodedAudio, EncodeError> {
    let job = Job {
        tools,
        input,
        report,
        audio,
        samples: filters::samples(plan),
        out,
    };
    let outcome = job.run_any(&mut on_progress).await;
    if outcome.is_err() {
        // The encode's own error says more than a failure to clean up behind it.
        let _removed = platform_files::remove_if_there(out).await;
    }
    outcome
}

struct Job<'a> {
    tools: &'a Tools,
    input: &'a MediaInput,
    report: &'a Report,
    audio: &'a AudioFacts,
    /// At [`SAMPLE_RATE`].
    samples: u64,
    out: &'a Path,
}

/// What the sound is made from, in the order it is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// The track as it is.
    Track,
    /// Only those parts of the track that are like its beginning: where damage (or a broadcast) changes
    /// the format under way, ffmpeg starts its filters again and loses the place.
    Uniform,
    /// Silence.
    Silence,
}

impl Job<'_> {
    async fn run_any(
        &self,
        on_progress: &mut (impl FnMut(Duration) + Send),
    ) -> Result<EncodedAudio, EncodeError> {
        for source in [Source::Track, Source::Uniform] {
            match self
                .run(source)
                .run(|progress| on_progress(progress.out_time))
                .await
            {
                Ok(finished) => {
                    let (bytes, whole) = self.check().await?;
                    if whole {
                        return Ok(self.finished(bytes, self.warning(source, &finished)));
                    }
                }
                Err(error @ ToolError::Failed { .. }) if !error.is_out_of_space() => {}
                Err(error) => return Err(self.failed(error)),
            }
        }
        let silent = self.run(Source::Silence).run(|_| {}).await;
        silent.map_err(|error| self.failed(error))?;
        let (bytes, _) = self.check().await?;
        let stream_index = self.audio.stream_index;
        Ok(self.finished(bytes, Some(AudioWarning::Unreadable { stream_index })))
    }

    fn run(&self, source: Source) -> Command {
        let (layout, kbps) = if self.channels() == 1 {
            ("mono", MONO_KBPS)
        } else {
            ("stereo", STEREO_KBPS)
        };
        let command = self.tools.ffmpeg();
        let command = match source {
            Source::Silence => command
                .synthetic(&format!("anullsrc=r={SAMPLE_RATE}:cl={layout}"))
                .args(["-af", &format!("atrim=end_sample={}", self.samples)]),
            Source::Track | Source::Uniform => {
                let uniform: &[&str] = if source == Source::Uniform {
                    &["-drop_changed", "1"]
                } else {
                    &[]
                };
                let filters = filters::chain(self.report.video.start_ms, layout, self.samples);
                let stream = format!("0:{}", self.audio.stream_index);
                // Any share of damage is survived: what is missing becomes silence.
                command
                    .arg("-copyts")
                    .args(["-max_error_rate", "1"])
                    .args(uniform)
                    .input(self.input)
                    .args(["-map", &stream, "-af", &filters])
            }
        };
        command
            .args([
                "-c:a",
                "aac",
                "-profile:a",
                "aac_low",
                "-b:a",
                &format!("{kbps}k"),
            ])
            .args(["-map_metadata", "-1", "-map_chapters", "-1", "-f", "mp4"])
            .output(self.out)
    }

    /// The file's size, and whether it is as long as asked, to a few AAC frames.
    async fn check(&self) -> Result<(u64, bool), EncodeError> {
        let (track, bytes) = file_at::track(self.out, Track::read_audio).await?;
        let wanted = self.samples.div_ceil(AAC_FRAME);
        let found = track.samples.len() as u64;
        Ok((bytes, found.abs_diff(wanted) <= AAC_FRAME_SLACK))
    }

    fn warning(&self, source: Source, finished: &Finished) -> Option<AudioWarning> {
        let stream_index = self.audio.stream_index;
        let complained = filters::complains(&finished.stderr_tail);
        (complained || source == Source::Uniform).then_some(AudioWarning::Damaged { stream_index })
    }

    fn channels(&self) -> u16 {
        if self.audio.channels == 1 { 1 } else { 2 }
    }

    fn finished(&self, bytes: u64, warning: Option<AudioWarning>) -> EncodedAudio {
        EncodedAudio {
            path: self.out.to_owned(),
            bytes,
            channels: self.channels(),
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
