//! A byte range and the three ways manifests write it.

/// A half-open range of a file's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ByteRange {
    /// First byte.
    pub start: u64,
    /// First byte after; not before `start`.
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

    /// The value of an HTTP `Range` header: `bytes=first-last`.
    pub fn http(self) -> String {
        format!("bytes={}", self.inclusive())
    }

    /// DASH's form, both ends included: `first-last`.
    pub(crate) fn inclusive(self) -> String {
        format!("{}-{}", self.start, self.end.saturating_sub(1))
    }

    /// HLS's form: `length@offset`.
    pub(crate) fn length_at_offset(self) -> String {
        format!("{}@{}", self.len(), self.start)
    }

    pub(crate) fn from_inclusive(text: &str) -> Option<Self> {
        let (first, last) = text.split_once('-')?;
        let start = first.trim().parse().ok()?;
        let end = last.trim().parse::<u64>().ok()?.checked_add(1)?;
        (start < end).then_some(Self { start, end })
    }

    /// Reads `length[@offset]`; without an offset the range begins at `follows`.
    pub(crate) fn from_length_at_offset(text: &str, follows: Option<u64>) -> Option<Self> {
        let (length, start) = match text.split_once('@') {
            Some((length, offset)) => (length, offset.trim().parse().ok()?),
            None => (text, follows?),
        };
        let end = length.trim().parse::<u64>().ok()?.checked_add(start)?;
        Some(Self { start, end })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_read_as_written() {
        let range = ByteRange {
            start: 1_000,
            end: 1_500,
        };
        assert_eq!(range.http(), "bytes=1000-1499");
        assert_eq!(ByteRange::from_inclusive(&range.inclusive()), Some(range));
        assert_eq!(
            ByteRange::from_length_at_offset(&range.length_at_offset(), None),
            Some(range)
        );
        assert_eq!(
            ByteRange::from_length_at_offset("500", Some(1_000)),
            Some(range)
        );
    }

    #[test]
    fn ranges_that_are_none_are_refused() {
        for text in ["", "5", "9-3", "-1-2", "0-18446744073709551615", "a-b"] {
            assert_eq!(ByteRange::from_inclusive(text), None, "{text}");
        }
        for text in ["", "@5", "5", "18446744073709551615@1", "x@1"] {
            assert_eq!(ByteRange::from_length_at_offset(text, None), None, "{text}");
        }
    }
}
