//! Manifests written and read back.

use contracts_delivery::{
    AudioRendition, Bandwidth, ByteRange, Colour, Extension, KeyId, SubtitleTrack,
};
use media_manifest::dash::{ContentKind, Mpd, Property, Segments};
use media_manifest::hls::{MultivariantPlaylist, RenditionKind, VideoRange};

use super::*;
use crate::http::fixture::{OneKey, release, session, stored};
use crate::pathways::{SignedPlace, signed_places};

const STEERING: &str = "http://api.example/playback/v1/sessions/07/steering";

fn addresses() -> Addresses {
    Addresses {
        steering: STEERING.to_owned(),
        license: "http://api.example/playback/v1/sessions/07/license".to_owned(),
    }
}

fn audio(language: &str, default: bool) -> AudioRendition {
    AudioRendition {
        file: stored(language, Extension::Mp4),
        playlist: stored(language, Extension::M3u8),
        codec: "mp4a.40.2".into(),
        language: language.into(),
        label: "Sound".into(),
        channels: 2,
        sample_rate: 48_000,
        bandwidth: Bandwidth {
            peak_bps: 130_000,
            average_bps: 128_000,
        },
        init: ByteRange { start: 0, end: 700 },
        index: ByteRange {
            start: 700,
            end: 900,
        },
        default,
    }
}

fn spoken_release() -> Release {
    let subtitles = SubtitleTrack {
        file: stored("text", Extension::Vtt),
        playlist: stored("text", Extension::M3u8),
        language: "de".into(),
        label: "Deutsch".into(),
    };
    let audio = vec![audio("en", true), audio("fr", false)];
    Release {
        audio,
        subtitles: vec![subtitles],
        ..release()
    }
}

fn places() -> Vec<SignedPlace> {
    signed_places(&session(), &OneKey)
}

#[test]
fn hls_has_every_variant_of_the_plan_on_every_appliance() {
    let release = spoken_release();
    let text = hls(&release, 720, &places(), &addresses());
    let playlist = MultivariantPlaylist::parse(&text).unwrap();
    assert_eq!(playlist.pathway_ids(), ["near", "far"]);
    let steering = playlist.steering.unwrap();
    assert_eq!(
        (steering.server_uri.as_str(), steering.pathway_id.as_deref()),
        (STEERING, Some("near"))
    );
    let heights: Vec<_> = playlist
        .variants
        .iter()
        .map(|it| it.resolution.unwrap().height)
        .collect();
    assert_eq!(heights, [360, 720, 360, 720]);
    let first = &playlist.variants[0];
    assert_eq!(
        first.bandwidth,
        release.video[0].bandwidth.peak_bps + 130_000
    );
    assert_eq!(first.codecs, ["avc1.64001f", "mp4a.40.2"]);
    let token = OneKey::accepted();
    let name = release.video[0].playlist.name.to_string();
    let signed = first.uri.strip_prefix("http://near.example/p/").unwrap();
    let (signature, file) = signed.split_once('/').unwrap();
    assert_eq!(file, name);
    assert!(token.verify(signature, session().started_at).is_ok());
    let audio = playlist
        .renditions
        .iter()
        .filter(|it| it.kind == RenditionKind::Audio);
    let names: Vec<_> = audio.map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["Sound", "Sound (2)", "Sound", "Sound (2)"]);
}

#[test]
fn dash_has_a_base_url_per_appliance_and_addresses_by_index() {
    let release = spoken_release();
    let text = dash(&release, 720, &places(), &addresses());
    let mpd = Mpd::parse(&text).unwrap();
    let locations: Vec<_> = mpd
        .base_urls
        .iter()
        .map(|it| it.service_location.as_deref().unwrap())
        .collect();
    assert_eq!(locations, ["near", "far"]);
    assert_eq!(mpd.steering.unwrap().url, addresses().steering);
    let kinds: Vec<_> = mpd.sets.iter().map(|set| set.kind).collect();
    assert_eq!(
        kinds,
        [
            ContentKind::Video,
            ContentKind::Audio,
            ContentKind::Audio,
            ContentKind::Text
        ]
    );
    let video = &mpd.sets[0].representations;
    assert_eq!(video.len(), 2);
    let expected = &release.video[1];
    assert_eq!(
        video[1].base_url.as_deref(),
        Some(expected.file.name.to_string().as_str())
    );
    match &video[1].segments {
        Segments::Indexed { index, .. } => assert_eq!(index.end, expected.index.end),
        other => panic!("{other:?}"),
    }
}

const PQ: Colour = Colour {
    primaries: 9,
    transfer: 16,
    matrix: 9,
    full_range: false,
};

/// The film in H.264, and its largest rendition once more in HEVC with a high dynamic range; sound in
/// stereo and in six channels.
fn rich_release() -> Release {
    let mut release = spoken_release();
    let high = VideoRendition {
        codec: "hvc1.2.4.L120.90".into(),
        colour: Some(PQ),
        ..release.video[2].clone()
    };
    release.video.insert(0, high);
    release.audio[1] = AudioRendition {
        channels: 6,
        ..audio("en", false)
    };
    release
}

#[test]
fn hls_offers_every_picture_with_every_kind_of_sound() {
    let text = hls(&rich_release(), 1080, &places()[..1], &addresses());
    let playlist = MultivariantPlaylist::parse(&text).unwrap();
    let picture = |it: &media_manifest::hls::Variant| {
        let group = it.audio.clone().unwrap();
        (it.codecs[0].clone(), it.video_range, group)
    };
    let offered: Vec<_> = playlist.variants.iter().map(picture).collect();
    assert_eq!(offered.len(), 8);
    let stereo = "audio-mp4a-2-near".to_owned();
    assert_eq!(offered[0], ("avc1.64001f".into(), None, stereo.clone()));
    let high = ("hvc1.2.4.L120.90".into(), Some(VideoRange::Pq), stereo);
    assert_eq!(offered[3], high);
    assert_eq!(offered[7].2, "audio-mp4a-6-near");
    let sound = playlist
        .renditions
        .iter()
        .filter(|it| it.kind == RenditionKind::Audio);
    let names: Vec<_> = sound.map(|it| (it.name.as_str(), it.channels)).collect();
    assert_eq!(names, [("Sound", Some(2)), ("Sound", Some(6))]);
}

#[test]
fn dash_keeps_a_high_dynamic_range_from_displays_without_one() {
    let text = dash(&rich_release(), 1080, &places(), &addresses());
    let mpd = Mpd::parse(&text).unwrap();
    let pictures = mpd.sets.iter().filter(|it| it.kind == ContentKind::Video);
    let [usual, high] = pictures.collect::<Vec<_>>()[..] else {
        panic!("{text}")
    };
    assert_eq!(usual.representations.len(), 3);
    assert!(usual.essential.is_empty());
    assert_eq!(high.representations.len(), 1);
    let values: Vec<_> = high.essential.iter().map(|it| it.value.as_str()).collect();
    assert_eq!(values, ["9", "16", "9"]);
}

#[test]
fn key_frames_are_offered_for_winding_and_for_nothing_else() {
    let mut release = spoken_release();
    release.key_frames = Some(VideoRendition {
        playlist: stored("frames", Extension::M3u8),
        ..release.video[0].clone()
    });
    let text = hls(&release, 1080, &places(), &addresses());
    let playlist = MultivariantPlaylist::parse(&text).unwrap();
    let uris: Vec<_> = playlist.iframes.iter().map(|it| &it.uri).collect();
    assert_eq!(uris.len(), 2, "one on each appliance");
    let name = stored("frames", Extension::M3u8).name.to_string();
    assert!(uris.iter().all(|uri| uri.ends_with(&name)));
    assert_eq!(playlist.variants.len(), 6);
    let mpd = Mpd::parse(&dash(&release, 1080, &places(), &addresses())).unwrap();
    let (winding, played): (Vec<_>, Vec<_>) = mpd.sets.iter().partition(|it| it.is_trick_mode());
    assert_eq!(winding.len(), 1);
    assert_eq!(winding[0].essential, [Property::trick_mode([0])]);
    assert!(winding[0].max_playout_rate.is_some());
    let kind = played.iter().filter(|it| it.kind == ContentKind::Video);
    assert_eq!(kind.count(), 1);
}

#[test]
fn an_encrypted_title_says_which_key_and_where_to_ask_and_never_the_key() {
    let mut release = spoken_release();
    release.key = Some(KeyId([0x11; 16]));
    let text = dash(&release, 1080, &places(), &addresses());
    let mpd = Mpd::parse(&text).unwrap();
    for set in &mpd.sets {
        if set.kind == ContentKind::Text {
            assert_eq!(set.protections, []);
            continue;
        }
        let [common, clear_key] = &set.protections[..] else {
            panic!("{text}")
        };
        let id = Some("11111111-1111-1111-1111-111111111111");
        assert_eq!(common.default_key_id.as_deref(), id);
        assert_eq!(clear_key.license_url, Some(addresses().license));
    }
    assert!(!dash(&spoken_release(), 1080, &places(), &addresses()).contains("ContentProtection"));
}

#[test]
fn the_smallest_rendition_is_left_when_all_are_too_tall() {
    let heights = |most| -> Vec<u32> {
        offered_video(&release(), most)
            .iter()
            .map(|rendition| rendition.height)
            .collect()
    };
    assert_eq!(heights(100), [360]);
    assert_eq!(heights(1080), [360, 720, 1080]);
}
