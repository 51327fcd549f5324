//! What a release is made of, on disk.

use std::path::PathBuf;

use contracts_delivery::{FrameRate, KeyId};
use serde::{Deserialize, Serialize};

use crate::{Artwork, PackagedTrack, TileSheets};

/// One rung of the ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoPart {
    /// The track file.
    pub path: PathBuf,
    /// What it holds.
    pub track: PackagedTrack,
}

/// One sound track.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioPart {
    /// The track file.
    pub path: PathBuf,
    /// What it holds.
    pub track: PackagedTrack,
    /// BCP 47; `und` when the master does not say.
    pub language: String,
    /// What a viewer picks it by.
    pub label: String,
    /// Chosen when the viewer has not said.
    pub default: bool,
}

/// One subtitle language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubtitlePart {
    /// A whole WebVTT file.
    pub path: PathBuf,
    /// BCP 47.
    pub language: String,
    /// What a viewer picks it by.
    pub label: String,
}

/// Everything a release is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseParts {
    /// Of the picture; constant.
    pub frame_rate: FrameRate,
    /// Frames of the picture.
    pub frames: u64,
    /// What picture and sound are encrypted by.
    #[serde(default)]
    pub key: Option<KeyId>,
    /// In any order; never empty.
    pub video: Vec<VideoPart>,
    /// The key frames of one of them alone.
    #[serde(default)]
    pub key_frames: Option<VideoPart>,
    /// Empty for a silent title.
    pub audio: Vec<AudioPart>,
    /// In the order viewers see.
    pub subtitles: Vec<SubtitlePart>,
    /// Absent when none could be made.
    pub tiles: Option<TileSheets>,
    /// Absent when none could be made.
    pub artwork: Option<Artwork>,
}
