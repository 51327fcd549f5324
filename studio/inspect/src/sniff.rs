//! What a file is by its own bytes, before any tool opens it.

use std::io;

use crate::error::Unusable;
use crate::limits::WALKED_BOXES;

/// What the first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text that only names other files.
    Names(&'static str),
    /// ISO base media, MP4 and MOV.
    IsoMedia,
    /// Something for ffprobe to find out.
    Other,
}

/// How playlists and scripts begin, in lower case.
const BEGINNINGS: [(&str, &str); 7] = [
    ("#extm3u", "HLS playlist"),
    ("ffconcat version", "list of files to join"),
    ("[playlist]", "playlist"),
    ("[reference]", "playlist"),
    ("rtsptext", "playlist"),
    ("<asx", "playlist"),
    ("<smil", "playlist"),
];

/// What XML of this kind holds somewhere near its beginning, in lower case.
const XML_MARKS: [(&str, &str); 5] = [
    ("<mpd", "DASH manifest"),
    ("<smoothstreamingmedia", "streaming manifest"),
    ("compositionplaylist", "package description"),
    ("<assetmap", "package description"),
    ("<smil", "playlist"),
];

/// Boxes a file of this family can begin with.
const FIRST_BOXES: [&[u8; 4]; 9] = [
    b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"moof",
];

/// Looks at the first bytes of a file.
pub(crate) fn sniff(head: &[u8]) -> Kind {
    if head
        .get(4..8)
        .is_some_and(|kind| FIRST_BOXES.iter().any(|first| kind == *first))
    {
        return Kind::IsoMedia;
    }
    let text = String::from_utf8_lossy(head).to_lowercase();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if let Some((_, what)) = BEGINNINGS
        .iter()
        .find(|(begins, _)| text.starts_with(begins))
    {
        return Kind::Names(what);
    }
    if text.starts_with('<')
        && let Some((_, what)) = XML_MARKS.iter().find(|(mark, _)| text.contains(mark))
    {
        return Kind::Names(what);
    }
    let mut lines = text.lines();
    if lines.next() == Some("v=0") && lines.next().is_some_and(|line| line.starts_with("o=")) {
        return Kind::Names("session description");
    }
    Kind::Other
}

/// Walks the top-level boxes of an ISO file of `length` bytes and says when it ends too early.
/// `read_at` gives the 16 bytes at an offset, zeros behind the end.
pub(crate) fn cut_off(
    length: u64,
    mut read_at: impl FnMut(u64) -> io::Result<[u8; 16]>,
) -> io::Result<Option<Unusable>> {
    let (mut at, mut has_index) = (0_u64, false);
    for _ in 0..WALKED_BOXES {
        if at.saturating_add(8) > length {
            break;
        }
        let head = read_at(at)?;
        let (size, kind) = box_head(&head, length - at);
        let Some(size) = size else { return Ok(None) };
        let content = matches!(&kind, b"mdat" | b"moof" | b"moov");
        if content && size > length - at {
            let cut = if has_index || kind == *b"moof" {
                Unusable::CutOff
            } else {
                Unusable::NoIndex
            };
            return Ok(Some(cut));
        }
        has_index |= kind == *b"moov";
        at = at.saturating_add(size);
    }
    Ok((!has_index).then_some(Unusable::NoIndex))
}

/// A box's size, unless it is none that can be walked over, and its type.
fn box_head(head: &[u8; 16], rest: u64) -> (Option<u64>, [u8; 4]) {
    let (short, tail) = head.split_first_chunk::<4>().expect("16 bytes hold 4");
    let (kind, large) = tail.split_first_chunk::<4>().expect("12 bytes hold 4");
    let size = match u32::from_be_bytes(*short) {
        0 => Some(rest),
        1 => large
            .first_chunk()
            .map(|large| u64::from_be_bytes(*large))
            .filter(|size| *size >= 16),
        size => Some(u64::from(size)).filter(|size| *size >= 8),
    };
    (size, *kind)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn boxes(list: &[(&[u8; 4], u32)]) -> Vec<u8> {
        let mut file = Vec::new();
        for (kind, size) in list {
            file.extend_from_slice(&size.to_be_bytes());
            file.extend_from_slice(*kind);
            file.resize(file.len() + *size as usize - 8, 0);
        }
        file
    }

    fn walk(file: &[u8]) -> Option<Unusable> {
        let read = |at: u64| {
            let mut head = [0; 16];
            let rest = &file[(at as usize).min(file.len())..];
            let count = rest.len().min(16);
            head[..count].copy_from_slice(&rest[..count]);
            Ok(head)
        };
        cut_off(file.len() as u64, read).unwrap()
    }

    #[test]
    fn playlists_scripts_and_films_are_told_apart() {
        assert_eq!(sniff(b"\xef\xbb\xbf#EXTM3U\n"), Kind::Names("HLS playlist"));
        assert_eq!(
            sniff(b"<?xml version='1.0'?>\n<MPD>"),
            Kind::Names("DASH manifest")
        );
        assert_eq!(
            sniff(b"v=0\r\no=- 0 0 IN IP4 x"),
            Kind::Names("session description")
        );
        assert_eq!(sniff(b"\0\0\0\x20ftypisom"), Kind::IsoMedia);
        assert_eq!(sniff(b"shopping"), Kind::Other);
    }

    #[test]
    fn a_file_cut_anywhere_behind_its_first_box_is_noticed() {
        let index_last = boxes(&[(b"ftyp", 32), (b"mdat", 400), (b"moov", 100)]);
        let index_first = boxes(&[(b"ftyp", 32), (b"moov", 100), (b"mdat", 400)]);
        assert_eq!((walk(&index_last), walk(&index_first)), (None, None));
        for end in 32..532 {
            let found = walk(&index_last[..end]);
            assert_eq!(found, Some(Unusable::NoIndex), "{end}");
        }
        for end in 140..532 {
            assert_eq!(walk(&index_first[..end]), Some(Unusable::CutOff), "{end}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _kind = sniff(&bytes);
            let _cut = walk(&bytes);
        }
    }
}
