//! Manifests written and read back.

use contracts_delivery::{AudioRendition, Bandwidth, ByteRange, Extension, SubtitleTrack};
use media_manifest::dash::{ContentKind, Mpd, Segments};
use media_manifest::hls::{MultivariantPlaylist, RenditionKind};

use super::*;
use crate::http::fixture::{OneKey, release, session, stored};
use crate::pathways::{SignedPlace, signed_places};

const STEERING: &str = "http://api.example/playback/v1/sessions/07/steering";

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
    let text = hls(&release, 720, &places(), STEERING);
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
    let text = dash(&release, 720, &places(), STEERING);
    let mpd = Mpd::parse(&text).unwrap();
    let locations: Vec<_> = mpd
        .base_urls
        .iter()
        .map(|it| it.service_location.as_deref().unwrap())
        .collect();
    assert_eq!(locations, ["near", "far"]);
    assert_eq!(mpd.steering.unwrap().url, STEERING);
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
