//! How a rendition is encrypted, as playlists say it: which key, never the key.

use super::attributes::{Attributes, TagWriter};
use super::error::HlsProblem;
use super::lines::uri_text;

/// `EXT-X-KEY` and `EXT-X-SESSION-KEY` of method `SAMPLE-AES`, which for CMAF is common encryption's `cbcs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// What a key system finds the key by, such as a `data:` URI of the key's id.
    pub uri: String,
    /// Which key system understands the URI.
    pub format: Option<String>,
}

impl Key {
    pub(super) fn to_tag(&self, tag: &str) -> String {
        let tag = TagWriter::new(tag)
            .bare("METHOD", "SAMPLE-AES")
            .quoted("URI", &uri_text(&self.uri))
            .quoted_if("KEYFORMAT", self.format.as_deref());
        let versions = self.format.as_ref().map(|_| "1");
        tag.quoted_if("KEYFORMATVERSIONS", versions).finish()
    }

    /// `None` for the method `NONE`.
    pub(super) fn parse(value: &str) -> Result<Option<Self>, HlsProblem> {
        let list = Attributes::parse(value).ok_or(HlsProblem::Malformed("EXT-X-KEY"))?;
        match list.get("METHOD") {
            Some("NONE") => Ok(None),
            Some("SAMPLE-AES") => Ok(Some(Self {
                uri: list
                    .owned("URI")
                    .ok_or(HlsProblem::Missing("the URI of EXT-X-KEY"))?,
                format: list.owned("KEYFORMAT"),
            })),
            Some(_) => Err(HlsProblem::Unsupported("encryption other than SAMPLE-AES")),
            None => Err(HlsProblem::Missing("METHOD")),
        }
    }
}
