//! Where a title is on its journey.

use contracts_delivery::ReleaseId;
use contracts_membership::TitleId;
use platform_clock::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The state of a title as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TitleState {
    /// Waiting for a worker.
    Queued,
    /// Being worked on.
    Running,
    /// In the catalogue.
    Published,
    /// Made, and taken out of the catalogue.
    Unpublished,
    /// Stopped; the reason says why.
    Failed,
}

impl TitleState {
    /// Whether nothing more will happen by itself.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

/// The state of one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StepState {
    /// Not begun.
    Waiting,
    /// Under way.
    Running,
    /// Finished; never redone.
    Done,
    /// Stopped the title.
    Failed,
}

/// One step's progress.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StepProgress {
    /// Its name, such as `encode`.
    pub name: String,
    /// Its name for people, such as `Encode`.
    pub label: String,
    /// How it stands.
    pub state: StepState,
    /// Work done, in `unit`s.
    pub done: u64,
    /// Work in all; zero while it is not known.
    pub total: u64,
    /// What is counted, such as `frames`.
    pub unit: String,
    /// Units a second, while it runs and can be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_per_s: Option<f64>,
    /// Seconds left, while it runs and can be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eta_s: Option<f64>,
}

/// A whole film in one file, outside of the manifests; a play's session names its address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WholeFile {
    /// What its picture is encoded in, such as `mpeg2`.
    pub codec: String,
    /// What it is served as, such as `video/mpeg`.
    pub content_type: String,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Its size.
    pub bytes: u64,
}

/// A title on its journey.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TitleStatus {
    /// The title.
    #[schema(value_type = String)]
    pub id: TitleId,
    /// What it is called.
    pub name: String,
    /// How it stands.
    pub state: TitleState,
    /// Why it failed, in one sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What was found in the master that a person should know.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// The steps in order.
    pub steps: Vec<StepProgress>,
    /// Length in milliseconds, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// When it was submitted.
    #[schema(value_type = String)]
    pub added_at: Timestamp,
    /// What plays, once published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub release: Option<ReleaseId>,
    /// Whole files for devices that play no manifest; mostly none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub downloads: Vec<WholeFile>,
}
