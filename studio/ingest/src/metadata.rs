//! The `Upload-Metadata` header: keys with base64 values, of which two mean something here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use data_objects::ContentHash;

use crate::limits::{METADATA_BYTES, NAME_CHARACTERS};

/// Stands in for a name that is not given.
const NO_NAME: &str = "upload";

/// What the sender says of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// The file's name there: for people to read, never a path here. Not empty, one line.
    pub filename: String,
    /// BLAKE3 of the whole file, when the sender knows it.
    pub fingerprint: Option<ContentHash>,
}

/// What is wrong with the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// Too long.
    #[error("Upload-Metadata has more than {METADATA_BYTES} bytes")]
    TooLong,
    /// Not `key base64,key base64`.
    #[error("Upload-Metadata is a list of keys, each followed by a space and its value in base64")]
    Malformed,
    /// Not a hash.
    #[error("the fingerprint is the BLAKE3 hash of the whole file as 64 hexadecimal digits")]
    BadFingerprint,
}

impl Metadata {
    /// For a file that comes with nothing but a name, or not even that.
    pub fn named(filename: &str) -> Self {
        Self {
            filename: clean(filename),
            fingerprint: None,
        }
    }

    /// Reads the header's value; keys other than `filename` and `fingerprint` are let through.
    ///
    /// # Errors
    /// [`MetadataError`] says what to correct.
    pub fn parse(header: &str) -> Result<Self, MetadataError> {
        if header.len() > METADATA_BYTES {
            return Err(MetadataError::TooLong);
        }
        let mut metadata = Self::named("");
        for pair in header
            .split(',')
            .map(str::trim)
            .filter(|pair| !pair.is_empty())
        {
            let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
            let value = STANDARD
                .decode(value.trim())
                .map_err(|_| MetadataError::Malformed)?;
            match key {
                "filename" => metadata.filename = clean(&String::from_utf8_lossy(&value)),
                "fingerprint" => metadata.fingerprint = Some(fingerprint(&value)?),
                _ => {}
            }
        }
        Ok(metadata)
    }
}

fn fingerprint(value: &[u8]) -> Result<ContentHash, MetadataError> {
    let text = std::str::from_utf8(value).map_err(|_| MetadataError::BadFingerprint)?;
    text.trim()
        .parse()
        .map_err(|_| MetadataError::BadFingerprint)
}

/// One line of bounded length, fit for a page and a log.
fn clean(name: &str) -> String {
    let line: String = name
        .chars()
        .filter(|c| !c.is_control())
        .take(NAME_CHARACTERS)
        .collect();
    let line = line.trim();
    if line.is_empty() {
        NO_NAME.to_owned()
    } else {
        line.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn header(name: &str) -> String {
        format!(
            "filename {},filetype dmlkZW8vbXA0,private",
            STANDARD.encode(name)
        )
    }

    #[test]
    fn names_are_kept_as_notes() {
        for name in ["film.mp4", "../../etc/passwd", "🎬 a:b.mov"] {
            assert_eq!(Metadata::parse(&header(name)).unwrap().filename, name);
        }
        assert_eq!(
            Metadata::parse(&header("a\nb\0.mp4")).unwrap().filename,
            "ab.mp4"
        );
        assert_eq!(Metadata::parse("").unwrap(), Metadata::named("upload"));
    }

    #[test]
    fn fingerprints_are_hashes_or_refused() {
        let hash = ContentHash::of(b"film");
        let good = format!("fingerprint {}", STANDARD.encode(hash.to_string()));
        assert_eq!(Metadata::parse(&good).unwrap().fingerprint, Some(hash));
        let bad = format!("fingerprint {}", STANDARD.encode("abc"));
        assert_eq!(Metadata::parse(&bad), Err(MetadataError::BadFingerprint));
        assert_eq!(
            Metadata::parse("filename ***"),
            Err(MetadataError::Malformed)
        );
        assert_eq!(
            Metadata::parse(&"x".repeat(5000)),
            Err(MetadataError::TooLong)
        );
    }

    proptest! {
        #[test]
        fn any_header_is_survived(text in ".{0,300}", name in ".{0,300}") {
            let _parsed = Metadata::parse(&text);
            let parsed = Metadata::parse(&header(&name)).unwrap();
            prop_assert!(!parsed.filename.is_empty());
            prop_assert!(parsed.filename.chars().count() <= NAME_CHARACTERS);
        }
    }
}
