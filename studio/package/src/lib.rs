//! Encoded pieces become the parts of a release: one CMAF track file per rendition, media playlists,
//! seek-bar tiles and artwork; verified, and stored at the origin.
//!
//! Every function is one step that may be done again: a track file appears whole or not at all, and
//! storing a file at the origin leaves the work file in place. This crate must not know how anything
//! was encoded, how a release is found, or what the title is called.

mod assemble;
mod error;
mod file;
pub mod limits;
mod pictures;
mod playlist;
mod protect;
mod track;
mod verify;

pub use assemble::{
    AssembleError, AudioPart, ReleaseParts, SubtitlePart, VideoPart, assemble, store_part,
};
pub use error::PackageError;
pub use pictures::{
    Artwork, Picture, PictureError, PictureSource, TileSheets, make_artwork, make_tiles,
};
pub use playlist::{key_frame_playlist, subtitle_playlist, track_playlist};
pub use protect::{TitleKey, protect_track};
pub use track::{
    PackagedTrack, TrackMedia, TrackSegment, package_audio, package_key_frames, package_video,
};
pub use verify::{VerifyError, verify};
