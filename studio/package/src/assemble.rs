//! Parts on disk become files at the origin and the release that names them.

mod parts;
mod shelf;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use contracts_delivery::{FrameRate, Origin, OriginError, Release, VideoRendition};

pub use parts::{AudioPart, ReleaseParts, SubtitlePart, VideoPart};
use shelf::Shelf;
pub use shelf::store_part;

/// Why there is no release. Nothing is published; what was stored is collected if nothing names it.
#[derive(Debug, thiserror::Error)]
pub enum AssembleError {
    /// The origin refused or failed.
    #[error("cannot store {path}: {source}")]
    Origin {
        /// The file, or what was made for it.
        path: PathBuf,
        /// What the origin said.
        source: OriginError,
    },
    /// A part is missing from the work folder, or the folder cannot be written.
    #[error("cannot hand over {path}: {source}")]
    Part {
        /// The part.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Sound where picture should be, or the reverse.
    #[error("{path} is not a track of the kind it is offered as")]
    WrongKind {
        /// The track file.
        path: PathBuf,
    },
    /// A release without a picture.
    #[error("a release needs at least one video rendition")]
    NoVideo,
}

/// Stores every part and the playlists that name them, and returns the release, which is not yet
/// published. The parts stay where they are, so that a crash half-way costs nothing but doing it again;
/// parts must not be written over in place afterwards, as the origin may share their bytes.
///
/// # Errors
/// The first [`AssembleError`].
pub async fn assemble(origin: &dyn Origin, parts: &ReleaseParts) -> Result<Release, AssembleError> {
    if parts.video.is_empty() {
        return Err(AssembleError::NoVideo);
    }
    let duration = duration(parts);
    let shelf = Shelf { origin };
    let mut video = Vec::with_capacity(parts.video.len());
    for part in &parts.video {
        video.push(shelf.video(part, parts.frame_rate).await?);
    }
    video.sort_by_key(|rung: &VideoRendition| rung.bandwidth.peak_bps);
    let key_frames = match &parts.key_frames {
        Some(part) => Some(shelf.key_frames(part, parts.frame_rate).await?),
        None => None,
    };
    let mut audio = Vec::with_capacity(parts.audio.len());
    for part in &parts.audio {
        audio.push(shelf.audio(part).await?);
    }
    let mut subtitles = Vec::with_capacity(parts.subtitles.len());
    for part in &parts.subtitles {
        subtitles.push(shelf.subtitles(part, duration).await?);
    }
    let tiles = match &parts.tiles {
        Some(tiles) => Some(shelf.tiles(tiles).await?),
        None => None,
    };
    let (images, colour) = match &parts.artwork {
        Some(artwork) => (shelf.images(artwork).await?, artwork.colour.clone()),
        None => (Vec::new(), "#000000".to_owned()),
    };
    let duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let version = Release::VERSION;
    Ok(Release {
        version,
        duration_ms,
        key: parts.key,
        video,
        key_frames,
        audio,
        subtitles,
        tiles,
        images,
        colour,
        downloads: Vec::new(),
    })
}

/// The picture's length to the nearest millisecond.
fn duration(parts: &ReleaseParts) -> Duration {
    let FrameRate {
        numerator,
        denominator,
    } = parts.frame_rate;
    let (numerator, scaled) = (
        u128::from(numerator.max(1)),
        u128::from(parts.frames) * u128::from(denominator) * 1000,
    );
    Duration::from_millis(u64::try_from((scaled + numerator / 2) / numerator).unwrap_or(u64::MAX))
}
