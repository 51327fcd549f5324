//! A release: the files of one published title, itself a content-named JSON file.

use std::fmt;
use std::str::FromStr;

use data_objects::{BadHash, ContentHash};
use serde::{Deserialize, Serialize};

use crate::{FileName, KeyId};

/// The hash of the release's JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReleaseId(pub ContentHash);

impl fmt::Display for ReleaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ReleaseId {
    type Err = BadHash;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// A file at the origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFile {
    /// Its name.
    pub name: FileName,
    /// Its size in bytes.
    pub bytes: u64,
}

/// A half-open byte range of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByteRange {
    /// First byte.
    pub start: u64,
    /// First byte after.
    pub end: u64,
}

impl ByteRange {
    /// Bytes in the range.
    pub const fn len(self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Whether the range holds no byte.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// Measured bit rates of a rendition, in bits a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bandwidth {
    /// The highest rate of any one segment (HLS `BANDWIDTH`).
    pub peak_bps: u64,
    /// The whole file over its duration (HLS `AVERAGE-BANDWIDTH`).
    pub average_bps: u64,
}

/// What a picture's numbers mean: code points of ITU-T H.273.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colour {
    /// Colour primaries; 1 is BT.709, 9 BT.2020.
    pub primaries: u8,
    /// Transfer characteristics; 1 is BT.709, 16 PQ, 18 HLG.
    pub transfer: u8,
    /// Matrix coefficients; 1 is BT.709, 9 BT.2020.
    pub matrix: u8,
    /// Whether the whole range of numbers is used.
    pub full_range: bool,
}

/// How much between dark and bright a picture has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DynamicRange {
    /// Standard.
    Sdr,
    /// High, by the curve of SMPTE ST 2084 (HDR10).
    Pq,
    /// High, by hybrid log-gamma.
    Hlg,
}

impl Colour {
    /// What the transfer characteristics say.
    pub const fn dynamic_range(self) -> DynamicRange {
        match self.transfer {
            16 => DynamicRange::Pq,
            18 => DynamicRange::Hlg,
            _ => DynamicRange::Sdr,
        }
    }
}

/// Frames a second as a fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameRate {
    /// Numerator, such as 24000.
    pub numerator: u32,
    /// Denominator, such as 1001; never zero.
    pub denominator: u32,
}

impl FrameRate {
    /// Frames a second.
    pub fn per_second(self) -> f64 {
        f64::from(self.numerator) / f64::from(self.denominator.max(1))
    }
}

/// One rung of the video ladder: a CMAF track file and its media playlist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoRendition {
    /// The track file.
    pub file: StoredFile,
    /// Its HLS media playlist.
    pub playlist: StoredFile,
    /// RFC 6381, such as `avc1.64001f`.
    pub codec: String,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Constant over the file.
    pub frame_rate: FrameRate,
    /// Absent when nothing says it: then of standard dynamic range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<Colour>,
    /// Measured.
    pub bandwidth: Bandwidth,
    /// `ftyp` and `moov`.
    pub init: ByteRange,
    /// The `sidx`.
    pub index: ByteRange,
}

impl VideoRendition {
    /// Standard where nothing else is said.
    pub fn dynamic_range(&self) -> DynamicRange {
        self.colour.map_or(DynamicRange::Sdr, Colour::dynamic_range)
    }

    /// The four characters of [`Self::codec`] that name the format, such as `avc1`.
    pub fn format(&self) -> &str {
        self.codec.split('.').next().unwrap_or_default()
    }
}

/// One audio track: a CMAF track file and its media playlist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioRendition {
    /// The track file.
    pub file: StoredFile,
    /// Its HLS media playlist.
    pub playlist: StoredFile,
    /// RFC 6381, such as `mp4a.40.2`.
    pub codec: String,
    /// BCP 47; `und` when the master does not say.
    pub language: String,
    /// What a viewer picks it by.
    pub label: String,
    /// Speakers fed.
    pub channels: u16,
    /// Samples a second.
    pub sample_rate: u32,
    /// Measured.
    pub bandwidth: Bandwidth,
    /// `ftyp` and `moov`.
    pub init: ByteRange,
    /// The `sidx`.
    pub index: ByteRange,
    /// Chosen when the viewer has not said.
    pub default: bool,
}

/// One subtitle language: a whole WebVTT file used by both manifest formats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubtitleTrack {
    /// The WebVTT file.
    pub file: StoredFile,
    /// Its HLS media playlist (one segment).
    pub playlist: StoredFile,
    /// BCP 47.
    pub language: String,
    /// What a viewer picks it by.
    pub label: String,
}

/// Thumbnails for the seek bar, in sheets of `columns` by `rows` tiles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TileSet {
    /// The sheets in order of time.
    pub sheets: Vec<StoredFile>,
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

/// One size of the title's artwork.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// The JPEG.
    pub file: StoredFile,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

/// A whole film in one file, for devices that play neither HLS nor DASH.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Download {
    /// The file; its ending says the container.
    pub file: StoredFile,
    /// What the picture is encoded in, such as `mpeg2`.
    pub codec: String,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

/// The shape of a picture, which says where it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// About 16:9, in rows.
    Tile,
    /// About 2:3, on walls and on narrow screens.
    Poster,
    /// About 21:9, behind a page.
    Hero,
}

impl Image {
    /// By its sides: taller than wide is a poster, more than twice as wide as tall a hero.
    pub const fn shape(&self) -> Shape {
        if self.height > self.width {
            Shape::Poster
        } else if self.width > self.height * 2 {
            Shape::Hero
        } else {
            Shape::Tile
        }
    }
}

/// Everything a play needs, by content. Immutable: another version is another release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// The format's version: [`Release::VERSION`].
    pub version: u32,
    /// Length of the picture, in milliseconds.
    pub duration_ms: u64,
    /// By common encryption's `cbcs`, with the key of that name; in clear when absent. Text and pictures are always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyId>,
    /// By ascending bandwidth; never empty.
    pub video: Vec<VideoRendition>,
    /// The key frames of one of them alone, one to a segment, for winding (trick play); absent in releases made
    /// before there were any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_frames: Option<VideoRendition>,
    /// Empty for a silent title.
    pub audio: Vec<AudioRendition>,
    /// In the order given at upload.
    pub subtitles: Vec<SubtitleTrack>,
    /// Absent when none could be made.
    pub tiles: Option<TileSet>,
    /// Of the best frame in every shape, each by ascending width; then of others, the better first.
    pub images: Vec<Image>,
    /// The artwork's mean colour as `#rrggbb`, shown while it loads.
    pub colour: String,
    /// Whole files outside of the manifests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub downloads: Vec<Download>,
}

impl Release {
    /// The format this code writes. A list that may be absent is added without a new number: a release
    /// without it reads and writes as before, so that its name stays. What older code would misread gets
    /// one.
    pub const VERSION: u32 = 1;

    /// Every file of the release, its own JSON not among them.
    pub fn files(&self) -> impl Iterator<Item = StoredFile> + '_ {
        let video = self
            .video
            .iter()
            .chain(&self.key_frames)
            .flat_map(|rung| [rung.file, rung.playlist]);
        let audio = self
            .audio
            .iter()
            .flat_map(|track| [track.file, track.playlist]);
        let text = self
            .subtitles
            .iter()
            .flat_map(|track| [track.file, track.playlist]);
        let tiles = self
            .tiles
            .iter()
            .flat_map(|tiles| tiles.sheets.iter().copied());
        let images = self.images.iter().map(|image| image.file);
        let downloads = self.downloads.iter().map(|download| download.file);
        video
            .chain(audio)
            .chain(text)
            .chain(tiles)
            .chain(images)
            .chain(downloads)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Extension;

    const OLD: &str = r##"{"version":1,"duration_ms":40,"video":[],"audio":[],"subtitles":[],"tiles":null,"images":[],"colour":"#000000"}"##;

    #[test]
    fn a_release_from_before_downloads_keeps_its_text_and_so_its_name() {
        let release: Release = serde_json::from_str(OLD).unwrap();
        assert_eq!(release.files().count(), 0);
        assert_eq!(serde_json::to_string(&release).unwrap(), OLD);
    }

    #[test]
    fn a_download_is_one_of_the_releases_files() {
        let mut release: Release = serde_json::from_str(OLD).unwrap();
        let file = StoredFile {
            name: FileName {
                hash: ContentHash::of(b"film"),
                extension: Extension::Mpg,
            },
            bytes: 4,
        };
        release.downloads.push(Download {
            file,
            codec: "mpeg2".into(),
            width: 426,
            height: 240,
        });
        let text = serde_json::to_string(&release).unwrap();
        assert_eq!(serde_json::from_str::<Release>(&text).unwrap(), release);
        assert_eq!(release.files().collect::<Vec<_>>(), [file]);
    }
}
