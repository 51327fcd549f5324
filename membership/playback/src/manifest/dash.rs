//! The DASH manifest: the on-demand profile, a base URL per appliance, with Content Steering.

use std::time::Duration;

use contracts_delivery::{
    AudioRendition, ByteRange, Colour, DynamicRange, KeyId, Release, SubtitleTrack, VideoRendition,
};
use media_manifest::dash::{
    AdaptationSet, BaseUrl, ContentKind, ContentSteering, Fraction, Mpd, Property, Protection,
    Representation, Segments,
};

use super::{Addresses, distinct_label, offered_video};
use crate::limits::{MAX_PLAYOUT_RATE, MIN_BUFFER};
use crate::pathways::SignedPlace;

/// The manifest's text.
pub(crate) fn dash(
    release: &Release,
    max_height: u32,
    places: &[SignedPlace],
    addresses: &Addresses,
) -> String {
    let base_url = |place: &SignedPlace| BaseUrl {
        url: place.base_url.to_string(),
        service_location: Some(place.id.clone()),
    };
    let steering = ContentSteering {
        url: addresses.steering.clone(),
        default_service_location: places.first().map(|place| place.id.clone()),
        query_before_start: false,
    };
    let mpd = Mpd {
        duration: Duration::from_millis(release.duration_ms),
        min_buffer: MIN_BUFFER,
        base_urls: places.iter().map(base_url).collect(),
        steering: Some(steering),
        sets: protected(sets(release, max_height), release.key, &addresses.license),
    };
    mpd.to_text()
}

/// Says of picture and sound which key they need, and where to ask for it.
fn protected(
    mut sets: Vec<AdaptationSet>,
    key: Option<KeyId>,
    license: &str,
) -> Vec<AdaptationSet> {
    let Some(key) = key else {
        return sets;
    };
    let common = Protection {
        scheme: "urn:mpeg:dash:mp4protection:2011".to_owned(),
        value: Some("cbcs".to_owned()),
        default_key_id: Some(key.uuid()),
        ..Protection::default()
    };
    let clear_key = Protection {
        scheme: "urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e".to_owned(),
        value: Some("ClearKey1.0".to_owned()),
        license_url: Some(license.to_owned()),
        ..Protection::default()
    };
    for set in sets.iter_mut().filter(|it| it.kind != ContentKind::Text) {
        set.protections = vec![common.clone(), clear_key.clone()];
    }
    sets
}

fn sets(release: &Release, max_height: u32) -> Vec<AdaptationSet> {
    let offered = offered_video(release, max_height);
    let numbered: Vec<_> = offered.into_iter().enumerate().collect();
    let mut sets: Vec<_> = numbered
        .chunk_by(|(_, left), (_, right)| kind(left) == kind(right))
        .map(pictures)
        .collect();
    if let Some(frames) = &release.key_frames {
        let winding = winding(frames, sets.len());
        sets.push(winding);
    }
    let mut taken = Vec::new();
    let numbered = release.audio.iter().enumerate();
    sets.extend(numbered.map(|(index, track)| audio(index, track, &mut taken)));
    taken.clear();
    let numbered = release.subtitles.iter().enumerate();
    sets.extend(numbered.map(|(index, track)| text(index, track, release.duration_ms, &mut taken)));
    sets
}

/// A player switches within a set: one codec, one curve.
fn kind(rendition: &VideoRendition) -> (&str, DynamicRange) {
    (rendition.format(), rendition.dynamic_range())
}

fn pictures(numbered: &[(usize, &VideoRendition)]) -> AdaptationSet {
    let colour = numbered.first().and_then(|(_, first)| first.colour);
    let codes = colour.map_or_else(Vec::new, code_points);
    // A display that cannot show the range must pass over the set; the usual range asks nothing.
    let high = colour.is_some_and(|it| it.dynamic_range() != DynamicRange::Sdr);
    let (essential, supplemental) = if high {
        (codes, Vec::new())
    } else {
        (Vec::new(), codes)
    };
    AdaptationSet {
        kind: ContentKind::Video,
        language: None,
        label: None,
        roles: vec!["main".into()],
        protections: vec![],
        essential,
        supplemental,
        max_playout_rate: None,
        representations: numbered.iter().copied().map(video).collect(),
    }
}

/// Key frames, to wind the sets of pictures before them.
fn winding(frames: &VideoRendition, pictures: usize) -> AdaptationSet {
    AdaptationSet {
        kind: ContentKind::Video,
        language: None,
        label: None,
        roles: vec![],
        protections: vec![],
        essential: vec![Property::trick_mode(0..pictures)],
        supplemental: frames.colour.map_or_else(Vec::new, code_points),
        max_playout_rate: Some(MAX_PLAYOUT_RATE),
        representations: vec![Representation {
            id: "key-frames".to_owned(),
            ..video((0, frames))
        }],
    }
}

/// The code points of H.273 in the scheme of ISO/IEC 23091-1.
fn code_points(colour: Colour) -> Vec<Property> {
    let codes = [
        ("ColourPrimaries", colour.primaries),
        ("TransferCharacteristics", colour.transfer),
        ("MatrixCoefficients", colour.matrix),
    ];
    let property = |(name, code): (&str, u8)| Property {
        scheme: format!("urn:mpeg:mpegB:cicp:{name}"),
        value: code.to_string(),
    };
    codes.map(property).into()
}

fn video((index, rendition): (usize, &VideoRendition)) -> Representation {
    let rate = rendition.frame_rate;
    Representation {
        width: Some(rendition.width),
        height: Some(rendition.height),
        frame_rate: Some(Fraction {
            numerator: rate.numerator,
            denominator: rate.denominator.max(1),
        }),
        ..representation(
            format!("video-{index}"),
            "video/mp4",
            rendition.bandwidth.peak_bps,
            &rendition.file.name.to_string(),
            indexed(rendition.init, rendition.index),
            Some(&rendition.codec),
        )
    }
}

fn audio(index: usize, track: &AudioRendition, taken: &mut Vec<String>) -> AdaptationSet {
    let role = if track.default { "main" } else { "alternate" };
    let representation = Representation {
        audio_sampling_rate: Some(track.sample_rate),
        channels: Some(track.channels.into()),
        ..representation(
            format!("audio-{index}"),
            "audio/mp4",
            track.bandwidth.peak_bps,
            &track.file.name.to_string(),
            indexed(track.init, track.index),
            Some(&track.codec),
        )
    };
    AdaptationSet {
        kind: ContentKind::Audio,
        language: Some(track.language.clone()),
        label: Some(distinct_label(&track.label, taken)),
        roles: vec![role.into()],
        protections: vec![],
        essential: vec![],
        supplemental: vec![],
        max_playout_rate: None,
        representations: vec![representation],
    }
}

fn text(
    index: usize,
    track: &SubtitleTrack,
    duration_ms: u64,
    taken: &mut Vec<String>,
) -> AdaptationSet {
    let bandwidth = track.file.bytes.saturating_mul(8_000) / duration_ms.max(1);
    AdaptationSet {
        kind: ContentKind::Text,
        language: Some(track.language.clone()),
        label: Some(distinct_label(&track.label, taken)),
        roles: vec!["subtitle".into()],
        protections: vec![],
        essential: vec![],
        supplemental: vec![],
        max_playout_rate: None,
        representations: vec![representation(
            format!("text-{index}"),
            "text/vtt",
            bandwidth.max(1),
            &track.file.name.to_string(),
            Segments::Whole,
            None,
        )],
    }
}

fn representation(
    id: String,
    mime_type: &str,
    bandwidth: u64,
    file: &str,
    segments: Segments,
    codecs: Option<&str>,
) -> Representation {
    Representation {
        id,
        bandwidth,
        mime_type: mime_type.to_owned(),
        codecs: codecs.map(str::to_owned),
        base_url: Some(file.to_owned()),
        width: None,
        height: None,
        frame_rate: None,
        audio_sampling_rate: None,
        channels: None,
        segments,
    }
}

fn indexed(init: ByteRange, index: ByteRange) -> Segments {
    let range = |range: ByteRange| media_manifest::ByteRange {
        start: range.start,
        end: range.end,
    };
    Segments::Indexed {
        init: range(init),
        index: range(index),
    }
}
