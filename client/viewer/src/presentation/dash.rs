//! Presentations from DASH.

use media_manifest::dash::{AdaptationSet, BaseUrl, ContentKind, Mpd, Representation, Segments};
use url::Url;

use super::{Listing, Part, Presentation, Rendition, Segment, SegmentList, name_of};

pub(super) fn read(text: &str, url: &Url) -> Result<Presentation, String> {
    let mpd = Mpd::parse(text).map_err(|error| error.to_string())?;
    let places = places(&mpd, url)?;
    let played = |it: &&AdaptationSet, kind| it.kind == kind && !it.is_trick_mode();
    let set = |kind| mpd.sets.iter().find(|set| played(set, kind));
    let mut video = Vec::new();
    for representation in set(ContentKind::Video).map_or(&[][..], |set| &set.representations) {
        video.push(rendition(&mpd, representation, &places)?);
    }
    let audio = set(ContentKind::Audio).and_then(|set| set.representations.last());
    let audio = audio.map(|it| rendition(&mpd, it, &places)).transpose()?;
    Ok(Presentation {
        places: places.into_iter().map(|(id, _)| id).collect(),
        video,
        audio,
    })
}

/// Ids and URLs of the places, the one to start with first.
fn places(mpd: &Mpd, url: &Url) -> Result<Vec<(String, Url)>, String> {
    let first = mpd
        .steering
        .as_ref()
        .and_then(|it| it.default_service_location.as_ref());
    let mut bases: Vec<&BaseUrl> = mpd.base_urls.iter().collect();
    if first.is_some() {
        bases.sort_by_key(|base| base.service_location.as_ref() != first);
    }
    let place = |base: &BaseUrl| {
        let joined = url
            .join(&base.url)
            .map_err(|error| format!("{}: {error}", base.url))?;
        let id = base
            .service_location
            .clone()
            .unwrap_or_else(|| name_of(&joined));
        Ok((id, joined))
    };
    if bases.is_empty() {
        return Ok(vec![(name_of(url), url.clone())]);
    }
    bases.into_iter().map(place).collect()
}

fn rendition(
    mpd: &Mpd,
    representation: &Representation,
    places: &[(String, Url)],
) -> Result<Rendition, String> {
    let file = representation.base_url.as_deref().unwrap_or("");
    let joined = places.iter().map(|(_, base)| base.join(file));
    let bases = joined
        .collect::<Result<_, _>>()
        .map_err(|error| format!("{file}: {error}"))?;
    let listing = match &representation.segments {
        Segments::Indexed { init, index } => Listing::Index {
            init: *init,
            index: *index,
        },
        Segments::Template(template) => {
            let (id, bps) = (&representation.id, representation.bandwidth);
            let segments = template.segments(id, bps, mpd.duration);
            let part = |uri: String| Part { uri, range: None };
            let segment = |it: media_manifest::dash::TemplateSegment| Segment {
                part: part(it.uri),
                duration: it.duration,
            };
            Listing::Known(SegmentList {
                init: template.init_uri(id, bps).map(part),
                segments: segments
                    .map_err(|e| e.to_string())?
                    .into_iter()
                    .map(segment)
                    .collect(),
            })
        }
        Segments::Whole => return Err(format!("{} has no segments", representation.id)),
    };
    Ok(Rendition {
        bps: representation.bandwidth,
        bases,
        listing,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MPD: &str = r#"<MPD mediaPresentationDuration="PT8S">
        <BaseURL serviceLocation="a">http://a/p/t/</BaseURL><BaseURL>http://b:81/p/t/</BaseURL>
        <Period><AdaptationSet contentType="video" mimeType="video/mp4">
        <Representation id="v" bandwidth="5"><BaseURL>v.mp4</BaseURL>
        <SegmentBase indexRange="10-19"><Initialization range="0-9"/></SegmentBase>
        </Representation></AdaptationSet></Period></MPD>"#;

    #[test]
    fn base_urls_become_places() {
        let read = read(MPD, &Url::parse("http://api/m.mpd").unwrap()).unwrap();
        assert_eq!(read.places, ["a", "b:81"]);
        assert_eq!(read.video[0].bases[1].as_str(), "http://b:81/p/t/v.mp4");
        let part = read.video[0].listing_part().unwrap();
        assert_eq!(
            read.video[0].url(0, &part).unwrap().as_str(),
            "http://a/p/t/v.mp4"
        );
        assert_eq!(read.audio, None);
    }

    #[test]
    fn templates_are_listed_at_once() {
        let text = MPD.replace(
            r#"<SegmentBase indexRange="10-19"><Initialization range="0-9"/></SegmentBase>"#,
            r#"<SegmentTemplate media="$Number$.m4s" initialization="i.mp4" duration="4"/>"#,
        );
        let read = read(&text, &Url::parse("http://api/m.mpd").unwrap()).unwrap();
        let list = read.video[0].list().unwrap();
        assert_eq!(list.segments.len(), 2);
        let url = read.video[0].url(0, &list.segments[1].part).unwrap();
        assert_eq!(url.as_str(), "http://a/p/t/2.m4s");
    }
}
