//! What the steps hand to one another, as the workflow keeps it.

use std::path::PathBuf;

use contracts_membership::TitleId;
use serde::{Deserialize, Serialize};
use studio_encode::{ChunkTask, Effort, EncodedAudio, EncodedChunk, Rendition};
use studio_inspect::{AudioFacts, Report};
use studio_package::SubtitlePart;
use studio_shots::{Chunk, SegmentPlan, Survey};

/// The input of a run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RunInput {
    pub(crate) title: TitleId,
    pub(crate) run: u32,
}

/// The files of a submission, in the studio's own folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Received {
    pub(crate) master: PathBuf,
    pub(crate) subtitles: Vec<ReceivedSubtitle>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ReceivedSubtitle {
    pub(crate) language: String,
    pub(crate) label: Option<String>,
    /// The sender's name of the file, for messages.
    pub(crate) filename: String,
    pub(crate) path: PathBuf,
}

/// Where the title is cut, and what it is encoded at.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Planned {
    pub(crate) survey: Survey,
    pub(crate) plan: SegmentPlan,
    pub(crate) chunks: Vec<Chunk>,
    pub(crate) renditions: Vec<Rendition>,
}

/// Subtitles as whole WebVTT files.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Texts {
    pub(crate) parts: Vec<SubtitlePart>,
    pub(crate) warnings: Vec<String>,
}

/// One sound track.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Sound {
    pub(crate) facts: AudioFacts,
    pub(crate) encoded: EncodedAudio,
}

/// Everything made before packaging.
#[derive(Debug, Clone)]
pub(crate) struct Makings {
    pub(crate) work: PathBuf,
    pub(crate) report: Report,
    pub(crate) planned: Planned,
    pub(crate) texts: Texts,
    /// Rendition by rendition in the plan's order, each one's chunks in order.
    pub(crate) chunks: Vec<EncodedChunk>,
    pub(crate) sounds: Vec<Sound>,
}

impl Makings {
    /// What people should know of the master and of what became of it.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let report = self.report.warnings.iter().map(ToString::to_string);
        let survey = self.planned.survey.warnings.iter().map(ToString::to_string);
        let sound = self
            .sounds
            .iter()
            .flat_map(|sound| &sound.encoded.warnings)
            .map(ToString::to_string);
        report
            .chain(survey)
            .chain(self.texts.warnings.iter().cloned())
            .chain(self.safer())
            .chain(sound)
            .collect()
    }

    /// One sentence for each chunk that crashed the encoder until it was asked for less.
    fn safer(&self) -> impl Iterator<Item = String> {
        let chunks = self.planned.chunks.len().max(1);
        let made = self.chunks.iter().enumerate();
        made.filter(|(_, chunk)| chunk.effort == Effort::Safer)
            .filter_map(move |(at, _)| {
                let rendition = self.planned.renditions.get(at / chunks)?;
                let chunk = &self.planned.chunks[at % chunks];
                let task = ChunkTask::new(&self.report, &self.planned.plan, chunk, rendition);
                let what = task.ok()?.what();
                Some(format!(
                    "{what} crashed the encoder and was made with safer settings; it may look worse"
                ))
            })
    }
}
