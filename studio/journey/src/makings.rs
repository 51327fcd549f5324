//! What the steps hand to one another, as the workflow keeps it.

use std::path::PathBuf;

use contracts_membership::TitleId;
use contracts_studio::{LadderReport, Seams};
use serde::{Deserialize, Serialize};
use studio_encode::{ChunkTask, Effort, EncodedAudio, EncodedChunk, LegacyFile, Rendition};
use studio_inspect::{AudioFacts, Report};
use studio_ladder::Rung;
use studio_package::SubtitlePart;
use studio_shots::{Chunk, SegmentPlan, Survey};

use crate::limits::SEAM_DIP;

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

/// Where the title is cut, and what it would be encoded at without a ladder of its own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Planned {
    pub(crate) survey: Survey,
    pub(crate) plan: SegmentPlan,
    pub(crate) chunks: Vec<Chunk>,
    pub(crate) rungs: Vec<Rung>,
}

/// What the picture is encoded in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Analysed {
    pub(crate) ladder: Chosen,
    /// Codec by codec, H.264 first, each at every rung of the ladder in its order.
    pub(crate) renditions: Vec<Rendition>,
}

/// The ladder that was chosen.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Chosen {
    pub(crate) rungs: Vec<Rung>,
    /// For each rung each chunk's rate factor; the rung's own where there is none.
    pub(crate) crfs: Vec<Vec<u8>>,
    /// Absent where the ladder is the fixed one.
    pub(crate) report: Option<LadderReport>,
    pub(crate) warnings: Vec<String>,
}

impl Chosen {
    /// The fixed ladder.
    pub(crate) const fn fixed(rungs: Vec<Rung>) -> Self {
        Self {
            rungs,
            crfs: Vec::new(),
            report: None,
            warnings: Vec::new(),
        }
    }
}

impl Analysed {
    /// A rendition as one chunk is encoded in it.
    pub(crate) fn rendition_of(&self, index: usize, chunk: &Chunk) -> Rendition {
        let mut rendition = self.renditions[index].clone();
        let own = self
            .ladder
            .crfs
            .get(index % self.ladder.rungs.len().max(1))
            .and_then(|of_rung| of_rung.get(chunk.index as usize));
        rendition.rung.crf = own.copied().unwrap_or(rendition.rung.crf);
        rendition
    }

    /// The report with what the encoded chunks, rendition by rendition, turned out to take, and what they
    /// scored: in H.264, of which it speaks.
    pub(crate) fn measured(
        &self,
        chunks: &[EncodedChunk],
        scored: Option<&Scored>,
        seconds: f64,
    ) -> Option<LadderReport> {
        let mut report = self.ladder.report.clone()?;
        let each = chunks.chunks((chunks.len() / self.renditions.len().max(1)).max(1));
        for (rung, chunks) in report.rungs.iter_mut().zip(each) {
            let bytes: u64 = chunks.iter().map(|chunk| chunk.bytes).sum();
            rung.measured_kbps = Some(bytes as f64 / 125.0 / seconds.max(0.001));
        }
        let of_rungs = chunks.len() / self.renditions.len().max(1) * report.rungs.len();
        let cpu = chunks.iter().take(of_rungs).map(|chunk| chunk.cpu_ms);
        report.encode_cpu_ms = cpu.sum();
        if let Some(scored) = scored {
            for (rung, quality) in report.rungs.iter_mut().zip(&scored.rungs) {
                rung.measured_quality = Some(*quality);
            }
            for (rung, seams) in report.rungs.iter_mut().zip(&scored.seams) {
                rung.seams = Some(seams.clone());
            }
            report.measured_frames = scored.frames;
            report.measured_cpu_ms = scored.cpu_ms;
        }
        Some(report)
    }
}

/// How the finished rungs look.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Scored {
    /// In the rungs' order.
    pub(crate) rungs: Vec<f64>,
    /// Likewise where chunks join; empty where there is one chunk.
    #[serde(default)]
    pub(crate) seams: Vec<Seams>,
    /// How many frames of each were looked at.
    pub(crate) frames: u64,
    /// CPU time of it, in milliseconds.
    pub(crate) cpu_ms: u64,
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
    pub(crate) analysed: Analysed,
    pub(crate) texts: Texts,
    /// Rendition by rendition, each one's chunks in order.
    pub(crate) chunks: Vec<EncodedChunk>,
    /// Absent where there is nothing to compare with.
    pub(crate) scored: Option<Scored>,
    pub(crate) sounds: Vec<Sound>,
    /// Whole files for devices that play no manifest.
    pub(crate) downloads: Vec<LegacyFile>,
}

impl Makings {
    /// Why the ladder is what it is, and what it turned out to take.
    pub(crate) fn ladder_report(&self) -> Option<LadderReport> {
        let seconds = self.planned.plan.duration().as_secs_f64();
        self.analysed
            .measured(&self.chunks, self.scored.as_ref(), seconds)
    }

    /// What people should know of what became of the master; what is known of the master itself is in
    /// its inspection.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let survey = self.planned.survey.warnings.iter().map(ToString::to_string);
        let sound = self
            .sounds
            .iter()
            .flat_map(|sound| &sound.encoded.warnings)
            .map(ToString::to_string);
        survey
            .chain(self.analysed.ladder.warnings.iter().cloned())
            .chain(self.texts.warnings.iter().cloned())
            .chain(self.safer())
            .chain(self.seams())
            .chain(sound)
            .collect()
    }

    /// One sentence for each rung that shows where its chunks join.
    fn seams(&self) -> impl Iterator<Item = String> {
        let seams = self.scored.iter().flat_map(|scored| &scored.seams);
        let rungs = self.analysed.ladder.rungs.iter().zip(seams);
        let seen = rungs.filter(|(_, seams)| seams.worst_dip >= SEAM_DIP);
        seen.map(|(rung, seams)| {
            format!(
                "{} may show where its chunks join: at {:.1} s it is {:.0} points worse than around it",
                rung.name,
                seams.worst_ms as f64 / 1000.0,
                seams.worst_dip
            )
        })
    }

    /// One sentence for each chunk that crashed the encoder until it was asked for less.
    fn safer(&self) -> impl Iterator<Item = String> {
        let chunks = self.planned.chunks.len().max(1);
        let made = self.chunks.iter().enumerate();
        made.filter(|(_, chunk)| chunk.effort == Effort::Safer)
            .filter_map(move |(at, _)| {
                let rendition = self.analysed.renditions.get(at / chunks)?;
                let chunk = &self.planned.chunks[at % chunks];
                let task = ChunkTask::new(&self.report, &self.planned.plan, chunk, rendition);
                let what = task.ok()?.what();
                Some(format!(
                    "{what} crashed the encoder and was made with safer settings; it may look worse"
                ))
            })
    }
}
