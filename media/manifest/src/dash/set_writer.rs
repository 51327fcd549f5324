//! Writes adaptation sets and representations.

use super::model::{
    AdaptationSet, ContentKind, Fraction, Property, Protection, Representation, Segments,
};
use super::template::SegmentTemplate;
use super::xml::Element;

const ROLE_SCHEME: &str = "urn:mpeg:dash:role:2011";
const CENC_NAMESPACE: &str = "urn:mpeg:cenc:2013";
const DASHIF_NAMESPACE: &str = "https://dashif.org/CPS";
const CHANNELS_SCHEME: &str = "urn:mpeg:dash:23003:3:audio_channel_configuration:2011";

impl AdaptationSet {
    pub(super) fn to_element(&self, id: usize) -> Element {
        let mut set = Element::new("AdaptationSet")
            .with("id", id)
            .with("contentType", self.kind.as_str())
            .with_if("lang", self.language.as_ref());
        if self.kind != ContentKind::Text {
            // In this profile a representation is one segment: what players switch at are its
            // subsegments, and older players look for the attributes of segments.
            set = set
                .with("segmentAlignment", true)
                .with("startWithSAP", 1)
                .with("subsegmentAlignment", true)
                .with("subsegmentStartsWithSAP", 1);
        }
        if self.kind == ContentKind::Video {
            let max = |pick: fn(&Representation) -> Option<u32>| {
                self.representations.iter().filter_map(pick).max()
            };
            set = set
                .with_if("maxWidth", max(|representation| representation.width))
                .with_if("maxHeight", max(|representation| representation.height));
        }
        if let Some(rate) = self.max_playout_rate {
            set = set
                .with("maxPlayoutRate", rate)
                .with("codingDependency", false);
        }
        let roles = self.roles.iter().map(|role| {
            Element::new("Role")
                .with("schemeIdUri", ROLE_SCHEME)
                .with("value", role)
        });
        let label = self
            .label
            .iter()
            .map(|label| Element::new("Label").with_text(label));
        let essential = self.essential.iter().map(|it| it.to_element("Essential"));
        let supplemental = self
            .supplemental
            .iter()
            .map(|it| it.to_element("Supplemental"));
        let representations = self.representations.iter().map(Representation::to_element);
        set.with_children(self.protections.iter().map(Protection::to_element))
            .with_children(essential)
            .with_children(supplemental)
            .with_children(label)
            .with_children(roles)
            .with_children(representations)
    }
}

impl Property {
    fn to_element(&self, kind: &str) -> Element {
        Element::new(&format!("{kind}Property"))
            .with("schemeIdUri", &self.scheme)
            .with_if("value", Some(&self.value).filter(|it| !it.is_empty()))
    }
}

impl Protection {
    fn to_element(&self) -> Element {
        let pssh = self.pssh.iter().map(|pssh| {
            Element::new("cenc:pssh")
                .with("xmlns:cenc", CENC_NAMESPACE)
                .with_text(pssh)
        });
        let license = self.license_url.iter().map(|url| {
            Element::new("dashif:Laurl")
                .with("xmlns:dashif", DASHIF_NAMESPACE)
                .with_text(url)
        });
        let mut element = Element::new("ContentProtection")
            .with("schemeIdUri", &self.scheme)
            .with_if("value", self.value.as_ref());
        if let Some(id) = &self.default_key_id {
            element = element
                .with("xmlns:cenc", CENC_NAMESPACE)
                .with("cenc:default_KID", id);
        }
        element.with_children(pssh).with_children(license)
    }
}

impl Representation {
    fn to_element(&self) -> Element {
        let channels = self.channels.iter().map(|channels| {
            Element::new("AudioChannelConfiguration")
                .with("schemeIdUri", CHANNELS_SCHEME)
                .with("value", configuration(*channels))
        });
        let base = self
            .base_url
            .iter()
            .map(|url| Element::new("BaseURL").with_text(url));
        let element = Element::new("Representation")
            .with("id", &self.id)
            .with("mimeType", &self.mime_type)
            .with_if("codecs", self.codecs.as_ref())
            .with("bandwidth", self.bandwidth)
            .with_if("width", self.width)
            .with_if("height", self.height)
            .with_if("frameRate", self.frame_rate.map(fraction_text))
            .with_if("audioSamplingRate", self.audio_sampling_rate)
            .with_children(channels)
            .with_children(base);
        match &self.segments {
            Segments::Whole => element,
            Segments::Indexed { init, index } => element.with_child(
                Element::new("SegmentBase")
                    .with("indexRange", index.inclusive())
                    .with_child(Element::new("Initialization").with("range", init.inclusive())),
            ),
            Segments::Template(template) => element.with_child(template.to_element()),
        }
    }
}

impl SegmentTemplate {
    fn to_element(&self) -> Element {
        let runs = self.timeline.iter().map(|run| {
            let repeat = (run.repeat != 0).then_some(run.repeat);
            Element::new("S")
                .with_if("t", run.start)
                .with("d", run.duration)
                .with_if("r", repeat)
        });
        let timeline = Element::new("SegmentTimeline").with_children(runs);
        Element::new("SegmentTemplate")
            .with("timescale", self.timescale)
            .with_if("initialization", self.initialization.as_ref())
            .with("media", &self.media)
            .with("startNumber", self.start_number)
            .with_if("duration", self.duration)
            .with_children((!self.timeline.is_empty()).then_some(timeline))
    }
}

/// ISO/IEC 23091-3 numbers layouts; up to six speakers the number is the count.
pub(super) const fn configuration(channels: u32) -> u32 {
    match channels {
        7 => 11,
        8 => 12,
        fewer_or_more => fewer_or_more,
    }
}

fn fraction_text(fraction: Fraction) -> String {
    match fraction.denominator {
        0 | 1 => fraction.numerator.to_string(),
        denominator => format!("{}/{denominator}", fraction.numerator),
    }
}
