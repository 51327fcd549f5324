//! Conditional requests (RFC 9110, section 13) for files whose entity tag is their hash. Pure.

use data_objects::ContentHash;

/// The strong entity tag of a file: the same name always has the same bytes.
fn etag(file: ContentHash) -> String {
    format!("\"{file}\"")
}

/// Whether `If-None-Match` says that the player has the file: then 304. Compared weakly, as the RFC
/// asks.
pub(crate) fn is_known(if_none_match: Option<&str>, file: ContentHash) -> bool {
    let Some(list) = if_none_match else {
        return false;
    };
    let etag = etag(file);
    let matches = |candidate: &str| {
        let candidate = candidate.trim();
        candidate == "*" || candidate.strip_prefix("W/").unwrap_or(candidate) == etag
    };
    list.split(',').any(matches)
}

/// Whether a `Range` header counts: `If-Range` is absent or names this very file. Dates never match, as
/// files have none.
pub(crate) fn range_counts(if_range: Option<&str>, file: ContentHash) -> bool {
    if_range.is_none_or(|condition| condition.trim() == etag(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_files_own_tag_matches() {
        let (file, other) = (ContentHash::of(b"a"), ContentHash::of(b"b"));
        assert!(is_known(Some(&etag(file)), file));
        assert!(is_known(
            Some(&format!("{}, W/{}", etag(other), etag(file))),
            file
        ));
        assert!(is_known(Some("*"), file));
        assert!(!is_known(Some(&etag(other)), file));
        assert!(!is_known(None, file));
    }

    #[test]
    fn if_range_compares_strongly() {
        let file = ContentHash::of(b"a");
        assert!(range_counts(None, file));
        assert!(range_counts(Some(&etag(file)), file));
        assert!(!range_counts(Some(&format!("W/{}", etag(file))), file));
        assert!(!range_counts(Some("Sun, 06 Nov 1994 08:49:37 GMT"), file));
    }
}
