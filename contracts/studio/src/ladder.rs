//! What the analysis of a title's ladder found and chose.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How quality was scored, from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum QualityMeasure {
    /// VMAF v0.6.1, its television model; frames are pooled by the harmonic mean.
    Vmaf,
    /// VMAF v0.6.1, its phone model, which forgives more; pooled likewise.
    VmafPhone,
    /// XPSNR, four points to a decibel above 20, where the tools lack VMAF.
    Xpsnr,
    /// SSIM in decibels, five points to one, where they lack that as well.
    Ssim,
}

/// What quality is judged for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Screen {
    /// A television, looked at from three times its height.
    #[default]
    Television,
    /// A phone in the hand.
    Phone,
}

/// How a rung looks where its chunks join, by the frames' own scores: how much worse the two frames on
/// either side of a join are than the ten beyond them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Seams {
    /// Joins that were looked at.
    pub joins: u32,
    /// The mean dip over them, in points of quality; 0 where the frames at joins are no worse.
    pub mean_dip: f64,
    /// The worst dip.
    pub worst_dip: f64,
    /// Where it is, in milliseconds of the title.
    pub worst_ms: u64,
}

/// One trial: a size and a constant rate factor, over all samples of the title.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LadderPoint {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// x264's scale, lower is better.
    pub crf: u8,
    /// What the whole title would take, in kilobits a second.
    pub kbps: f64,
    /// What the whole title would score.
    pub quality: f64,
}

/// A rung as it was chosen, and as it turned out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LadderRung {
    /// Its name in the ladder.
    pub name: String,
    /// What was predicted of it.
    pub predicted: LadderPoint,
    /// What it takes, in kilobits a second, once encoded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured_kbps: Option<f64>,
    /// What it scores once encoded, by frames that were not tried, where that was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured_quality: Option<f64>,
    /// How it looks where its chunks join, where there is more than one and that was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seams: Option<Seams>,
}

/// Why a title's ladder is what it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LadderReport {
    /// What quality means here.
    pub measure: QualityMeasure,
    /// Frames of the title that were tried, each at every point.
    pub sampled_frames: u64,
    /// CPU time of the analysis, in milliseconds.
    pub analysis_cpu_ms: u64,
    /// CPU time of encoding the rungs in H.264, in milliseconds, where every encoder told it.
    #[serde(default)]
    pub encode_cpu_ms: u64,
    /// Every trial.
    pub points: Vec<LadderPoint>,
    /// The points none is better than at its rate, by ascending rate.
    pub hull: Vec<LadderPoint>,
    /// The ladder, by ascending rate.
    pub rungs: Vec<LadderRung>,
    /// What the fixed ladder may spend at each of its sizes, in kilobits a second, by ascending rate.
    pub fixed_kbps: Vec<u32>,
    /// Frames of the finished rungs that were scored.
    #[serde(default)]
    pub measured_frames: u64,
    /// CPU time of that, in milliseconds.
    #[serde(default)]
    pub measured_cpu_ms: u64,
}
