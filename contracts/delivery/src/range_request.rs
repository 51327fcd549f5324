//! What a `Range` header asks of a file (RFC 9110, section 14), as arithmetic on its length.

use crate::ByteRange;

/// The answer to a `Range` header for a file of known length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangeRequest {
    /// No range that counts: the whole file, status 200. A header that is malformed or in another
    /// unit than bytes is ignored, as the RFC asks.
    Whole,
    /// One range inside the file, never empty: status 206.
    Part(ByteRange),
    /// Status 416: the range lies outside the file, or several were asked for. Several are refused on
    /// purpose: no player asks so, a multipart answer would be code for nobody, and ignoring the
    /// header would send the whole film to whoever wanted two small pieces of it.
    Unsatisfiable,
}

impl RangeRequest {
    /// Reads a header's value for a file of `bytes` bytes. Never overflows, whatever the digits.
    pub fn of(header: Option<&str>, bytes: u64) -> Self {
        let Some(ranges) = header.and_then(byte_ranges) else {
            return Self::Whole;
        };
        if ranges.contains(',') {
            return Self::Unsatisfiable;
        }
        let Some((first, last)) = ranges.trim().split_once('-') else {
            return Self::Whole;
        };
        match (position(first), position(last)) {
            (Position::At(first), Position::At(last)) if last < first => Self::Whole,
            (Position::At(first), Position::At(last)) => {
                Self::within(first, last.saturating_add(1).min(bytes), bytes)
            }
            (Position::At(first), Position::Absent) => Self::within(first, bytes, bytes),
            (Position::Absent, Position::At(suffix)) => {
                Self::within(bytes.saturating_sub(suffix), bytes, bytes)
            }
            _ => Self::Whole,
        }
    }

    const fn within(start: u64, end: u64, bytes: u64) -> Self {
        if start < end && end <= bytes {
            Self::Part(ByteRange { start, end })
        } else {
            Self::Unsatisfiable
        }
    }
}

fn byte_ranges(header: &str) -> Option<&str> {
    let (unit, ranges) = header.split_once('=')?;
    unit.trim().eq_ignore_ascii_case("bytes").then_some(ranges)
}

enum Position {
    Absent,
    At(u64),
    Bad,
}

/// Digits only; a number past 64 bits is past every file, so it saturates.
fn position(text: &str) -> Position {
    let text = text.trim();
    if text.is_empty() {
        Position::Absent
    } else if text.bytes().all(|byte| byte.is_ascii_digit()) {
        Position::At(text.parse().unwrap_or(u64::MAX))
    } else {
        Position::Bad
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn part(start: u64, end: u64) -> RangeRequest {
        RangeRequest::Part(ByteRange { start, end })
    }

    #[test]
    fn each_form_is_understood() {
        let of = |text| RangeRequest::of(Some(text), 100);
        assert_eq!(of("bytes=0-0"), part(0, 1));
        assert_eq!(of("bytes=10-19"), part(10, 20));
        assert_eq!(of("BYTES=90-"), part(90, 100));
        assert_eq!(of("bytes=-10"), part(90, 100));
        assert_eq!(of("bytes=-1000"), part(0, 100));
        assert_eq!(of("bytes=50-99999999999999999999999"), part(50, 100));
        assert_eq!(of("bytes=100-"), RangeRequest::Unsatisfiable);
        assert_eq!(of("bytes=-0"), RangeRequest::Unsatisfiable);
        assert_eq!(of("bytes=0-1,5-6"), RangeRequest::Unsatisfiable);
        for ignored in [
            "bytes=9-3",
            "items=0-1",
            "bytes",
            "bytes=a-b",
            "bytes=-",
            "bytes=1-+2",
        ] {
            assert_eq!(of(ignored), RangeRequest::Whole, "{ignored}");
        }
        assert_eq!(RangeRequest::of(None, 100), RangeRequest::Whole);
        assert_eq!(
            RangeRequest::of(Some("bytes=0-"), 0),
            RangeRequest::Unsatisfiable
        );
    }

    proptest! {
        #[test]
        fn a_part_is_never_empty_and_never_leaves_the_file(
            first in proptest::option::of(any::<u64>()),
            last in proptest::option::of(any::<u64>()),
            bytes in prop_oneof![0_u64..1_000, any::<u64>()],
        ) {
            let text = |number: Option<u64>| number.map_or(String::new(), |n| n.to_string());
            let header = format!("bytes={}-{}", text(first), text(last));
            if let RangeRequest::Part(range) = RangeRequest::of(Some(&header), bytes) {
                prop_assert!(range.start < range.end && range.end <= bytes);
                match (first, last) {
                    (Some(first), Some(last)) => {
                        prop_assert_eq!(range.start, first);
                        prop_assert_eq!(range.end, last.saturating_add(1).min(bytes));
                    }
                    (Some(first), None) => prop_assert_eq!((range.start, range.end), (first, bytes)),
                    (None, Some(suffix)) => prop_assert_eq!(range.len(), suffix.min(bytes)),
                    (None, None) => prop_assert!(false, "`-` alone is no range"),
                }
            }
        }

        #[test]
        fn no_header_makes_it_panic(header in ".*", bytes in any::<u64>()) {
            let _ = RangeRequest::of(Some(&format!("bytes={header}")), bytes);
        }
    }
}
