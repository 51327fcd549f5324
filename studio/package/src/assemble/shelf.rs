//! Each part stored at the origin, with the playlist that names it.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use contracts_delivery::{
    AudioRendition, Extension, FileName, FrameRate, Image, Origin, StoredFile, SubtitleTrack,
    TileSet, VideoRendition,
};
use media_manifest::hls::MediaPlaylist;

use super::{AssembleError, AudioPart, SubtitlePart, VideoPart};
use crate::playlist::{key_frame_playlist, subtitle_playlist, track_playlist};
use crate::{Artwork, TileSheets, TrackMedia};

/// Stores parts and describes them as a release does.
pub(super) struct Shelf<'a> {
    pub(super) origin: &'a dyn Origin,
}

impl Shelf<'_> {
    pub(super) async fn video(
        &self,
        part: &VideoPart,
        rate: FrameRate,
    ) -> Result<VideoRendition, AssembleError> {
        let playlist = |file| track_playlist(&part.track, file);
        self.pictures(part, rate, playlist).await
    }

    pub(super) async fn key_frames(
        &self,
        part: &VideoPart,
        rate: FrameRate,
    ) -> Result<VideoRendition, AssembleError> {
        let playlist = |file| key_frame_playlist(&part.track, file);
        self.pictures(part, rate, playlist).await
    }

    async fn pictures(
        &self,
        part: &VideoPart,
        rate: FrameRate,
        playlist: impl FnOnce(FileName) -> MediaPlaylist,
    ) -> Result<VideoRendition, AssembleError> {
        let TrackMedia::Video { width, height } = part.track.media else {
            return Err(AssembleError::WrongKind {
                path: part.path.clone(),
            });
        };
        let (file, playlist) = self.track(&part.path, playlist).await?;
        Ok(VideoRendition {
            file,
            playlist,
            codec: part.track.codec.clone(),
            width,
            height,
            frame_rate: rate,
            colour: part.track.colour,
            bandwidth: part.track.bandwidth,
            init: part.track.init,
            index: part.track.index,
        })
    }

    pub(super) async fn audio(&self, part: &AudioPart) -> Result<AudioRendition, AssembleError> {
        let TrackMedia::Audio {
            channels,
            sample_rate,
        } = part.track.media
        else {
            return Err(AssembleError::WrongKind {
                path: part.path.clone(),
            });
        };
        let listed = |file| track_playlist(&part.track, file);
        let (file, playlist) = self.track(&part.path, listed).await?;
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
        listed: impl FnOnce(FileName) -> MediaPlaylist,
    ) -> Result<(StoredFile, StoredFile), AssembleError> {
        let file = self.file(path, Extension::Mp4).await?;
        let playlist = self.playlist(path, &listed(file.name)).await?;
        Ok((file, playlist))
    }

    pub(super) async fn subtitles(
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

    pub(super) async fn tiles(&self, tiles: &TileSheets) -> Result<TileSet, AssembleError> {
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

    pub(super) async fn images(&self, artwork: &Artwork) -> Result<Vec<Image>, AssembleError> {
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
        store_part(self.origin, path, extension).await
    }
}

/// Stores one file, which stays where it is and must not be written over in place afterwards, as the
/// origin may share its bytes.
///
/// # Errors
/// [`AssembleError::Part`] and [`AssembleError::Origin`].
pub async fn store_part(
    origin: &dyn Origin,
    path: &Path,
    extension: Extension,
) -> Result<StoredFile, AssembleError> {
    let offered = second_name(path).await.map_err(|source| {
        let path = path.to_owned();
        AssembleError::Part { path, source }
    })?;
    let stored = origin.store(&offered, extension).await;
    stored.map_err(|source| AssembleError::Origin {
        path: path.to_owned(),
        source,
    })
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
