//! Everything known of a title's master.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Examination, Report};

/// What the file says of itself, and what was found in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Inspection {
    /// What the file says.
    pub report: Report,
    /// What was found.
    pub examination: Examination,
}
