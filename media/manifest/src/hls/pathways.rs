//! One playlist for several places that serve the same files.

use std::collections::BTreeSet;

use super::multivariant::{IFrameVariant, MultivariantPlaylist, Rendition, Variant};

/// A place that serves every file of a playlist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pathway {
    /// Its id in steering manifests: letters, digits, `.`, `-` and `_`.
    pub id: String,
    /// What the playlist's relative URIs are joined to; ends with `/`.
    pub base_url: String,
}

impl MultivariantPlaylist {
    /// The playlist with every variant and rendition once for each pathway, in the pathways' order, its
    /// relative URIs made absolute and its groups named apart. The first pathway becomes the one to
    /// use until steering answers.
    #[must_use]
    pub fn on_pathways(&self, pathways: &[Pathway]) -> Self {
        let mut clones = Self {
            independent_segments: self.independent_segments,
            steering: self.steering.clone(),
            session_keys: self.session_keys.clone(),
            ..Self::default()
        };
        if let (Some(steering), Some(first)) = (&mut clones.steering, pathways.first()) {
            steering.pathway_id = Some(first.id.clone());
        }
        for pathway in pathways {
            clones
                .renditions
                .extend(self.renditions.iter().map(|it| pathway.rendition(it)));
            clones
                .variants
                .extend(self.variants.iter().map(|it| pathway.variant(it)));
            clones
                .iframes
                .extend(self.iframes.iter().map(|it| pathway.iframes(it)));
        }
        clones
    }

    /// The ids of the pathways that variants belong to, in the order they first appear; a variant that
    /// names none belongs to `.`.
    pub fn pathway_ids(&self) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        let ids = self
            .variants
            .iter()
            .map(|variant| variant.pathway_id.as_deref().unwrap_or("."));
        ids.filter(|id| seen.insert(*id)).collect()
    }
}

impl Pathway {
    fn rendition(&self, rendition: &Rendition) -> Rendition {
        Rendition {
            group_id: self.group(&rendition.group_id),
            uri: rendition.uri.as_deref().map(|uri| self.join(uri)),
            ..rendition.clone()
        }
    }

    fn variant(&self, variant: &Variant) -> Variant {
        Variant {
            uri: self.join(&variant.uri),
            audio: variant.audio.as_deref().map(|group| self.group(group)),
            subtitles: variant.subtitles.as_deref().map(|group| self.group(group)),
            pathway_id: Some(self.id.clone()),
            ..variant.clone()
        }
    }

    fn iframes(&self, iframes: &IFrameVariant) -> IFrameVariant {
        IFrameVariant {
            uri: self.join(&iframes.uri),
            pathway_id: Some(self.id.clone()),
            ..iframes.clone()
        }
    }

    /// A rendition names no pathway of its own: its group must differ from every other pathway's.
    fn group(&self, group: &str) -> String {
        format!("{group}-{}", self.id)
    }

    fn join(&self, uri: &str) -> String {
        if uri.contains("://") {
            uri.to_owned()
        } else {
            format!("{}{uri}", self.base_url)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::multivariant::{ContentSteering, RenditionKind};
    use super::*;

    #[test]
    fn every_pathway_gets_its_own_uris_and_groups() {
        let playlist = MultivariantPlaylist {
            steering: Some(ContentSteering {
                server_uri: "s".into(),
                pathway_id: None,
            }),
            renditions: vec![Rendition {
                kind: RenditionKind::Audio,
                group_id: "audio".into(),
                name: "English".into(),
                language: None,
                uri: Some("a.m3u8".into()),
                default: true,
                autoselect: true,
                channels: Some(2),
            }],
            variants: vec![Variant {
                uri: "v.m3u8".into(),
                bandwidth: 1,
                average_bandwidth: None,
                codecs: vec![],
                resolution: None,
                frame_rate: None,
                video_range: None,
                audio: Some("audio".into()),
                subtitles: None,
                pathway_id: None,
            }],
            ..Default::default()
        };
        let pathway = |id: &str| Pathway {
            id: id.into(),
            base_url: format!("http://{id}/p/t/"),
        };
        let both = playlist.on_pathways(&[pathway("a"), pathway("b")]);
        assert_eq!(playlist.pathway_ids(), ["."]);
        assert_eq!(both.pathway_ids(), ["a", "b"]);
        assert_eq!(both.steering.unwrap().pathway_id.as_deref(), Some("a"));
        assert_eq!(both.variants[1].uri, "http://b/p/t/v.m3u8");
        assert_eq!(both.variants[1].audio.as_deref(), Some("audio-b"));
        assert_eq!(both.renditions[1].group_id, "audio-b");
        assert_eq!(
            both.renditions[0].uri.as_deref(),
            Some("http://a/p/t/a.m3u8")
        );
    }
}
