//! The HLS multivariant playlist: every variant once per appliance, with Content Steering.

use contracts_delivery::{AudioRendition, Release, SubtitleTrack, VideoRendition};
use media_manifest::hls::{
    ContentSteering, FrameRate, MultivariantPlaylist, Pathway, Rendition, RenditionKind,
    Resolution, Variant,
};

use super::{distinct_label, offered_video};
use crate::pathways::SignedPlace;

const AUDIO: &str = "audio";
const SUBTITLES: &str = "subtitles";

/// The playlist's text.
pub(crate) fn hls(
    release: &Release,
    max_height: u32,
    places: &[SignedPlace],
    steering_url: &str,
) -> String {
    let steering = ContentSteering {
        server_uri: steering_url.to_owned(),
        pathway_id: None,
    };
    let playlist = MultivariantPlaylist {
        independent_segments: true,
        steering: Some(steering),
        renditions: renditions(release),
        variants: offered_video(release, max_height)
            .into_iter()
            .map(|video| variant(video, release))
            .collect(),
    };
    let pathway = |place: &SignedPlace| Pathway {
        id: place.id.clone(),
        base_url: place.base_url.to_string(),
    };
    playlist
        .on_pathways(&places.iter().map(pathway).collect::<Vec<_>>())
        .to_text()
}

fn renditions(release: &Release) -> Vec<Rendition> {
    let mut taken = Vec::new();
    let audio: Vec<_> = release
        .audio
        .iter()
        .map(|track| audio(track, &mut taken))
        .collect();
    taken.clear();
    let text = release
        .subtitles
        .iter()
        .map(|track| subtitles(track, &mut taken));
    audio.into_iter().chain(text).collect()
}

fn audio(track: &AudioRendition, taken: &mut Vec<String>) -> Rendition {
    Rendition {
        kind: RenditionKind::Audio,
        group_id: AUDIO.into(),
        name: distinct_label(&track.label, taken),
        language: Some(track.language.clone()),
        uri: Some(track.playlist.name.to_string()),
        default: track.default,
        autoselect: true,
        channels: Some(track.channels.into()),
    }
}

fn subtitles(track: &SubtitleTrack, taken: &mut Vec<String>) -> Rendition {
    Rendition {
        kind: RenditionKind::Subtitles,
        group_id: SUBTITLES.into(),
        name: distinct_label(&track.label, taken),
        language: Some(track.language.clone()),
        uri: Some(track.playlist.name.to_string()),
        default: false,
        autoselect: true,
        channels: None,
    }
}

fn variant(video: &VideoRendition, release: &Release) -> Variant {
    let heaviest = release
        .audio
        .iter()
        .map(|track| track.bandwidth)
        .max_by_key(|it| it.peak_bps);
    let (peak, average) = heaviest.map_or((0, 0), |it| (it.peak_bps, it.average_bps));
    let mut codecs = vec![video.codec.clone()];
    for track in &release.audio {
        if !codecs.contains(&track.codec) {
            codecs.push(track.codec.clone());
        }
    }
    let rate = video.frame_rate;
    Variant {
        uri: video.playlist.name.to_string(),
        bandwidth: video.bandwidth.peak_bps + peak,
        average_bandwidth: Some(video.bandwidth.average_bps + average),
        codecs,
        resolution: Some(Resolution {
            width: video.width,
            height: video.height,
        }),
        frame_rate: Some(FrameRate::from_fraction(rate.numerator, rate.denominator)),
        audio: (!release.audio.is_empty()).then(|| AUDIO.to_owned()),
        subtitles: (!release.subtitles.is_empty()).then(|| SUBTITLES.to_owned()),
        pathway_id: None,
    }
}
