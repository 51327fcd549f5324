//! Titles as viewers know them.

use std::fmt;

use async_trait::async_trait;
use contracts_delivery::{Image, ReleaseId};
use platform_clock::{Timestamp, Window};
use serde::{Deserialize, Serialize};

/// A title's identifier: 26 random base-32 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TitleId(pub String);

impl fmt::Display for TitleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The youngest age a title is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum Maturity {
    /// Everyone.
    #[default]
    #[serde(rename = "all")]
    All,
    /// Seven and over.
    #[serde(rename = "7")]
    Seven,
    /// Thirteen and over.
    #[serde(rename = "13")]
    Thirteen,
    /// Sixteen and over.
    #[serde(rename = "16")]
    Sixteen,
    /// Adults.
    #[serde(rename = "18")]
    Eighteen,
}

/// When, where and to whom a title is offered.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Availability {
    /// When.
    #[serde(default)]
    pub window: Window,
    /// ISO 3166-1 alpha-2 codes; empty: everywhere.
    #[serde(default)]
    pub territories: Vec<String>,
    /// Plan names; empty: every plan.
    #[serde(default)]
    pub plans: Vec<String>,
}

/// A title in the catalogue: what is shown, and which release plays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogEntry {
    /// The title.
    pub id: TitleId,
    /// What it is called.
    pub name: String,
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
    pub maturity: Maturity,
    /// When, where and to whom it is offered.
    #[serde(default)]
    pub availability: Availability,
    /// The files that play. An entry is only in the catalogue while this is published at the origin.
    pub release: ReleaseId,
    /// Length in milliseconds.
    pub duration_ms: u64,
    /// Artwork by ascending width.
    pub images: Vec<Image>,
    /// The artwork's mean colour, `#rrggbb`.
    pub colour: String,
    /// BCP 47 languages of the sound, in order.
    pub audio_languages: Vec<String>,
    /// BCP 47 languages of the subtitles, in order.
    pub subtitle_languages: Vec<String>,
    /// When it was first published.
    pub added_at: Timestamp,
}

/// Why the catalogue failed.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The store failed; a retry may help.
    #[error("the catalogue's store failed: {0}")]
    Store(String),
}

/// The catalogue.
#[async_trait]
pub trait Catalog: Send + Sync {
    /// Adds or replaces an entry; durable and visible when it returns.
    async fn put(&self, entry: CatalogEntry) -> Result<(), CatalogError>;
    /// Removes an entry; removing what is not there is fine.
    async fn remove(&self, title: &TitleId) -> Result<(), CatalogError>;
    /// One entry, whatever its availability.
    async fn get(&self, title: &TitleId) -> Result<Option<CatalogEntry>, CatalogError>;
    /// Every entry, newest first, whatever its availability.
    async fn list(&self) -> Result<Vec<CatalogEntry>, CatalogError>;
}
