//! A clip as the studio sees it before anything is encoded.

use std::path::{Path, PathBuf};

use contracts_studio::Screen;
use media_ffmpeg::testing::shared_media;
use media_ffmpeg::{MediaInput, Tools};
use studio_encode::{Judge, Reference, Span};
use studio_inspect::{Report, inspect};
use studio_ladder::{Rung, candidates, fixed_ladder};
use studio_shots::limits::CHUNK_TARGET;
use studio_shots::{Chunk, SegmentPlan, chunks, plan_segments, survey};
use tests_figures::Plan;

use crate::figure::Figure;

/// One of the shared clips.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source {
    /// On the command line and in tables.
    pub(crate) name: &'static str,
    file: &'static str,
    /// Seconds of it that are taken in a quick run; none for leaving it out.
    quick: Option<u64>,
}

/// The one with the most chunks: the more there are, the less the last one's wait says.
pub(crate) const LONGEST: Source = clip("people", "people-139s-768x432-silent.mp4", Some(30));

/// Clips large enough for a ladder of several rungs.
pub(crate) const CLIPS: [Source; 6] = [
    clip("sintel", "sintel-26s-848x480.mp4", Some(14)),
    clip("wave", "wave-8s-1920x1080-natural.mp4", Some(4)),
    clip("bunny", "bunny-30s-1280x720.webm", Some(6)),
    LONGEST,
    clip("guitar", "qc-no-duration.webm", None),
    clip("talk", "qc-failing-audio.mp4", None),
];

const fn clip(name: &'static str, file: &'static str, quick: Option<u64>) -> Source {
    Source { name, file, quick }
}

/// A clip, planned.
#[derive(Debug)]
pub(crate) struct Clip {
    pub(crate) name: &'static str,
    pub(crate) tools: Tools,
    pub(crate) input: MediaInput,
    pub(crate) report: Report,
    pub(crate) plan: SegmentPlan,
    pub(crate) chunks: Vec<Chunk>,
    /// The published ladder for it.
    pub(crate) fixed: Vec<Rung>,
    /// The sizes that are tried for its own; quality is judged at the last.
    pub(crate) sizes: Vec<Rung>,
    /// Where its files go.
    pub(crate) folder: PathBuf,
}

impl Clip {
    /// Inspects and surveys as much of it as the plan looks at; nothing where it is absent or not wanted.
    pub(crate) async fn prepare(
        tools: &Tools,
        source: Source,
        plan: &Plan<Figure>,
        folder: &Path,
    ) -> anyhow::Result<Option<Self>> {
        match plan.pick(Some(u64::MAX), source.quick) {
            Some(seconds) => Self::of(tools, source, seconds, folder).await,
            None => Ok(None),
        }
    }

    /// The same of its first `seconds`.
    pub(crate) async fn of(
        tools: &Tools,
        source: Source,
        seconds: u64,
        folder: &Path,
    ) -> anyhow::Result<Option<Self>> {
        let Some(input) = shared_media(source.file) else {
            return Ok(None);
        };
        let report = inspect(tools, &input).await?;
        let survey = survey(tools, &input, &report, |_| {}).await?;
        let rate = survey.frame_rate;
        let most = (rate.per_second() * seconds as f64) as u64;
        let frames = survey.frames.min(most);
        let cuts: Vec<_> = survey
            .cuts()
            .into_iter()
            .filter(|cut| *cut < frames)
            .collect();
        let plan = plan_segments(rate, frames, &cuts)?;
        let chunks = chunks(&plan, CHUNK_TARGET);
        let (width, height) = (report.video.display_width, report.video.display_height);
        let folder = folder.join(source.name);
        std::fs::create_dir_all(&folder)?;
        Ok(Some(Self {
            name: source.name,
            tools: tools.clone(),
            fixed: fixed_ladder(width, height, rate),
            sizes: candidates(width, height, rate),
            input,
            report,
            plan,
            chunks,
            folder,
        }))
    }

    /// Frames a second.
    pub(crate) fn per_second(&self) -> f64 {
        self.plan.frame_rate.per_second()
    }

    /// All of it.
    pub(crate) fn whole(&self) -> Span {
        Span {
            start: 0,
            frames: self.plan.frames,
        }
    }

    /// A new folder for what is made under this name.
    pub(crate) fn room(&self, name: &str) -> anyhow::Result<PathBuf> {
        let folder = self.folder.join(name);
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// Who scores what was made of it.
    pub(crate) fn judge(&self) -> Judge<'_> {
        Judge {
            tools: &self.tools,
            input: &self.input,
            report: &self.report,
            rate: self.plan.frame_rate,
            size: &self.sizes[self.sizes.len() - 1],
            screen: Screen::Television,
        }
    }

    /// All of its frames as the master has them.
    pub(crate) async fn reference(&self) -> anyhow::Result<Reference> {
        Ok(self.judge().reference(self.whole(), &self.folder).await?)
    }
}
