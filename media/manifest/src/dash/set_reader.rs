//! Reads adaptation sets and representations, which inherit what they do not say themselves.

use super::error::MpdError;
use super::fields;
use super::model::{AdaptationSet, ContentKind, Property, Protection, Representation, Segments};
use super::mpd_reader::join;
use super::template::SegmentTemplate;
use super::xml::Element;
use crate::limits::MAX_LIST;

impl AdaptationSet {
    /// Reads a set; absent when it carries nothing this model knows, such as pictures.
    pub(super) fn read(element: &Element, period: &Element) -> Result<Option<Self>, MpdError> {
        let Some(kind) = kind(element) else {
            return Ok(None);
        };
        let mut representations = Vec::new();
        for representation in element.all("Representation") {
            if representations.len() == MAX_LIST {
                return Err(MpdError::TooLong);
            }
            representations.push(
                Layers {
                    representation,
                    set: element,
                    period,
                }
                .read()?,
            );
        }
        if representations.is_empty() {
            return Err(MpdError::Missing("Representation"));
        }
        representations.sort_by_key(|representation| representation.bandwidth);
        Ok(Some(Self {
            kind,
            language: element.get("lang").map(str::to_owned),
            label: element.child("Label").map(|label| label.text.clone()),
            roles: element
                .all("Role")
                .filter_map(|role| role.get("value"))
                .map(str::to_owned)
                .collect(),
            protections: protections(element),
            essential: properties(element, "EssentialProperty"),
            supplemental: properties(element, "SupplementalProperty"),
            // A fraction in the schema; whole times are all that is understood.
            max_playout_rate: fields::number(element, "maxPlayoutRate")?
                .map(|rate: f64| rate as u32),
            representations,
        }))
    }
}

fn properties(set: &Element, name: &str) -> Vec<Property> {
    let property = |element: &Element| Property {
        scheme: element.get("schemeIdUri").unwrap_or("").to_owned(),
        value: element.get("value").unwrap_or("").to_owned(),
    };
    set.all(name).map(property).take(MAX_LIST).collect()
}

/// Of the set, or else of its first representation.
fn protections(set: &Element) -> Vec<Protection> {
    let of = |element: &Element| -> Vec<Protection> {
        element
            .all("ContentProtection")
            .map(protection)
            .take(MAX_LIST)
            .collect()
    };
    let own = of(set);
    match set.child("Representation") {
        Some(first) if own.is_empty() => of(first),
        _ => own,
    }
}

fn protection(element: &Element) -> Protection {
    let text = |name: &str| element.child(name).map(|child| child.text.clone());
    Protection {
        scheme: element.get("schemeIdUri").unwrap_or("").to_owned(),
        value: element.get("value").map(str::to_owned),
        default_key_id: element.get("cenc:default_KID").map(str::to_owned),
        pssh: text("pssh"),
        license_url: text("Laurl").or_else(|| text("laurl")),
    }
}

fn kind(set: &Element) -> Option<ContentKind> {
    let first = set.child("Representation");
    let mime = set
        .get("mimeType")
        .or_else(|| first?.get("mimeType"))
        .unwrap_or("");
    let kind = set.get("contentType").or_else(|| mime.split('/').next())?;
    match kind {
        "video" => Some(ContentKind::Video),
        "audio" => Some(ContentKind::Audio),
        "text" => Some(ContentKind::Text),
        "application" if mime == "application/mp4" => Some(ContentKind::Text),
        _ => None,
    }
}

/// How many speakers the layout of that number has.
const fn count(configuration: u32) -> u32 {
    match configuration {
        7 | 12 => 8,
        11 => 7,
        same => same,
    }
}

/// A representation within what it inherits from.
struct Layers<'a> {
    representation: &'a Element,
    set: &'a Element,
    period: &'a Element,
}

impl<'a> Layers<'a> {
    fn get(&self, name: &str) -> Option<&'a str> {
        self.representation.get(name).or_else(|| self.set.get(name))
    }

    fn child(&self, name: &str) -> Option<&'a Element> {
        self.representation
            .child(name)
            .or_else(|| self.set.child(name))
    }

    fn number(&self, name: &'static str) -> Result<Option<u32>, MpdError> {
        fields::parsed(self.get(name), name, |text| text.trim().parse().ok())
    }

    fn read(&self) -> Result<Representation, MpdError> {
        let own = self.representation;
        let channels = self
            .child("AudioChannelConfiguration")
            .and_then(|it| it.get("value"));
        Ok(Representation {
            id: own
                .get("id")
                .ok_or(MpdError::Missing("the id of Representation"))?
                .to_owned(),
            bandwidth: fields::number(own, "bandwidth")?
                .ok_or(MpdError::Missing("the bandwidth of Representation"))?,
            mime_type: self
                .get("mimeType")
                .ok_or(MpdError::Missing("mimeType"))?
                .to_owned(),
            codecs: self.get("codecs").map(str::to_owned),
            base_url: self.base_url(),
            width: self.number("width")?,
            height: self.number("height")?,
            frame_rate: fields::fraction(self.get("frameRate"), "frameRate")?,
            audio_sampling_rate: self.number("audioSamplingRate")?,
            // Other schemes write speaker masks here; only a layout's number is understood.
            channels: channels.and_then(|text| text.parse().ok()).map(count),
            segments: self.segments()?,
        })
    }

    fn base_url(&self) -> Option<String> {
        let of = |element: &Element| element.child("BaseURL").map(|base| base.text.clone());
        match (of(self.set), of(self.representation)) {
            (Some(set), Some(own)) => Some(join(&set, &own)),
            (set, own) => own.or(set),
        }
    }

    fn segments(&self) -> Result<Segments, MpdError> {
        if self.child("SegmentList").is_some() {
            return Err(MpdError::Unsupported("SegmentList"));
        }
        if let Some(base) = self.child("SegmentBase") {
            let init = base
                .child("Initialization")
                .ok_or(MpdError::Missing("Initialization"))?;
            return Ok(Segments::Indexed {
                init: fields::range(init, "range")?.ok_or(MpdError::Missing("range"))?,
                index: fields::range(base, "indexRange")?.ok_or(MpdError::Missing("indexRange"))?,
            });
        }
        let layers = [self.representation, self.set, self.period];
        let templates: Vec<_> = layers
            .iter()
            .filter_map(|layer| layer.child("SegmentTemplate"))
            .collect();
        if templates.is_empty() {
            return Ok(Segments::Whole);
        }
        SegmentTemplate::read(&templates).map(Segments::Template)
    }
}
