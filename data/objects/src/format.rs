//! The marker that says which layout a store has. It is read before
//! anything is changed; a store without one is new, or of the time before there was a second layout.

use crate::ObjectError;

/// The marker's file in a folder and key in a bucket.
pub(crate) const MARKER: &str = "FORMAT";

/// The layout that this version writes, and the newest that it reads.
const LAYOUT: u32 = 1;

const SUBJECT: &str = "marquee objects";

/// What the marker holds.
pub(crate) fn marker() -> String {
    format!("{SUBJECT} {LAYOUT}\n")
}

/// Checks a marker found at `place`.
pub(crate) fn check(found: &[u8], place: &str) -> Result<(), ObjectError> {
    let not_a_store = || ObjectError::NotAStore {
        place: place.to_owned(),
    };
    let text = std::str::from_utf8(found).map_err(|_| not_a_store())?;
    let number = text
        .strip_prefix(SUBJECT)
        .and_then(|rest| rest.trim().parse::<u32>().ok());
    match number {
        Some(1..=LAYOUT) => Ok(()),
        Some(found) if found > LAYOUT => Err(ObjectError::Newer {
            place: place.to_owned(),
            found,
            known: LAYOUT,
        }),
        _ => Err(not_a_store()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_layout_is_read_and_a_newer_one_refused_in_words() {
        check(marker().as_bytes(), "here").unwrap();
        let newer = check(b"marquee objects 2\n", "/srv/objects").unwrap_err();
        assert_eq!(
            newer.to_string(),
            "the object store at /srv/objects has layout 2 and this Marquee reads layout 1; use a newer Marquee, and nothing was changed"
        );
        for other in [
            &b"marquee objects 0"[..],
            b"",
            b"\xff",
            b"marquee wide rows 1",
        ] {
            let refused = check(other, "here");
            assert!(matches!(refused, Err(ObjectError::NotAStore { .. })));
        }
    }
}
