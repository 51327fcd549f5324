//! The HLS multivariant playlist: every variant once per appliance, with Content Steering.

use contracts_delivery::{
    AudioRendition, Colour, DynamicRange, Release, SubtitleTrack, VideoRendition,
};
use media_manifest::hls::{
    ContentSteering, FrameRate, IFrameVariant, MultivariantPlaylist, Pathway, Rendition,
    RenditionKind, Resolution, Variant, VideoRange,
};

use super::{Addresses, alike, distinct_label, offered_video};
use crate::pathways::SignedPlace;

const SUBTITLES: &str = "subtitles";

/// The playlist's text.
pub(crate) fn hls(
    release: &Release,
    max_height: u32,
    places: &[SignedPlace],
    addresses: &Addresses,
) -> String {
    let steering = ContentSteering {
        server_uri: addresses.steering.clone(),
        pathway_id: None,
    };
    let playlist = MultivariantPlaylist {
        independent_segments: true,
        steering: Some(steering),
        renditions: renditions(release),
        variants: variants(release, max_height),
        iframes: release.key_frames.iter().map(winding).collect(),
        ..MultivariantPlaylist::default()
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
    let mut audio = Vec::new();
    for group in alike(&release.audio) {
        // A name must tell renditions of one group apart; across groups the same name is the same sound.
        taken.clear();
        audio.extend(group.iter().map(|track| heard(track, &mut taken)));
    }
    taken.clear();
    let text = release
        .subtitles
        .iter()
        .map(|track| subtitles(track, &mut taken));
    audio.into_iter().chain(text).collect()
}

/// The group of the tracks of that codec and that many speakers.
fn group_of(track: &AudioRendition) -> String {
    let format = track.codec.split('.').next().unwrap_or_default();
    format!("audio-{format}-{}", track.channels)
}

fn heard(track: &AudioRendition, taken: &mut Vec<String>) -> Rendition {
    Rendition {
        kind: RenditionKind::Audio,
        group_id: group_of(track),
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

/// Every picture with every kind of sound; a silent title's pictures alone.
fn variants(release: &Release, max_height: u32) -> Vec<Variant> {
    let mut groups = alike(&release.audio);
    if groups.is_empty() {
        groups.push(Vec::new());
    }
    let pictures = offered_video(release, max_height);
    groups
        .iter()
        .flat_map(|group| pictures.iter().map(|video| variant(video, group, release)))
        .collect()
}

/// Key frames alone. A plan's largest picture does not bound them: they are of a small one.
fn winding(frames: &VideoRendition) -> IFrameVariant {
    IFrameVariant {
        uri: frames.playlist.name.to_string(),
        bandwidth: frames.bandwidth.peak_bps,
        average_bandwidth: Some(frames.bandwidth.average_bps),
        codecs: vec![frames.codec.clone()],
        resolution: Some(resolution(frames)),
        video_range: frames.colour.map(range),
        pathway_id: None,
    }
}

fn resolution(video: &VideoRendition) -> Resolution {
    Resolution {
        width: video.width,
        height: video.height,
    }
}

fn range(colour: Colour) -> VideoRange {
    match colour.dynamic_range() {
        DynamicRange::Sdr => VideoRange::Sdr,
        DynamicRange::Pq => VideoRange::Pq,
        DynamicRange::Hlg => VideoRange::Hlg,
    }
}

fn variant(video: &VideoRendition, sound: &[&AudioRendition], release: &Release) -> Variant {
    let heaviest = sound
        .iter()
        .map(|track| track.bandwidth)
        .max_by_key(|it| it.peak_bps);
    let (peak, average) = heaviest.map_or((0, 0), |it| (it.peak_bps, it.average_bps));
    let heard = sound.first().map(|track| track.codec.clone());
    let rate = video.frame_rate;
    Variant {
        uri: video.playlist.name.to_string(),
        bandwidth: video.bandwidth.peak_bps + peak,
        average_bandwidth: Some(video.bandwidth.average_bps + average),
        codecs: [video.codec.clone()].into_iter().chain(heard).collect(),
        resolution: Some(resolution(video)),
        frame_rate: Some(FrameRate::from_fraction(rate.numerator, rate.denominator)),
        video_range: video.colour.map(range),
        audio: sound.first().map(|track| group_of(track)),
        subtitles: (!release.subtitles.is_empty()).then(|| SUBTITLES.to_owned()),
        pathway_id: None,
    }
}
