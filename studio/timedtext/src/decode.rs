//! Bytes to text: by the mark at the start, else UTF-8, else the encoding that the bytes look most like.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::error::{Problem, TextError, Warnings};
use crate::limits::MAX_BYTES;

/// Bytes looked at for UTF-16 that has no mark.
const LOOKED_AT: usize = 4096;

/// The file's text without its byte order mark.
pub(crate) fn text(name: &str, bytes: &[u8], warnings: &mut Warnings) -> Result<String, TextError> {
    if bytes.len() > MAX_BYTES {
        return Err(TextError::TooLarge {
            name: name.to_owned(),
            bytes: bytes.len(),
        });
    }
    let marked = Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let valid = || std::str::from_utf8(bytes).is_ok() && utf_16(bytes).is_none();
    let encoding = marked
        .or_else(|| valid().then_some(UTF_8))
        .unwrap_or_else(|| {
            let guessed = utf_16(bytes).unwrap_or_else(|| guess(bytes));
            warnings.add(None, Problem::Guessed(guessed.name()));
            guessed
        });
    let (text, _, unreadable) = encoding.decode(bytes);
    if text.chars().any(is_binary) {
        return Err(TextError::NotText {
            name: name.to_owned(),
        });
    }
    if unreadable {
        warnings.add(None, Problem::Unreadable);
    }
    Ok(text.into_owned())
}

/// UTF-16 without a mark: nearly every other byte of a Western text is zero, and none of any other text.
fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let (pairs, _) = bytes[..bytes.len().min(LOOKED_AT)].as_chunks::<2>();
    let zeros = |at: usize| pairs.iter().filter(|pair| pair[at] == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    let most = |count: usize| count > 4 && count * 10 > pairs.len() * 7;
    match (most(first) && second == 0, most(second) && first == 0) {
        (true, false) => Some(UTF_16BE),
        (false, true) => Some(UTF_16LE),
        _ => None,
    }
}

/// By how often letters follow one another in the languages that each encoding is for.
fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Deny)
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
        for bytes in [utf_16(u16::to_le_bytes), utf_16(u16::to_be_bytes)] {
            assert_eq!(read(&bytes), Ok((wanted.to_owned(), 1)));
        }
    }

    #[test]
    fn encodings_of_other_scripts_are_told_by_their_letters() {
        let russian = "Привет, как твои дела? Всё хорошо, спасибо.";
        let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode(russian);
        assert_eq!(read(&bytes), Ok((russian.to_owned(), 1)));
        let japanese = "こんにちは、お元気ですか。今日はいい天気ですね。";
        let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode(japanese);
        assert_eq!(read(&bytes), Ok((japanese.to_owned(), 1)));
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
