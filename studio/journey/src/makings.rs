//! What the steps hand to one another, as the workflow keeps it.

use std::path::PathBuf;

use contracts_membership::TitleId;
use serde::{Deserialize, Serialize};
use studio_encode::{EncodedAudio, EncodedChunk};
use studio_inspect::{AudioFacts, Report};
use studio_ladder::Rung;
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
    pub(crate) rungs: Vec<Rung>,
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
    /// Rung by rung in the plan's order, each rung's chunks in order.
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
            .chain(sound)
            .collect()
    }
}
