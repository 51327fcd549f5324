//! A playlist as numbered lines: tags and URIs, without comments and blank lines.

use std::fmt::Write as _;

use super::error::{HlsError, HlsProblem};
use crate::limits::MAX_TEXT_BYTES;

/// One line that means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// A tag's name with its `#`, and the text after its colon, if it has one.
    Tag(&'a str, Option<&'a str>),
    /// A URI.
    Uri(&'a str),
}

/// Splits a playlist into its lines, numbered from 1. The first must be `#EXTM3U` and is left out.
pub(super) fn lines(text: &str) -> Result<impl Iterator<Item = (usize, Line<'_>)>, HlsError> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(HlsProblem::TooLong.at(1));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text.lines().map(str::trim_end).enumerate();
    if lines.next().map(|(_, line)| line) != Some("#EXTM3U") {
        return Err(HlsProblem::NotAPlaylist.at(1));
    }
    Ok(lines.filter_map(|(index, line)| Some((index + 1, classify(line)?))))
}

fn classify(line: &str) -> Option<Line<'_>> {
    if line.starts_with("#EXT") {
        return Some(match line.split_once(':') {
            Some((name, value)) => Line::Tag(name, Some(value)),
            None => Line::Tag(line, None),
        });
    }
    (!line.is_empty() && !line.starts_with('#')).then_some(Line::Uri(line))
}

/// A URI as one line of a playlist or inside quotes: what would end the line or the quotes, or make the
/// line a comment, is percent-encoded.
pub(super) fn uri_text(uri: &str) -> String {
    let mut text = String::with_capacity(uri.len());
    for (index, character) in uri.chars().enumerate() {
        let unsafe_here = character.is_control()
            || character.is_whitespace()
            || character == '"'
            || character == '\u{feff}'
            || (character == '#' && index == 0);
        if unsafe_here {
            let mut bytes = [0; 4];
            for byte in character.encode_utf8(&mut bytes).bytes() {
                let _ = write!(text, "%{byte:02X}");
            }
        } else {
            text.push(character);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_blank_lines_are_dropped_and_numbers_kept() {
        let text = "#EXTM3U\r\n\r\n# note\r\n#EXTINF:4,\r\na.mp4\r\n#EXT-X-ENDLIST";
        let found: Vec<_> = lines(text).unwrap().collect();
        assert_eq!(
            found,
            [
                (4, Line::Tag("#EXTINF", Some("4,"))),
                (5, Line::Uri("a.mp4")),
                (6, Line::Tag("#EXT-X-ENDLIST", None)),
            ]
        );
    }

    #[test]
    fn what_is_no_playlist_is_refused() {
        for text in ["", "EXTM3U", "<html>", "\n#EXTM3U"] {
            assert!(lines(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_uri_cannot_break_out_of_its_line() {
        assert_eq!(uri_text("a\n#EXT-X-ENDLIST"), "a%0A#EXT-X-ENDLIST");
        assert_eq!(uri_text("#a\"b c"), "%23a%22b%20c");
        assert_eq!(uri_text("https://a/p/é?x=1#t"), "https://a/p/é?x=1#t");
    }
}
