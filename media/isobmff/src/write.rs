//! Writing `ftyp`, `moov` and `sidx`.

use std::io;

use crate::boxes::{put, put_full, put_u16, put_u32, put_u64, put_words};
use crate::format::pack_language;
use crate::protection::common_pssh;
use crate::{Media, TrackFormat};

/// Why a track file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A source or the output failed; a retry may help.
    #[error("cannot copy media into the track file")]
    Io(#[from] io::Error),
    /// More bytes than the 31 bits of a `sidx` reference can say. Shorter segments help.
    #[error("segment {0} is larger than 2 GiB; cut the title into shorter segments")]
    SegmentTooLarge(usize),
    /// A track to encrypt, and not told of every sample what of it is protected.
    #[error("it is not known of every sample what of it to encrypt")]
    Uncovered,
    /// A sample in more parts than the 8 bits of a `saiz` entry can tell of.
    #[error("a sample has more protected parts than can be told; encode with fewer slices")]
    TooManyParts,
}

/// One track of a `moov`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TrackHeader<'a> {
    pub(crate) id: u32,
    pub(crate) format: &'a TrackFormat,
    /// The track's time, in its ticks, that is shown at 0; an edit list says so unless it is 0.
    pub(crate) shown_from: u32,
    /// Ticks of the track that a stream states in `mdhd`; 0 in a track file, as CMAF wants it.
    pub(crate) stated_duration: u64,
}

/// Major brand first. `cmfc`: CMAF; `iso6`: `tfdt` and `default-base-is-moof`; `dash` and `msix`:
/// indexed media segments; `dsms`: a whole track in one self-initialising segment.
const BRANDS_TRACK: [&[u8; 4]; 5] = [b"cmfc", b"iso6", b"dash", b"msix", b"dsms"];
/// A stream is no CMAF track file: it has two tracks and its times begin in the middle.
const BRANDS_STREAM: [&[u8; 4]; 3] = [b"iso6", b"isom", b"mp41"];

/// What the boxes begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A CMAF track file; CMAF wants no duration in its `mvhd`.
    TrackFile,
    /// A stream that is played as it comes. Players built on ffmpeg take its length from `mdhd`, not
    /// from `mehd`.
    Stream,
}

/// The 3x3 matrix that changes nothing.
const UNITY_MATRIX: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];

/// `ftyp` and `moov`; `duration` is in ticks of the first track.
pub(crate) fn init(kind: Kind, tracks: &[TrackHeader<'_>], duration: u64) -> Vec<u8> {
    let (brands, stated): (&[&[u8; 4]], _) = match kind {
        Kind::TrackFile => (&BRANDS_TRACK, 0),
        Kind::Stream => (&BRANDS_STREAM, duration),
    };
    let timescale = tracks.first().map_or(1, |track| track.format.timescale);
    let next_id = tracks.iter().map(|track| track.id + 1).max().unwrap_or(1);
    let mut out = Vec::new();
    put(&mut out, *b"ftyp", |out| {
        out.extend_from_slice(brands[0]);
        put_u32(out, 0);
        for brand in brands {
            out.extend_from_slice(*brand);
        }
    });
    put(&mut out, *b"moov", |out| {
        put_mvhd(out, timescale, stated, next_id);
        let protected = tracks.iter().filter_map(|it| it.format.entry.protection);
        for protection in protected {
            out.extend_from_slice(&common_pssh(&[protection.key_id]));
        }
        for track in tracks {
            put_trak(out, track);
        }
        put(out, *b"mvex", |out| {
            put_full(out, *b"mehd", 1, 0, |out| put_u64(out, duration));
            for track in tracks {
                put_trex(out, track);
            }
        });
    });
    out
}

fn put_mvhd(out: &mut Vec<u8>, timescale: u32, duration: u64, next_id: u32) {
    put_full(out, *b"mvhd", 1, 0, |out| {
        put_words(out, [0, 0, 0, 0, timescale]);
        put_u64(out, duration);
        put_u32(out, 0x1_0000);
        put_u16(out, 0x100);
        out.extend_from_slice(&[0; 10]);
        put_words(out, UNITY_MATRIX);
        out.extend_from_slice(&[0; 24]);
        put_u32(out, next_id);
    });
}

fn put_trak(out: &mut Vec<u8>, track: &TrackHeader<'_>) {
    let (width, height, volume) = match track.format.entry.media {
        Media::Video { width, height } => (width, height, 0),
        Media::Audio { .. } => (0, 0, 0x100),
    };
    put(out, *b"trak", |out| {
        // Flags: enabled, in the movie.
        put_full(out, *b"tkhd", 0, 3, |out| {
            put_words(out, [0, 0, track.id, 0, 0, 0, 0]);
            for word in [0, 0, volume, 0] {
                put_u16(out, word);
            }
            put_words(out, UNITY_MATRIX);
            put_u32(out, u32::from(width) << 16);
            put_u32(out, u32::from(height) << 16);
        });
        if track.shown_from != 0 {
            put(out, *b"edts", |out| {
                // One edit, at normal speed, to the end however long that will be.
                put_full(out, *b"elst", 0, 0, |out| {
                    put_words(out, [1, 0, track.shown_from, 0x1_0000]);
                });
            });
        }
        put(out, *b"mdia", |out| put_mdia(out, track));
    });
}

fn put_mdia(out: &mut Vec<u8>, track: &TrackHeader<'_>) {
    let format = track.format;
    let (handler, name) = match format.entry.media {
        Media::Video { .. } => (b"vide", b"Picture\0"),
        Media::Audio { .. } => (b"soun", b"Sound\0\0\0"),
    };
    put_full(out, *b"mdhd", 1, 0, |out| {
        put_words(out, [0, 0, 0, 0, format.timescale]);
        put_u64(out, track.stated_duration);
        put_u16(out, pack_language(format.language));
        put_u16(out, 0);
    });
    put_full(out, *b"hdlr", 0, 0, |out| {
        put_u32(out, 0);
        out.extend_from_slice(handler);
        out.extend_from_slice(&[0; 12]);
        out.extend_from_slice(name);
    });
    put(out, *b"minf", |out| {
        match format.entry.media {
            Media::Video { .. } => put_full(out, *b"vmhd", 0, 1, |out| put_u64(out, 0)),
            Media::Audio { .. } => put_full(out, *b"smhd", 0, 0, |out| put_u32(out, 0)),
        }
        put(out, *b"dinf", |out| {
            put_full(out, *b"dref", 0, 0, |out| {
                put_u32(out, 1);
                put_full(out, *b"url ", 0, 1, |_| ());
            });
        });
        put(out, *b"stbl", |out| put_stbl(out, &format.entry.stated()));
    });
}

/// A description and empty tables: the samples are in the fragments.
fn put_stbl(out: &mut Vec<u8>, entry: &[u8]) {
    put_full(out, *b"stsd", 0, 0, |out| {
        put_u32(out, 1);
        out.extend_from_slice(entry);
    });
    put_full(out, *b"stts", 0, 0, |out| put_u32(out, 0));
    put_full(out, *b"stsc", 0, 0, |out| put_u32(out, 0));
    put_full(out, *b"stsz", 0, 0, |out| put_u64(out, 0));
    put_full(out, *b"stco", 0, 0, |out| put_u32(out, 0));
}

/// Every fragment states its own defaults, so that it stands without these.
fn put_trex(out: &mut Vec<u8>, track: &TrackHeader<'_>) {
    put_full(out, *b"trex", 0, 0, |out| {
        put_words(out, [track.id, 1, 0, 0, 0]);
    });
}

/// One reference of a `sidx`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reference {
    /// Bytes of the segment.
    pub(crate) bytes: u32,
    /// Ticks of the segment.
    pub(crate) duration: u32,
}

/// Bytes of a `sidx` of that many references.
pub(crate) const fn sidx_bytes(references: usize) -> u64 {
    40 + 12 * references as u64
}

/// A version 1 `sidx` whose segments follow it directly, each beginning with a SAP of type 1.
pub(crate) fn sidx(track_id: u32, timescale: u32, references: &[Reference]) -> Vec<u8> {
    let mut out = Vec::with_capacity(sidx_bytes(references.len()) as usize);
    put_full(&mut out, *b"sidx", 1, 0, |out| {
        put_u32(out, track_id);
        put_u32(out, timescale);
        put_u64(out, 0);
        put_u64(out, 0);
        put_u16(out, 0);
        put_u16(out, references.len() as u16);
        for reference in references {
            put_u32(out, reference.bytes);
            put_u32(out, reference.duration);
            put_u32(out, 0x9000_0000);
        }
    });
    out
}
