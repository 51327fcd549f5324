//! The Content Steering manifest: the JSON document that tells a player which pathway to prefer
//! (RFC 8216bis section 7.1; ETSI TS 103 998 gives DASH the same document).

use serde::{Deserialize, Serialize};

use crate::limits::{MAX_LIST, MAX_TEXT_BYTES};

/// What a steering server answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SteeringManifest {
    /// The document's version: [`SteeringManifest::VERSION`].
    #[serde(rename = "VERSION")]
    pub version: u32,
    /// Seconds until the client asks again.
    #[serde(rename = "TTL", default = "default_ttl")]
    pub ttl_s: u64,
    /// Where to ask next time; the same place when absent.
    #[serde(
        rename = "RELOAD-URI",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub reload_uri: Option<String>,
    /// Pathway ids, the best first.
    #[serde(rename = "PATHWAY-PRIORITY")]
    pub pathway_priority: Vec<String>,
    /// Pathways that the presentation does not name, as copies of one that it does.
    #[serde(
        rename = "PATHWAY-CLONES",
        default,
        skip_serializing_if = "Vec::is_empty"
    )]
    pub pathway_clones: Vec<PathwayClone>,
}

/// A pathway made of another by changing where its URIs lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathwayClone {
    /// The pathway that is copied.
    #[serde(rename = "BASE-ID")]
    pub base_id: String,
    /// The copy's own id.
    #[serde(rename = "ID")]
    pub id: String,
    /// What is changed.
    #[serde(rename = "URI-REPLACEMENT")]
    pub uri_replacement: UriReplacement,
}

/// What a copy's URIs have instead of the original's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UriReplacement {
    /// The host, and the port where it is not the scheme's own.
    #[serde(rename = "HOST", default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
}

/// Why a steering manifest could not be read. A retry does not help.
#[derive(Debug, thiserror::Error)]
pub enum SteeringManifestError {
    /// The text is not JSON of that shape.
    #[error("the steering manifest is not the JSON it should be: {0}")]
    Json(#[from] serde_json::Error),
    /// A version this reader does not know.
    #[error("the steering manifest has version {0}; version 1 is understood")]
    Version(u32),
    /// The text or its list of pathways is too long.
    #[error("the steering manifest is longer than a reader should accept")]
    TooLong,
}

impl SteeringManifest {
    /// The version this code writes and reads.
    pub const VERSION: u32 = 1;

    /// A document that prefers `pathways` in their order for `ttl_s` seconds, and clones none.
    pub const fn new(ttl_s: u64, reload_uri: Option<String>, pathways: Vec<String>) -> Self {
        Self {
            version: Self::VERSION,
            ttl_s,
            reload_uri,
            pathway_priority: pathways,
            pathway_clones: Vec::new(),
        }
    }

    /// The document's text.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings and numbers always serialise")
    }

    /// Reads a document; unknown members are ignored, as the specification asks.
    pub fn parse(text: &str) -> Result<Self, SteeringManifestError> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(SteeringManifestError::TooLong);
        }
        let manifest: Self = serde_json::from_str(text)?;
        if manifest.version != Self::VERSION {
            return Err(SteeringManifestError::Version(manifest.version));
        }
        let longest = manifest
            .pathway_priority
            .len()
            .max(manifest.pathway_clones.len());
        if longest > MAX_LIST {
            return Err(SteeringManifestError::TooLong);
        }
        Ok(manifest)
    }
}

/// RFC 8216bis recommends 300 s where a server does not say.
const fn default_ttl() -> u64 {
    300
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_carry_the_names_of_the_specification() {
        let manifest = SteeringManifest::new(
            60,
            Some("/steering".into()),
            vec!["isp-a".into(), "hub".into()],
        );
        let text = manifest.to_json();
        assert_eq!(
            text,
            r#"{"VERSION":1,"TTL":60,"RELOAD-URI":"/steering","PATHWAY-PRIORITY":["isp-a","hub"]}"#
        );
        assert_eq!(SteeringManifest::parse(&text).unwrap(), manifest);
    }

    #[test]
    fn copies_of_pathways_are_written_and_read() {
        let host = Some("edge-3.example:8443".to_owned());
        let clone = PathwayClone {
            base_id: "isp-a".into(),
            id: "isp-b".into(),
            uri_replacement: UriReplacement { host },
        };
        let manifest = SteeringManifest {
            pathway_clones: vec![clone],
            ..SteeringManifest::new(60, None, vec!["isp-b".into(), "isp-a".into()])
        };
        let text = manifest.to_json();
        assert!(text.ends_with(
            r#""PATHWAY-CLONES":[{"BASE-ID":"isp-a","ID":"isp-b","URI-REPLACEMENT":{"HOST":"edge-3.example:8443"}}]}"#
        ));
        assert_eq!(SteeringManifest::parse(&text).unwrap(), manifest);
    }

    #[test]
    fn defaults_apply_and_other_versions_are_refused() {
        let text = r#"{"VERSION":1,"PATHWAY-PRIORITY":["a"],"X-OTHER":true}"#;
        assert_eq!(SteeringManifest::parse(text).unwrap().ttl_s, 300);
        let text = r#"{"VERSION":2,"PATHWAY-PRIORITY":["a"]}"#;
        assert!(matches!(
            SteeringManifest::parse(text),
            Err(SteeringManifestError::Version(2))
        ));
        assert!(SteeringManifest::parse("[").is_err());
    }
}
