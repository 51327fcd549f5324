//! How good encoded frames look beside the master's own.
//!
//! The master's frames are conformed once, kept without loss, and whatever was encoded is scaled up to
//! them and scored frame by frame in order: times do not pair frames, their numbers do.

mod filters;

use std::path::Path;
use std::time::Duration;

use contracts_delivery::FrameRate;
use contracts_studio::{QualityMeasure, Screen};
use media_ffmpeg::{Command, Finished, MediaInput, Tools};
use media_isobmff::Track;
use studio_inspect::Report;
use studio_ladder::Rung;
use studio_shots::ReadFrom;

pub(crate) use filters::labels;

use crate::conform::Span;
use crate::{ChunkTask, Effort, EncodeError, Rendition, file_at};

/// What all of a title's judgements have in common.
#[derive(Debug, Clone, Copy)]
pub struct Judge<'a> {
    /// ffmpeg.
    pub tools: &'a Tools,
    /// The master.
    pub input: &'a MediaInput,
    /// What is known of it.
    pub report: &'a Report,
    /// Of the title's grid.
    pub rate: FrameRate,
    /// The size at which quality is judged, the largest that is made.
    pub size: &'a Rung,
    /// What it is judged for.
    pub screen: Screen,
}

/// Encoded frames that are to be judged: files of one size that follow one another.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The files, in order.
    pub files: Vec<MediaInput>,
    /// A time in the first file, in seconds: reading begins at the key frame before it, so that what comes
    /// earlier is not decoded for nothing. Nothing for the file's beginning.
    pub from: Option<f64>,
    /// Frames from there to the first that is judged.
    pub skip: u64,
}

/// Frames as the master has them.
#[derive(Debug, Clone)]
pub struct Reference {
    /// Without loss, at the size of judgement.
    pub frames: MediaInput,
    /// Which they are.
    pub span: Span,
    /// CPU time taken to make it.
    pub cpu: Duration,
}

/// Scores of several encodes of the same frames.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// For each encode those of the first frame and of every so-manieth after it, 0 to 100.
    pub each: Vec<Vec<f64>>,
    /// CPU time taken.
    pub cpu: Duration,
}

impl Reference {
    /// The same file, of which only so many frames count.
    #[must_use]
    pub fn first(&self, frames: u64) -> Self {
        let mut first = self.clone();
        first.span.frames = self.span.frames.min(frames);
        first
    }
}

impl Judge<'_> {
    /// How this build of ffmpeg scores.
    pub fn measure(&self) -> QualityMeasure {
        let able = self.tools.capabilities();
        match self.screen {
            Screen::Television if able.has_vmaf() => QualityMeasure::Vmaf,
            Screen::Phone if able.has_vmaf() => QualityMeasure::VmafPhone,
            _ if able.has_filter("xpsnr") => QualityMeasure::Xpsnr,
            _ => QualityMeasure::Ssim,
        }
    }

    /// The frames of `span` themselves, in a file in `folder`.
    ///
    /// # Errors
    /// [`EncodeError`] when ffmpeg fails or gives other frames than asked for.
    pub async fn reference(&self, span: Span, folder: &Path) -> Result<Reference, EncodeError> {
        let task = self.task(span, self.size.clone());
        let conform = task.conform(self.tools.capabilities().has_filter("zscale"));
        let path = folder.join("reference.mp4");
        let stream = format!("0:{}", self.report.video.stream_index);
        let (frames, mut from) = (span.frames.to_string(), conform.best_start());
        let mut cpu = Duration::ZERO;
        loop {
            let command = single(self.tools, conform.input_options(from))
                .input(self.input)
                .args(["-map", &stream, "-vf", &conform.filters(from)])
                .args(["-fps_mode", "passthrough", "-frames:v", &frames])
                .args(["-c:v", "libx264", "-preset", "ultrafast", "-qp", "0"])
                .args(["-threads:v", "1", "-f", "mp4"])
                .output(&path);
            run(command, &mut cpu).await?;
            let (track, _) = file_at::track(&path, Track::read_video).await?;
            let found = track.samples.len() as u64;
            if found == span.frames {
                let frames = opened(&path)?;
                return Ok(Reference { frames, span, cpu });
            }
            if from == ReadFrom::Beginning {
                return Err(miscounted(span, found));
            }
            from = ReadFrom::Beginning;
        }
    }

    /// Scores every one of `all` beside `reference`: the first frame and then every `every`th. Logs go to
    /// `folder`.
    ///
    /// # Errors
    /// [`EncodeError`] when ffmpeg fails or scores fewer frames than there are.
    pub async fn score(
        &self,
        reference: &Reference,
        all: &[Judged],
        every: u64,
        folder: &Path,
    ) -> Result<Scores, EncodeError> {
        let (measure, span) = (self.measure(), reference.span);
        let none: [&str; 0] = [];
        let mut command = single(self.tools, none)
            .current_dir(folder)
            .input(&reference.frames);
        for judged in all {
            for (index, file) in judged.files.iter().enumerate() {
                if let Some(from) = judged.from.filter(|_| index == 0) {
                    let from = format!("{from:.3}");
                    command = command.args(["-noaccurate_seek", "-ss", &from]);
                }
                command = command.args(["-threads", "1"]).input(file);
            }
        }
        let graph = filters::graph(measure, self.size, span.frames, all, every);
        command = command.args(["-filter_complex", &graph]);
        for index in 0..all.len() {
            command = command.args(["-map", &format!("[v{index}]"), "-f", "null", "-"]);
        }
        let mut cpu = Duration::ZERO;
        run(command, &mut cpu).await?;
        let mut each = Vec::with_capacity(all.len());
        for index in 0..all.len() {
            let log = folder.join(filters::log(index));
            let scores = filters::read(measure, &log, every).await?;
            if scores.len() as u64 != span.frames.div_ceil(every) {
                return Err(miscounted(span, scores.len() as u64 * every));
            }
            each.push(scores);
        }
        Ok(Scores { each, cpu })
    }

    /// The span as a chunk of one segment.
    pub(crate) fn task(&self, span: Span, rung: Rung) -> ChunkTask {
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
}

/// ffmpeg with one thread for everything: judgements and trials run side by side.
pub(crate) fn single(
    tools: &Tools,
    options: impl IntoIterator<Item = impl AsRef<std::ffi::OsStr>>,
) -> Command {
    let threads = [
        "-threads",
        "1",
        "-filter_threads",
        "1",
        "-filter_complex_threads",
        "1",
    ];
    tools.ffmpeg().args(threads).args(options)
}

/// Runs it and adds its CPU time.
pub(crate) async fn run(command: Command, cpu: &mut Duration) -> Result<(), EncodeError> {
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

/// A file that was just made, as an input.
pub(crate) fn opened(path: &Path) -> Result<MediaInput, EncodeError> {
    MediaInput::open(path).map_err(|error| EncodeError::Disk {
        path: path.to_owned(),
        source: std::io::Error::other(error),
    })
}

pub(crate) fn miscounted(span: Span, found: u64) -> EncodeError {
    EncodeError::FrameCount {
        what: "a trial".to_owned(),
        planned: span.frames,
        found,
    }
}
