//! DASH: what an MPD says of its representations.

use media_isobmff::SegmentIndex;
use media_manifest::ByteRange;
use media_manifest::dash::{AdaptationSet, ContentKind, Mpd, Protection, Representation, Segments};
use media_manifest::hls::durations;
use url::Url;

use crate::finding::{Finding, Rule};
use crate::stream::{Kind, List, Part, Segment, Stream};

/// A representation, and its index where that is still to be loaded.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) stream: Stream,
    pub(crate) index: Option<Part>,
}

/// Every representation at the first of the places that serve it.
pub(crate) fn representations(mpd: &Mpd, url: &Url, findings: &mut Vec<Finding>) -> Vec<Listed> {
    let mut listed = Vec::new();
    let place = mpd.base_urls.first().map_or("", |base| base.url.as_str());
    for (number, set) in mpd.sets.iter().enumerate() {
        for representation in &set.representations {
            let stream = stream(set, number, representation);
            if stream.codecs.is_empty() && stream.kind != Kind::Text {
                let message = "it states no codecs";
                findings.push(Finding::new(Rule::CodecsMissing, &stream.name, message));
            }
            let name = stream.name.clone();
            let file = representation.base_url.as_deref().unwrap_or_default();
            let base = url.join(place).and_then(|base| base.join(file));
            let found = match base {
                Ok(base) => parts(mpd, representation, &base, stream),
                Err(error) => Err(format!("{file} is no URL: {error}")),
            };
            match found {
                Ok(found) => listed.push(found),
                Err(why) => findings.push(Finding::new(Rule::Unreadable, name, why)),
            }
        }
    }
    listed
}

fn stream(set: &AdaptationSet, number: usize, of: &Representation) -> Stream {
    let kind = match set.kind {
        ContentKind::Video => Kind::Video,
        ContentKind::Audio => Kind::Audio,
        ContentKind::Text => Kind::Text,
    };
    Stream {
        name: format!("{} {} of {} kb/s", of.mime_type, of.id, of.bandwidth / 1000),
        kind,
        set: format!("{kind:?} {number}"),
        codecs: of.codecs.iter().map(|it| it.trim().to_owned()).collect(),
        size: of.width.zip(of.height),
        range: None,
        peak_bps: Some(of.bandwidth),
        encrypted: !set.protections.is_empty(),
        key_id: set.protections.iter().find_map(key_id),
        key_frames: set.is_trick_mode(),
        list: List::default(),
    }
}

/// A UUID's bytes; none of what is not one.
fn key_id(protection: &Protection) -> Option<[u8; 16]> {
    let stated = protection.default_key_id.as_ref()?.replace('-', "");
    let number = u128::from_str_radix(&stated, 16).ok()?;
    (stated.len() == 32).then(|| number.to_be_bytes())
}

fn parts(mpd: &Mpd, of: &Representation, base: &Url, mut stream: Stream) -> Result<Listed, String> {
    let at = |range| Part {
        url: base.clone(),
        range,
    };
    let mut index = None;
    match &of.segments {
        Segments::Whole => {
            let (part, duration) = (at(None), mpd.duration);
            stream.list.segments.push(Segment { part, duration });
        }
        Segments::Indexed { init, index: lies } => {
            stream.list.init = Some(at(Some(*init)));
            index = Some(at(Some(*lies)));
        }
        Segments::Template(template) => {
            let part = |uri: &str| match base.join(uri) {
                Ok(url) => Ok(Part { url, range: None }),
                Err(error) => Err(format!("{uri} is no URL: {error}")),
            };
            let init = template.init_uri(&of.id, of.bandwidth);
            stream.list.init = init.as_deref().map(part).transpose()?;
            let segments = template.segments(&of.id, of.bandwidth, mpd.duration);
            for segment in segments.map_err(|error| error.to_string())? {
                let (part, duration) = (part(&segment.uri)?, segment.duration);
                stream.list.segments.push(Segment { part, duration });
            }
        }
    }
    Ok(Listed { stream, index })
}

/// Reads a `sidx` that begins at a byte of its file into the stream it is of.
pub(crate) fn index(bytes: &[u8], at: &Part, stream: &mut Stream) -> Result<(), String> {
    let offset = at.range.map_or(0, |range| range.start);
    let index = SegmentIndex::parse(bytes, offset).map_err(|error| error.to_string())?;
    let lengths = durations(index.segments.iter().map(|it| it.duration), index.timescale);
    let segments = index.segments.iter().zip(lengths).map(|(it, duration)| {
        let (start, end) = (it.range.start, it.range.end);
        let range = Some(ByteRange { start, end });
        let part = Part {
            url: at.url.clone(),
            range,
        };
        Segment { part, duration }
    });
    stream.list.segments = segments.collect();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MPD: &str = r#"<MPD mediaPresentationDuration="PT8S"><BaseURL>media/</BaseURL>
        <Period><AdaptationSet contentType="video" mimeType="video/mp4">
        <Representation id="v" bandwidth="5000" width="640" height="360">
        <SegmentTemplate media="$Number$.m4s" initialization="i.mp4" duration="4"/>
        </Representation></AdaptationSet></Period></MPD>"#;

    #[test]
    fn representations_become_streams() {
        let url = Url::parse("http://a/m/x.mpd").unwrap();
        let (mpd, mut findings) = (Mpd::parse(MPD).unwrap(), Vec::new());
        let listed = representations(&mpd, &url, &mut findings);
        assert_eq!(findings[0].rule, Rule::CodecsMissing);
        let stream = &listed[0].stream;
        assert_eq!(
            (stream.size, stream.list.segments.len()),
            (Some((640, 360)), 2)
        );
        let second = &stream.list.segments[1].part.url;
        assert_eq!(second.as_str(), "http://a/m/media/2.m4s");
    }
}
