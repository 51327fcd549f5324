//! HLS playlists (RFC 8216bis): media playlists of finished titles and multivariant playlists.

mod attributes;
mod error;
mod lines;
mod media;
mod media_reader;
mod multivariant;
mod multivariant_reader;
mod pathways;
mod protection;
mod time;

pub use error::{HlsError, HlsProblem};
pub use media::{Map, MediaPlaylist, Segment};
pub use multivariant::{
    ContentSteering, FrameRate, IFrameVariant, MultivariantPlaylist, Rendition, RenditionKind,
    Resolution, Variant, VideoRange,
};
pub use pathways::Pathway;
pub use protection::Key;
pub use time::durations;

/// The `EXT-X-VERSION` written: 7 is what CMAF track files are published with; nothing here needs more.
const VERSION: u32 = 7;
