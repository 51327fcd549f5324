//! Trials: a few frames of a master at several sizes and rate factors, and how good they look.
//!
//! The frames are conformed once, kept without loss, and encoded from there as a chunk would be. Each
//! trial is scored beside them, frame by frame in order: times do not pair frames, their numbers do.

mod score;

use std::path::Path;
use std::time::Duration;

use contracts_delivery::FrameRate;
use contracts_studio::QualityMeasure;
use media_ffmpeg::{Command, Finished, MediaInput, Tools};
use media_isobmff::{Sample as Unit, Track};
use studio_inspect::Report;
use studio_ladder::limits::SCORED_EVERY;
use studio_ladder::{Rung, Tried, harmonic};
use studio_shots::ReadFrom;

use crate::conform::Span;
use crate::{ChunkTask, Effort, EncodeError, Rendition, encoder, file_at};

/// Trials of one span.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanTrials {
    /// Size by size, one for each rate factor.
    pub tried: Vec<Vec<Tried>>,
    /// CPU time taken.
    pub cpu: Duration,
}

/// What every trial of a title has in common.
#[derive(Debug, Clone, Copy)]
pub struct Bench<'a> {
    /// ffmpeg.
    pub tools: &'a Tools,
    /// The master.
    pub input: &'a MediaInput,
    /// What is known of it.
    pub report: &'a Report,
    /// Of the title's grid.
    pub rate: FrameRate,
    /// The sizes, by ascending size; never empty. Quality is judged at the last.
    pub sizes: &'a [Rung],
    /// The rate factors.
    pub crfs: &'a [u8],
}

impl Bench<'_> {
    /// How this build of ffmpeg scores.
    pub fn measure(&self) -> QualityMeasure {
        if self.tools.capabilities().has_vmaf() {
            QualityMeasure::Vmaf
        } else {
            QualityMeasure::Ssim
        }
    }

    /// Tries every size at every rate factor on the frames of `span`. Files go to `folder`, an empty one
    /// that the caller removes.
    ///
    /// # Errors
    /// [`EncodeError`] when ffmpeg fails or gives other frames than asked for.
    pub async fn try_span(&self, span: Span, folder: &Path) -> Result<SpanTrials, EncodeError> {
        let mut cpu = Duration::ZERO;
        let reference = self.reference(span, folder, &mut cpu).await?;
        let mut tried = vec![Vec::new(); self.sizes.len()];
        for crf in self.crfs {
            let units = self
                .encode(&reference, *crf, span, folder, &mut cpu)
                .await?;
            let scores = self.score(&reference, folder, &mut cpu).await?;
            for ((of_size, units), scores) in tried.iter_mut().zip(units).zip(scores) {
                of_size.push(told(&units, &scores, span)?);
            }
        }
        Ok(SpanTrials { tried, cpu })
    }

    /// The frames themselves, at the largest size, without loss.
    async fn reference(
        &self,
        span: Span,
        folder: &Path,
        cpu: &mut Duration,
    ) -> Result<MediaInput, EncodeError> {
        let largest = &self.sizes[self.sizes.len() - 1];
        let task = self.task(span, largest.clone());
        let conform = task.conform(self.tools.capabilities().has_filter("zscale"));
        let path = folder.join("reference.mp4");
        let mut from = conform.best_start();
        loop {
            let (stream, frames) = (
                format!("0:{}", self.report.video.stream_index),
                span.frames.to_string(),
            );
            let command = self
                .single(conform.input_options(from))
                .input(self.input)
                .args(["-map", &stream, "-vf", &conform.filters(from)])
                .args(["-fps_mode", "passthrough", "-frames:v", &frames])
                .args(["-c:v", "libx264", "-preset", "ultrafast", "-qp", "0"])
                .args(["-threads:v", "1", "-f", "mp4"])
                .output(&path);
            run(command, cpu).await?;
            let (track, _) = file_at::track(&path, Track::read_video).await?;
            if track.samples.len() as u64 == span.frames {
                return MediaInput::open(&path).map_err(|error| EncodeError::Disk {
                    path: path.clone(),
                    source: std::io::Error::other(error),
                });
            }
            if from == ReadFrom::Beginning {
                return Err(miscounted(span, track.samples.len() as u64));
            }
            from = ReadFrom::Beginning;
        }
    }

    /// The span as a chunk of one segment.
    fn task(&self, span: Span, rung: Rung) -> ChunkTask {
        ChunkTask {
            index: 0,
            container: self.report.container.clone(),
            video: self.report.video.clone(),
            rate: self.rate,
            span,
            offsets: vec![0],
            rendition: Rendition::h264(rung),
            effort: Effort::Usual,
        }
    }

    /// One run of ffmpeg that makes every size; gives each one's units.
    async fn encode(
        &self,
        reference: &MediaInput,
        crf: u8,
        span: Span,
        folder: &Path,
        cpu: &mut Duration,
    ) -> Result<Vec<Vec<Unit>>, EncodeError> {
        let split: String = labels("s", self.sizes.len());
        let scaled = self.sizes.iter().enumerate().map(|(index, size)| {
            let (width, height) = (size.width, size.height);
            format!(";[s{index}]scale={width}:{height}:flags=lanczos+accurate_rnd[o{index}]")
        });
        let graph = format!(
            "[0:v]split={}{split}{}",
            self.sizes.len(),
            scaled.collect::<Vec<_>>().concat()
        );
        let none: [&str; 0] = [];
        let mut command = self
            .single(none)
            .input(reference)
            .args(["-filter_complex", &graph]);
        for (index, size) in self.sizes.iter().enumerate() {
            // A trial must not meet its cap: it says what the content wants.
            let rung = Rung {
                crf,
                max_kbps: size.max_kbps * 3,
                ..size.clone()
            };
            command = command
                .args(["-map", &format!("[o{index}]"), "-fps_mode", "passthrough"])
                .args(encoder::arguments(&self.task(span, rung))?)
                .output(&trial_path(folder, index));
        }
        run(command, cpu).await?;
        let mut all = Vec::with_capacity(self.sizes.len());
        for index in 0..self.sizes.len() {
            let (track, _) = file_at::track(&trial_path(folder, index), Track::read_video).await?;
            if track.samples.len() as u64 != span.frames {
                return Err(miscounted(span, track.samples.len() as u64));
            }
            all.push(track.samples);
        }
        Ok(all)
    }

    /// One run of ffmpeg that scores every size; gives each one's scored frames in order.
    async fn score(
        &self,
        reference: &MediaInput,
        folder: &Path,
        cpu: &mut Duration,
    ) -> Result<Vec<Vec<f64>>, EncodeError> {
        let measure = self.measure();
        let largest = &self.sizes[self.sizes.len() - 1];
        let none: [&str; 0] = [];
        let mut command = self.single(none).current_dir(folder).input(reference);
        for index in 0..self.sizes.len() {
            let path = trial_path(folder, index);
            let trial = MediaInput::open(&path).map_err(|error| EncodeError::Disk {
                path,
                source: std::io::Error::other(error),
            })?;
            command = command.args(["-threads", "1"]).input(&trial);
        }
        let graph = score::graph(measure, largest, self.sizes.len());
        command = command.args(["-filter_complex", &graph]);
        for index in 0..self.sizes.len() {
            command = command.args(["-map", &format!("[v{index}]"), "-f", "null", "-"]);
        }
        run(command, cpu).await?;
        let mut all = Vec::with_capacity(self.sizes.len());
        for index in 0..self.sizes.len() {
            all.push(score::read(measure, &folder.join(score::log(index))).await?);
        }
        Ok(all)
    }

    /// ffmpeg with one thread for everything: trials run side by side.
    fn single(&self, options: impl IntoIterator<Item = impl AsRef<std::ffi::OsStr>>) -> Command {
        let threads = [
            "-threads",
            "1",
            "-filter_threads",
            "1",
            "-filter_complex_threads",
            "1",
        ];
        self.tools.ffmpeg().args(threads).args(options)
    }
}

/// `[s0][s1]` and so on.
fn labels(letter: &str, count: usize) -> String {
    let each: Vec<_> = (0..count)
        .map(|index| format!("[{letter}{index}]"))
        .collect();
    each.concat()
}

fn trial_path(folder: &Path, index: usize) -> std::path::PathBuf {
    folder.join(format!("trial-{index}.mp4"))
}

async fn run(command: Command, cpu: &mut Duration) -> Result<(), EncodeError> {
    let finished: Finished = command
        .run(|_| {})
        .await
        .map_err(|source| EncodeError::Tool {
            what: "a trial".to_owned(),
            source,
        })?;
    *cpu += finished.cpu_time.unwrap_or_default();
    Ok(())
}

fn miscounted(span: Span, found: u64) -> EncodeError {
    EncodeError::FrameCount {
        what: "a trial".to_owned(),
        planned: span.frames,
        found,
    }
}

/// The first frame apart from the others. Scored are the first and then every [`SCORED_EVERY`]th.
fn told(units: &[Unit], scores: &[f64], span: Span) -> Result<Tried, EncodeError> {
    let (Some((first, rest)), Some((first_quality, others))) =
        (units.split_first(), scores.split_first())
    else {
        return Err(miscounted(span, scores.len() as u64 * SCORED_EVERY));
    };
    Ok(Tried {
        first_bytes: u64::from(first.size),
        rest_bytes: rest.iter().map(|unit| u64::from(unit.size)).sum(),
        first_quality: *first_quality,
        rest_quality: if others.is_empty() {
            *first_quality
        } else {
            harmonic(others)
        },
    })
}

#[cfg(test)]
mod tests;
