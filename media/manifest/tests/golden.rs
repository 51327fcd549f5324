//! The text of every kind of manifest, held against files. `UPDATE_GOLDEN=1` rewrites them.

use std::path::PathBuf;
use std::time::Duration;

use media_manifest::ByteRange;
use media_manifest::dash::{
    AdaptationSet, BaseUrl, ContentKind, ContentSteering, Fraction, Mpd, Property, Protection,
    Representation, Segments,
};
use media_manifest::hls::{
    self, FrameRate, IFrameVariant, Key, Map, MediaPlaylist, MultivariantPlaylist, Pathway,
    Rendition, RenditionKind, Resolution, Segment, Variant, VideoRange, durations,
};
use media_manifest::steering::SteeringManifest;

#[expect(
    clippy::disallowed_methods,
    reason = "the switch that rewrites the files is a variable"
)]
fn hold_against(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("golden")
        .join(name);
    if std::env::var("UPDATE_GOLDEN").is_ok() {
        std::fs::write(&path, text).expect("the golden folder can be written to");
    }
    let golden = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; run with UPDATE_GOLDEN=1", path.display()));
    assert_eq!(
        text, golden,
        "{name} has changed; if that is meant, run with UPDATE_GOLDEN=1"
    );
}

const VIDEO: [(&str, u64, u32, u32); 2] =
    [("aa11", 900_000, 640, 360), ("bb22", 2_800_000, 1280, 720)];

#[test]
fn media_playlist() {
    let mut at = 1_200;
    let segments = durations([96_096, 96_096, 31_031], 24_000)
        .into_iter()
        .map(|duration| {
            let range = ByteRange {
                start: at,
                end: at + 500_000,
            };
            at = range.end;
            Segment {
                duration,
                uri: "aa11.mp4".into(),
                range: Some(range),
            }
        });
    let playlist = MediaPlaylist {
        independent_segments: true,
        iframes_only: false,
        key: None,
        map: Some(Map {
            uri: "aa11.mp4".into(),
            range: Some(ByteRange { start: 0, end: 860 }),
        }),
        segments: segments.collect(),
    };
    let text = playlist.to_text();
    assert_eq!(MediaPlaylist::parse(&text), Ok(playlist));
    hold_against("media.m3u8", &text);
}

fn key() -> Key {
    Key {
        uri: "data:text/plain;base64,AAAA".into(),
        format: Some("urn:uuid:1077efec-c0b2-4d02-ace3-3c1e52e2fb4b".into()),
    }
}

#[test]
fn encrypted_playlist_of_key_frames() {
    let segment = |at: u64| Segment {
        duration: Duration::from_secs(4),
        uri: "ff66.mp4".into(),
        range: Some(ByteRange {
            start: at,
            end: at + 30_000,
        }),
    };
    let playlist = MediaPlaylist {
        independent_segments: true,
        iframes_only: true,
        key: Some(key()),
        map: Some(Map {
            uri: "ff66.mp4".into(),
            range: Some(ByteRange { start: 0, end: 900 }),
        }),
        segments: vec![segment(1_000), segment(31_000)],
    };
    let text = playlist.to_text();
    assert_eq!(MediaPlaylist::parse(&text), Ok(playlist));
    hold_against("iframes.m3u8", &text);
}

#[test]
fn subtitle_playlist() {
    let duration = Duration::from_millis(9_301);
    let whole = Segment {
        duration,
        uri: "cc33.vtt".into(),
        range: None,
    };
    let playlist = MediaPlaylist {
        segments: vec![whole],
        ..Default::default()
    };
    hold_against("subtitles.m3u8", &playlist.to_text());
}

fn trick_play() -> IFrameVariant {
    IFrameVariant {
        uri: "ff66.m3u8".into(),
        bandwidth: 600_000,
        average_bandwidth: Some(400_000),
        codecs: vec!["avc1.64001f".into()],
        resolution: Some(Resolution {
            width: 640,
            height: 360,
        }),
        video_range: Some(VideoRange::Sdr),
        pathway_id: None,
    }
}

#[test]
fn multivariant_playlist() {
    let rendition = |kind, group: &str, name: &str, language: &str, uri: &str| Rendition {
        kind,
        group_id: group.into(),
        name: name.into(),
        language: Some(language.into()),
        uri: Some(uri.into()),
        default: kind == RenditionKind::Audio,
        autoselect: true,
        channels: (kind == RenditionKind::Audio).then_some(2),
    };
    let variants = VIDEO.map(|(hash, bandwidth, width, height)| Variant {
        uri: format!("{hash}.m3u8"),
        bandwidth,
        average_bandwidth: Some(bandwidth * 3 / 4),
        codecs: vec!["avc1.64001f".into(), "mp4a.40.2".into()],
        resolution: Some(Resolution { width, height }),
        frame_rate: Some(FrameRate::from_fraction(24_000, 1_001)),
        video_range: Some(VideoRange::Sdr),
        audio: Some("audio".into()),
        subtitles: Some("subtitles".into()),
        pathway_id: None,
    });
    let playlist = MultivariantPlaylist {
        independent_segments: true,
        steering: Some(hls::ContentSteering {
            server_uri: "https://api.example/playback/v1/sessions/00ff/steering".into(),
            pathway_id: None,
        }),
        renditions: vec![
            rendition(
                RenditionKind::Audio,
                "audio",
                "English \"Director\"",
                "en",
                "dd44.m3u8",
            ),
            rendition(
                RenditionKind::Subtitles,
                "subtitles",
                "Türkçe",
                "tr",
                "ee55.m3u8",
            ),
        ],
        variants: variants.into(),
        iframes: vec![trick_play()],
        session_keys: vec![key()],
    };
    let pathways = ["isp-a", "hub-b"].map(|id| Pathway {
        id: id.into(),
        base_url: format!("https://{id}.example/p/token/"),
    });
    let text = playlist.on_pathways(&pathways).to_text();
    assert_eq!(
        MultivariantPlaylist::parse(&text).unwrap().pathway_ids(),
        ["isp-a", "hub-b"]
    );
    hold_against("multivariant.m3u8", &text);
}

fn representation(hash: &str, bandwidth: u64, mime_type: &str, codecs: &str) -> Representation {
    Representation {
        id: hash.into(),
        bandwidth,
        mime_type: mime_type.into(),
        codecs: Some(codecs.into()),
        base_url: Some(format!("{hash}.mp4")),
        width: None,
        height: None,
        frame_rate: None,
        audio_sampling_rate: None,
        channels: None,
        segments: Segments::Indexed {
            init: ByteRange { start: 0, end: 860 },
            index: ByteRange {
                start: 860,
                end: 1_200,
            },
        },
    }
}

fn protections() -> Vec<Protection> {
    vec![
        Protection {
            scheme: "urn:mpeg:dash:mp4protection:2011".into(),
            value: Some("cbcs".into()),
            default_key_id: Some("00112233-4455-6677-8899-aabbccddeeff".into()),
            ..Protection::default()
        },
        Protection {
            scheme: "urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e".into(),
            value: Some("ClearKey1.0".into()),
            pssh: Some("AAAA".into()),
            license_url: Some("https://api.example/license".into()),
            ..Protection::default()
        },
    ]
}

fn winding(frames: Representation) -> AdaptationSet {
    AdaptationSet {
        kind: ContentKind::Video,
        language: None,
        label: None,
        roles: vec![],
        protections: vec![],
        essential: vec![Property::trick_mode([0])],
        supplemental: vec![],
        max_playout_rate: Some(32),
        representations: vec![Representation {
            id: "key-frames".into(),
            ..frames
        }],
    }
}

fn sets() -> Vec<AdaptationSet> {
    let set = |kind, language: &str, label: &str, role: &str, representations| AdaptationSet {
        kind,
        language: Some(language.to_owned()).filter(|it| !it.is_empty()),
        label: Some(label.to_owned()).filter(|it| !it.is_empty()),
        roles: vec![role.into()],
        protections: vec![],
        essential: vec![],
        supplemental: vec![],
        max_playout_rate: None,
        representations,
    };
    let video = VIDEO.map(|(hash, bandwidth, width, height)| Representation {
        width: Some(width),
        height: Some(height),
        frame_rate: Some(Fraction {
            numerator: 24_000,
            denominator: 1_001,
        }),
        ..representation(hash, bandwidth, "video/mp4", "avc1.64001f")
    });
    let audio = Representation {
        audio_sampling_rate: Some(48_000),
        channels: Some(2),
        ..representation("dd44", 128_000, "audio/mp4", "mp4a.40.2")
    };
    let text = Representation {
        codecs: None,
        base_url: Some("cc33.vtt".into()),
        segments: Segments::Whole,
        ..representation("cc33", 1_000, "text/vtt", "")
    };
    let pictures = AdaptationSet {
        protections: protections(),
        essential: vec![Property {
            scheme: "urn:mpeg:mpegB:cicp:TransferCharacteristics".into(),
            value: "16".into(),
        }],
        supplemental: vec![Property {
            scheme: "urn:example:of-no-value".into(),
            value: String::new(),
        }],
        ..set(ContentKind::Video, "", "", "main", video.clone().into())
    };
    vec![
        pictures,
        winding(video[0].clone()),
        set(
            ContentKind::Audio,
            "en",
            "English \"Director\" & <crew>",
            "main",
            vec![audio],
        ),
        set(ContentKind::Text, "tr", "Türkçe", "subtitle", vec![text]),
    ]
}

#[test]
fn mpd() {
    let base = |id: &str| BaseUrl {
        url: format!("https://{id}.example/p/token/"),
        service_location: Some(id.into()),
    };
    let mpd = Mpd {
        duration: Duration::from_millis(9_301),
        min_buffer: Duration::from_secs(2),
        base_urls: vec![base("isp-a"), base("hub-b")],
        steering: Some(ContentSteering {
            url: "https://api.example/playback/v1/sessions/00ff/steering".into(),
            default_service_location: Some("isp-a".into()),
            query_before_start: false,
        }),
        sets: sets(),
    };
    let text = mpd.to_text();
    assert_eq!(Mpd::parse(&text), Ok(mpd));
    hold_against("manifest.mpd", &text);
}

#[test]
fn steering() {
    let reload = Some("https://api.example/playback/v1/sessions/00ff/steering".to_owned());
    let manifest = SteeringManifest::new(300, reload, vec!["isp-a".into(), "hub-b".into()]);
    hold_against("steering.json", &manifest.to_json());
}

/// A manifest as another packager writes it: inherited attributes, templates, a timeline.
#[test]
fn templates_of_others_are_read() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden/template-input.mpd");
    let mpd = Mpd::parse(&std::fs::read_to_string(path).unwrap()).unwrap();
    let video = &mpd.sets[0];
    assert_eq!(video.kind, ContentKind::Video);
    assert_eq!(video.representations[0].mime_type, "video/mp4");
    assert_eq!(video.representations[0].bandwidth, 300_000);
    let Segments::Template(template) = &video.representations[1].segments else {
        panic!("the set's template should be inherited")
    };
    let segments = template.segments("v1", 800_000, mpd.duration).unwrap();
    assert_eq!(segments.len(), 3);
    assert_eq!(segments[2].uri, "v1/seg-96096.m4s");
    assert_eq!(Mpd::parse(&mpd.to_text()), Ok(mpd));
}
