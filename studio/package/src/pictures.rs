//! Pictures taken from the title: seek-bar tiles and artwork.

mod artwork;
mod crop;
mod judge;
mod tiles;

use std::path::PathBuf;
use std::time::Duration;

use media_ffmpeg::{MediaInput, ToolError};
use serde::{Deserialize, Serialize};

use crate::limits::MAX_PICTURE_SIDE;

pub use artwork::make_artwork;
pub use tiles::make_tiles;

/// Where pictures are taken from: a file of square pixels and one picture track, such as a packaged
/// rendition. The lowest rung does for tiles; artwork wants the highest.
#[derive(Debug, Clone)]
pub struct PictureSource {
    /// The file.
    pub input: MediaInput,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Length of the picture.
    pub duration: Duration,
}

/// One size of the artwork, on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// The JPEG.
    pub path: PathBuf,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

/// Artwork, on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artwork {
    /// The best frame in every shape, each by ascending width; then other frames, the better first.
    pub pictures: Vec<Picture>,
    /// The mean colour as `#rrggbb`.
    pub colour: String,
}

/// Sheets of seek-bar tiles, on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TileSheets {
    /// In order of time; what follows the last tile of the last sheet is black.
    pub sheets: Vec<PathBuf>,
    /// Tiles across a sheet.
    pub columns: u32,
    /// Tiles down a sheet.
    pub rows: u32,
    /// Pixels across one tile.
    pub tile_width: u32,
    /// Pixels down one tile.
    pub tile_height: u32,
    /// Time from one tile to the next, in milliseconds.
    pub interval_ms: u64,
}

/// Why no pictures could be made. A title can be published without them.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The source's stated size is not a picture's.
    #[error("pictures of {width}x{height} pixels cannot be made")]
    BadSize {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// No frame could be decoded where one was sought.
    #[error("{path} has no frames where its length says there are some")]
    NoFrames {
        /// The source.
        path: PathBuf,
    },
    /// The tool failed.
    #[error("cannot take pictures from {path}: {source}")]
    Tool {
        /// The source.
        path: PathBuf,
        /// What failed.
        source: ToolError,
    },
    /// An earlier attempt's picture could not be removed.
    #[error("cannot replace {path}: {source}")]
    Write {
        /// The picture.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl PictureSource {
    fn check(&self) -> Result<(), PictureError> {
        let usable = 2..=MAX_PICTURE_SIDE;
        if usable.contains(&self.width) && usable.contains(&self.height) {
            return Ok(());
        }
        Err(PictureError::BadSize {
            width: self.width,
            height: self.height,
        })
    }

    /// The even height that keeps the picture's shape at a width.
    fn height_at(&self, width: u32) -> u32 {
        let exact = f64::from(width) * f64::from(self.height) / f64::from(self.width);
        ((exact / 2.0).round() as u32 * 2).max(2)
    }

    fn tool_error(&self, source: ToolError) -> PictureError {
        PictureError::Tool {
            path: self.input.path().to_owned(),
            source,
        }
    }

    fn no_frames(&self) -> PictureError {
        PictureError::NoFrames {
            path: self.input.path().to_owned(),
        }
    }
}

/// Removes what an earlier attempt left: the file may meanwhile be the origin's too, under another
/// name, and must not be written over in place.
async fn clear(path: &std::path::Path) -> Result<(), PictureError> {
    platform_files::remove_if_there(path)
        .await
        .map_err(|source| PictureError::Write {
            path: path.to_owned(),
            source,
        })
}
