//! Files made to harm their reader, and the word that they do not.

use media_isobmff::{Head, Track};

/// A box of this kind around a body.
pub(crate) fn boxed(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let size = (body.len() + 8) as u32;
    [&size.to_be_bytes()[..], &kind, body].concat()
}

/// The same with a version and flags of zero.
pub(crate) fn full(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    boxed(kind, &[&[0; 4], body].concat())
}

pub(crate) fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// A movie of one picture track with these sample tables, and nothing that says how it is coded.
pub(crate) fn movie(tables: &[u8]) -> Vec<u8> {
    let movie_header = full(*b"mvhd", &words(&[0, 0, 1000, 0]));
    let media_header = full(*b"mdhd", &words(&[0, 0, 1000, 0, 0]));
    let handler = full(*b"hdlr", &[&[0; 4], &b"vide"[..], &[0; 13]].concat());
    let minf = boxed(*b"minf", &boxed(*b"stbl", tables));
    let mdia = boxed(*b"mdia", &[media_header, handler, minf].concat());
    let moov = boxed(*b"moov", &[movie_header, boxed(*b"trak", &mdia)].concat());
    [boxed(*b"ftyp", b"isom\0\0\0\0"), moov].concat()
}

/// Reads a file in every way there is; none may succeed or panic.
pub(crate) fn refuse(file: &[u8]) {
    assert!(Track::read_video(&file).is_err());
    assert!(Track::read_audio(&file).is_err());
    assert!(Head::read(&file).is_err());
}
