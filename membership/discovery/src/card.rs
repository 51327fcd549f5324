//! A title as it is shown.

use contracts_delivery::Shape;
use contracts_membership::{CatalogEntry, Maturity};
use serde::Serialize;
use utoipa::ToSchema;

use crate::shelf::Shelf;

/// What is shown of a title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct TitleCard {
    pub(crate) id: String,
    pub(crate) name: String,
    /// One word for what it is, such as `Film`; may be empty.
    category: String,
    tags: Vec<String>,
    duration_ms: u64,
    /// The youngest age it is meant for: all, 7, 13, 16 or 18.
    #[schema(value_type = String, example = "all")]
    maturity: Maturity,
    #[serde(skip_serializing_if = "Option::is_none")]
    year: Option<i32>,
    description: String,
    artwork: Artwork,
    languages: Languages,
    /// Where the viewer stopped, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    bookmark_ms: Option<u64>,
    /// Whether it is on the viewer's list.
    in_list: bool,
}

/// Pictures to choose from by size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct Artwork {
    /// Shown while a picture loads, as `#rrggbb`.
    colour: String,
    /// The best frame's in every shape, each by ascending width; then of other frames, the better first.
    images: Vec<ArtworkImage>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct ArtworkImage {
    /// What it is cut for: tile (16:9), poster (2:3) or hero (21:9).
    #[schema(value_type = String, example = "tile")]
    shape: Shape,
    width: u32,
    height: u32,
    /// Relative to the API's origin.
    url: String,
}

/// BCP 47 languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct Languages {
    audio: Vec<String>,
    subtitles: Vec<String>,
}

impl TitleCard {
    /// The card of a title for the viewer whose shelf it stands on.
    pub(crate) fn new(entry: &CatalogEntry, shelf: &Shelf) -> Self {
        let images = entry.images.iter().map(|image| ArtworkImage {
            shape: image.shape(),
            width: image.width,
            height: image.height,
            url: format!("/artwork/{}", image.file.name),
        });
        Self {
            id: entry.id.0.clone(),
            name: entry.name.clone(),
            category: entry.category.clone(),
            tags: entry.tags.clone(),
            duration_ms: entry.duration_ms,
            maturity: entry.maturity,
            year: entry.year,
            description: entry.description.clone(),
            artwork: Artwork {
                colour: entry.colour.clone(),
                images: images.collect(),
            },
            languages: Languages {
                audio: entry.audio_languages.clone(),
                subtitles: entry.subtitle_languages.clone(),
            },
            bookmark_ms: shelf.bookmark_ms(&entry.id),
            in_list: shelf.is_listed(&entry.id),
        }
    }
}
