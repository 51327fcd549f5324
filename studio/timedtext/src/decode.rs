//! Bytes to text: UTF-8 first, UTF-16 by its mark, windows-1252 when it can be nothing else.

use crate::error::{Problem, TextError, Warnings};
use crate::limits::MAX_BYTES;

/// What windows-1252 has at 0x80 to 0x9f, as the WHATWG Encoding Standard maps it.
const WINDOWS_1252_HIGH: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The file's text without its byte order mark.
pub(crate) fn text(name: &str, bytes: &[u8], warnings: &mut Warnings) -> Result<String, TextError> {
    if bytes.len() > MAX_BYTES {
        return Err(TextError::TooLarge {
            name: name.to_owned(),
            bytes: bytes.len(),
        });
    }
    let text = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        [0xff, 0xfe, rest @ ..] => utf_16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf_16(rest, u16::from_be_bytes),
        _ => std::str::from_utf8(bytes).map_or_else(
            |_| {
                warnings.add(None, Problem::Windows1252);
                bytes.iter().map(|byte| windows_1252(*byte)).collect()
            },
            str::to_owned,
        ),
    };
    if text.chars().any(is_binary) {
        return Err(TextError::NotText {
            name: name.to_owned(),
        });
    }
    Ok(text)
}

fn utf_16(bytes: &[u8], join: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| join([pair[0], pair[1]]));
    char::decode_utf16(units)
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

fn windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS_1252_HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

/// Control characters no subtitle file holds. 0x1a ends some files made on DOS.
fn is_binary(character: char) -> bool {
    matches!(character, '\0'..='\u{8}' | '\u{e}'..='\u{19}' | '\u{1c}'..='\u{1f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<(String, usize), TextError> {
        let mut warnings = Warnings::default();
        let text = text("a.srt", bytes, &mut warnings)?;
        Ok((text, warnings.finish().len()))
    }

    #[test]
    fn every_usual_encoding_gives_the_same_text() {
        let wanted = "Café – “ok”";
        let utf_16 = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
            wanted.encode_utf16().flat_map(order).collect()
        };
        let with_mark = |mark: &[u8], rest: &[u8]| [mark, rest].concat();
        assert_eq!(read(wanted.as_bytes()), Ok((wanted.to_owned(), 0)));
        for bytes in [
            with_mark(&[0xef, 0xbb, 0xbf], wanted.as_bytes()),
            with_mark(&[0xff, 0xfe], &utf_16(u16::to_le_bytes)),
            with_mark(&[0xfe, 0xff], &utf_16(u16::to_be_bytes)),
        ] {
            assert_eq!(read(&bytes), Ok((wanted.to_owned(), 0)));
        }
        assert_eq!(read(b"Caf\xe9 \x96 \x93ok\x94"), Ok((wanted.to_owned(), 1)));
    }

    #[test]
    fn a_picture_is_not_text_and_a_huge_file_is_not_read() {
        assert!(matches!(
            read(b"\x89PNG\r\n\x1a\n\0\0"),
            Err(TextError::NotText { .. })
        ));
        let huge = vec![b'a'; MAX_BYTES + 1];
        assert!(matches!(read(&huge), Err(TextError::TooLarge { .. })));
    }
}
