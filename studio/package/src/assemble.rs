//! Parts on disk become files at the origin and the release that names them.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use contracts_delivery::{
    AudioRendition, Extension, FrameRate, Image, Origin, OriginError, Release, StoredFile,
    SubtitleTrack, TileSet, VideoRendition,
};
use media_manifest::hls::MediaPlaylist;
use serde::{Deserialize, Serialize};

use crate::playlist::{subtitle_playlist, track_playlist};
use crate::{Artwork, PackagedTrack, TileSheets, TrackMedia};

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
    /// In any order; never empty.
    pub video: Vec<VideoPart>,
    /// Empty for a silent title.
    pub audio: Vec<AudioPart>,
    /// In the order viewers see.
    pub subtitles: Vec<SubtitlePart>,
    /// Absent when none could be made.
    pub tiles: Option<TileSheets>,
    /// Absent when none could be made.
    pub artwork: Option<Artwork>,
}

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
        video,
        audio,
        subtitles,
        tiles,
        images,
        colour,
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

/// Stores parts.
struct Shelf<'a> {
    origin: &'a dyn Origin,
}

impl Shelf<'_> {
    async fn video(
        &self,
        part: &VideoPart,
        rate: FrameRate,
    ) -> Result<VideoRendition, AssembleError> {
        let TrackMedia::Video { width, height } = part.track.media else {
            return Err(AssembleError::WrongKind {
                path: part.path.clone(),
            });
        };
        let (file, playlist) = self.track(&part.path, &part.track).await?;
        Ok(VideoRendition {
            file,
            playlist,
            codec: part.track.codec.clone(),
            width,
            height,
            frame_rate: rate,
            bandwidth: part.track.bandwidth,
            init: part.track.init,
            index: part.track.index,
        })
    }

    async fn audio(&self, part: &AudioPart) -> Result<AudioRendition, AssembleError> {
        let TrackMedia::Audio {
            channels,
            sample_rate,
        } = part.track.media
        else {
            return Err(AssembleError::WrongKind {
                path: part.path.clone(),
            });
        };
        let (file, playlist) = self.track(&part.path, &part.track).await?;
        Ok(AudioRendition {
            file,
            playlist,
            codec: part.track.codec.clone(),
            language: part.language.clone(),
            label: part.label.clone(),
            channels,
            sample_rate,
            bandwidth: part.track.bandwidth,
            init: part.track.init,
            index: part.track.index,
            default: part.default,
        })
    }

    async fn track(
        &self,
        path: &Path,
        track: &PackagedTrack,
    ) -> Result<(StoredFile, StoredFile), AssembleError> {
        let file = self.file(path, Extension::Mp4).await?;
        let playlist = self
            .playlist(path, &track_playlist(track, file.name))
            .await?;
        Ok((file, playlist))
    }

    async fn subtitles(
        &self,
        part: &SubtitlePart,
        duration: Duration,
    ) -> Result<SubtitleTrack, AssembleError> {
        let file = self.file(&part.path, Extension::Vtt).await?;
        let playlist = subtitle_playlist(file.name, duration);
        Ok(SubtitleTrack {
            file,
            playlist: self.playlist(&part.path, &playlist).await?,
            language: part.language.clone(),
            label: part.label.clone(),
        })
    }

    async fn tiles(&self, tiles: &TileSheets) -> Result<TileSet, AssembleError> {
        let mut sheets = Vec::with_capacity(tiles.sheets.len());
        for path in &tiles.sheets {
            sheets.push(self.file(path, Extension::Jpg).await?);
        }
        Ok(TileSet {
            sheets,
            columns: tiles.columns,
            rows: tiles.rows,
            tile_width: tiles.tile_width,
            tile_height: tiles.tile_height,
            interval_ms: tiles.interval_ms,
        })
    }

    async fn images(&self, artwork: &Artwork) -> Result<Vec<Image>, AssembleError> {
        let mut images = Vec::with_capacity(artwork.pictures.len());
        for picture in &artwork.pictures {
            let file = self.file(&picture.path, Extension::Jpg).await?;
            images.push(Image {
                file,
                width: picture.width,
                height: picture.height,
            });
        }
        Ok(images)
    }

    async fn playlist(
        &self,
        path: &Path,
        playlist: &MediaPlaylist,
    ) -> Result<StoredFile, AssembleError> {
        let text = Bytes::from(playlist.to_text());
        let stored = self.origin.store_bytes(text, Extension::M3u8).await;
        stored.map_err(|source| AssembleError::Origin {
            path: path.to_owned(),
            source,
        })
    }

    /// The origin takes a second name of the file: the work folder keeps its own.
    async fn file(&self, path: &Path, extension: Extension) -> Result<StoredFile, AssembleError> {
        let offered = second_name(path).await.map_err(|source| {
            let path = path.to_owned();
            AssembleError::Part { path, source }
        })?;
        let stored = self.origin.store(&offered, extension).await;
        stored.map_err(|source| AssembleError::Origin {
            path: path.to_owned(),
            source,
        })
    }
}

/// A hard link beside the file, or a copy where the file system has no links.
async fn second_name(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut linked = std::ffi::OsString::from(".storing-");
    linked.push(name);
    let linked = path.with_file_name(linked);
    platform_files::remove_if_there(&linked).await?;
    match tokio::fs::hard_link(path, &linked).await {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(error),
        Err(_) => tokio::fs::copy(path, &linked).await.map(|_| ())?,
        Ok(()) => {}
    }
    Ok(linked)
}
