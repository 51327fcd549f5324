//! What is handed in to make a title.

use contracts_membership::{Availability, Maturity, TitleId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Priority;

/// A master and what is known of it. The body of `POST /video-contents/v1/videos`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    /// What the title is called; 1 to 200 characters.
    pub title: String,
    /// A few sentences.
    #[serde(default)]
    pub description: String,
    /// Free words to find it by.
    #[serde(default)]
    pub tags: Vec<String>,
    /// One word for what it is, such as `Film`.
    #[serde(default)]
    pub category: String,
    /// The year it was made.
    #[serde(default)]
    pub year: Option<i32>,
    /// Who it is meant for.
    #[serde(default)]
    #[schema(value_type = String)]
    pub maturity: Maturity,
    /// When, where and to whom it is offered.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub availability: Availability,
    /// The finished upload that holds the master.
    pub upload_id: String,
    /// Whether its chunks go before those of other titles.
    #[serde(default)]
    pub priority: Priority,
    /// Subtitles, each in a finished upload of its own.
    #[serde(default)]
    pub subtitles: Vec<SubmittedSubtitle>,
    /// The title whose files this master replaces; a new title when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub replaces: Option<TitleId>,
}

/// One subtitle file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmittedSubtitle {
    /// BCP 47.
    pub language: String,
    /// What a viewer picks it by; the language's own name when absent.
    #[serde(default)]
    pub label: Option<String>,
    /// The finished upload that holds the file.
    pub upload_id: String,
}
