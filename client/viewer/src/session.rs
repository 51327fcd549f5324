//! What the viewer needs of a playback session's JSON.

use serde::{Deserialize, Serialize};
use url::Url;

/// A playback session as the API hands it out; members this viewer has no use for are ignored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaybackSession {
    /// The session's id.
    pub session_id: String,
    /// Its manifests.
    pub manifests: Manifests,
}

/// The two manifests of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifests {
    /// The HLS multivariant playlist.
    pub hls: Url,
    /// The DASH MPD.
    pub dash: Url,
}

/// Which manifest to play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ManifestFormat {
    /// HLS.
    #[default]
    Hls,
    /// DASH.
    Dash,
}

impl PlaybackSession {
    /// The manifest to give to [`crate::play`].
    pub const fn manifest(&self, format: ManifestFormat) -> &Url {
        match format {
            ManifestFormat::Hls => &self.manifests.hls,
            ManifestFormat::Dash => &self.manifests.dash,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_read_with_members_it_ignores() {
        let text = r#"{"session_id":"00ff","title_id":"t","expires_at":"2026-01-31T12:00:00.000Z",
            "manifests":{"hls":"http://a/master.m3u8","dash":"http://a/manifest.mpd"}}"#;
        let session: PlaybackSession = serde_json::from_str(text).unwrap();
        assert_eq!(
            session.manifest(ManifestFormat::Dash).as_str(),
            "http://a/manifest.mpd"
        );
        assert_eq!(
            session.manifest(ManifestFormat::default()).as_str(),
            "http://a/master.m3u8"
        );
    }
}
