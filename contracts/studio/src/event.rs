//! What happens to a title, as written to the event log.

use contracts_delivery::ReleaseId;
use contracts_membership::TitleId;
use serde::{Deserialize, Serialize};

/// The topic of [`TitleEvent`]s; the key is the title id.
pub const TITLES_TOPIC: &str = "titles";

/// Something that happened to a title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum TitleEvent {
    /// A release is in the catalogue.
    Published {
        /// The title.
        title: TitleId,
        /// What plays now.
        release: ReleaseId,
    },
    /// The title left the catalogue and its release was withdrawn.
    Unpublished {
        /// The title.
        title: TitleId,
    },
    /// The title's journey ended without a release.
    Failed {
        /// The title.
        title: TitleId,
        /// Why, in one sentence.
        reason: String,
    },
    /// The title and everything made from it are gone.
    Deleted {
        /// The title.
        title: TitleId,
    },
}
