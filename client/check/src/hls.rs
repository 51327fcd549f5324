//! HLS: what a multivariant playlist says of its renditions, and a media playlist of its segments.

use std::collections::HashSet;

use media_manifest::hls::{
    IFrameVariant, MediaPlaylist, MultivariantPlaylist, Rendition, RenditionKind, Variant,
    VideoRange,
};
use url::Url;

use crate::finding::{Finding, Rule};
use crate::stream::{Kind, List, Part, Segment, Stream, file_name};

/// A rendition whose media playlist is still to be loaded.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) stream: Stream,
    pub(crate) playlist: Url,
}

/// Every rendition of a multivariant playlist, each file once.
pub(crate) fn renditions(
    playlist: &MultivariantPlaylist,
    url: &Url,
    findings: &mut Vec<Finding>,
) -> Vec<Listed> {
    let (mut listed, mut seen) = (Vec::new(), HashSet::new());
    let mut take = |uri: &str, stream: Stream, findings: &mut Vec<Finding>| match url.join(uri) {
        Ok(playlist) if seen.insert(playlist.clone()) => listed.push(Listed { stream, playlist }),
        Ok(_) => {}
        Err(error) => {
            let message = format!("{uri} is no URL: {error}");
            findings.push(Finding::new(Rule::Unreadable, stream.name, message));
        }
    };
    for variant in &playlist.variants {
        take(&variant.uri, of_variant(variant), findings);
    }
    for frames in &playlist.iframes {
        take(&frames.uri, of_iframes(frames), findings);
    }
    for rendition in &playlist.renditions {
        if let Some(uri) = &rendition.uri {
            take(uri, of_rendition(rendition), findings);
        }
    }
    listed
}

fn of_variant(variant: &Variant) -> Stream {
    let size = variant.resolution.map(|it| (it.width, it.height));
    let video = variant.codecs.iter().find(|codec| is_picture(codec));
    let picture = size.is_some() || video.is_some() || variant.codecs.is_empty();
    let kind = if picture { Kind::Video } else { Kind::Audio };
    let family = video
        .and_then(|codec| codec.split('.').next())
        .unwrap_or_default();
    let audio = variant.audio.as_deref().unwrap_or_default();
    let shape = match size {
        Some((width, height)) => format!("{width}x{height} {family}"),
        None => variant.codecs.join(","),
    };
    Stream {
        set: format!("{kind:?} {family} {:?} {audio}", variant.video_range),
        codecs: variant.codecs.clone(),
        size,
        range: variant.video_range,
        peak_bps: Some(variant.bandwidth),
        ..Stream::new(
            kind,
            format!("variant {shape} of {} kb/s", variant.bandwidth / 1000),
        )
    }
}

fn of_iframes(frames: &IFrameVariant) -> Stream {
    let name = format!("key frames of {} kb/s", frames.bandwidth / 1000);
    Stream {
        set: format!("key frames {:?}", frames.video_range),
        codecs: frames.codecs.clone(),
        size: frames.resolution.map(|it| (it.width, it.height)),
        range: frames.video_range,
        peak_bps: Some(frames.bandwidth),
        key_frames: true,
        ..Stream::new(Kind::Video, name)
    }
}

fn of_rendition(rendition: &Rendition) -> Stream {
    let (kind, what) = match rendition.kind {
        RenditionKind::Audio => (Kind::Audio, "sound"),
        RenditionKind::Subtitles => (Kind::Text, "subtitles"),
    };
    let (name, group) = (&rendition.name, &rendition.group_id);
    Stream {
        set: format!("{kind:?} {group} {name}"),
        ..Stream::new(kind, format!("{what} {name:?} of group {group}"))
    }
}

fn is_picture(codec: &str) -> bool {
    let family = codec.split('.').next().unwrap_or_default();
    let known = [
        "avc1", "avc3", "hvc1", "hev1", "vp09", "av01", "dvh1", "dvhe",
    ];
    known.contains(&family.to_ascii_lowercase().as_str())
}

/// What a multivariant playlist itself is held against.
pub(crate) fn rules(playlist: &MultivariantPlaylist, findings: &mut Vec<Finding>) {
    let mut find = |rule, place: &str, message: &str| {
        findings.push(Finding::new(rule, place, message));
    };
    let has = |kind, group: &str| {
        let mut all = playlist.renditions.iter();
        all.any(|it| it.kind == kind && it.group_id == group)
    };
    for variant in &playlist.variants {
        let name = of_variant(variant).name;
        if variant.codecs.is_empty() {
            find(Rule::CodecsMissing, &name, "it states no CODECS");
        }
        if variant.resolution.is_none() && variant.codecs.iter().any(|it| is_picture(it)) {
            find(Rule::SizeMissing, &name, "it states no RESOLUTION");
        }
        let groups = [
            (RenditionKind::Audio, variant.audio.as_deref()),
            (RenditionKind::Subtitles, variant.subtitles.as_deref()),
        ];
        for (kind, group) in groups {
            if let Some(group) = group.filter(|group| !has(kind, group)) {
                find(
                    Rule::GroupMissing,
                    &name,
                    &format!("no rendition is of its group {group}"),
                );
            }
        }
    }
    let mut names = HashSet::new();
    for rendition in &playlist.renditions {
        if !names.insert((rendition.kind, &rendition.group_id, &rendition.name)) {
            find(
                Rule::NameRepeated,
                &rendition.group_id,
                &format!("two are named {:?}", rendition.name),
            );
        }
    }
    let high = |variant: &Variant| variant.video_range.is_some_and(|it| it != VideoRange::Sdr);
    if !playlist.variants.is_empty() && playlist.variants.iter().all(high) {
        find(
            Rule::NoStandardRange,
            "multivariant playlist",
            "every variant is of high range",
        );
    }
}

/// Reads a media playlist into the stream it is of.
pub(crate) fn list(
    text: &str,
    url: &Url,
    independent: bool,
    stream: &mut Stream,
    findings: &mut Vec<Finding>,
) -> Result<(), String> {
    let playlist = MediaPlaylist::parse(text).map_err(|error| error.to_string())?;
    let part = |uri: &str, range| match url.join(uri) {
        Ok(url) => Ok(Part { url, range }),
        Err(error) => Err(format!("{uri} is no URL: {error}")),
    };
    let map = playlist.map.as_ref();
    let segments = playlist.segments.iter().map(|it| {
        let (part, duration) = (part(&it.uri, it.range)?, it.duration);
        Ok(Segment { part, duration })
    });
    stream.list = List {
        init: map.map(|map| part(&map.uri, map.range)).transpose()?,
        segments: segments.collect::<Result<_, String>>()?,
    };
    stream.encrypted = playlist.key.is_some();
    target(text, &playlist, stream, findings);
    if stream.key_frames && !playlist.iframes_only {
        let message = "its playlist does not say EXT-X-I-FRAMES-ONLY";
        findings.push(Finding::new(Rule::IFramesUnsaid, &stream.name, message));
    }
    if stream.kind == Kind::Video && !independent && !playlist.independent_segments {
        let message = "neither playlist says EXT-X-INDEPENDENT-SEGMENTS";
        findings.push(Finding::new(Rule::NotIndependent, &stream.name, message));
    }
    Ok(())
}

fn target(text: &str, playlist: &MediaPlaylist, stream: &Stream, findings: &mut Vec<Finding>) {
    let stated = text
        .lines()
        .find_map(|line| line.strip_prefix("#EXT-X-TARGETDURATION:"));
    let least = playlist.target_duration();
    let message = match stated.map(|value| value.trim().parse::<u64>()) {
        Some(Ok(stated)) if stated >= least => return,
        Some(Ok(stated)) => format!("the target is {stated} s and a segment rounds to {least} s"),
        Some(Err(_)) | None => "no EXT-X-TARGETDURATION is stated".to_owned(),
    };
    findings.push(Finding::new(Rule::TargetExceeded, &stream.name, message));
}

/// A media playlist that stands alone.
pub(crate) fn alone(url: &Url) -> Stream {
    Stream::new(Kind::Video, file_name(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<Rule> {
        let (playlist, mut findings) = (MultivariantPlaylist::parse(text).unwrap(), Vec::new());
        rules(&playlist, &mut findings);
        findings.iter().map(|finding| finding.rule).collect()
    }

    const SOUND: &str = "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"English\",URI=\"a.m3u8\"\n";
    const PICTURE: &str = "#EXT-X-STREAM-INF:BANDWIDTH=900000,CODECS=\"avc1.64001f,mp4a.40.2\",RESOLUTION=640x360,AUDIO=\"a\"\nv.m3u8\n";

    #[test]
    fn a_sound_playlist_breaks_no_rule() {
        assert_eq!(found(&format!("#EXTM3U\n{SOUND}{PICTURE}")), []);
    }

    #[test]
    fn each_fault_is_named() {
        assert_eq!(found(&format!("#EXTM3U\n{PICTURE}")), [Rule::GroupMissing]);
        assert_eq!(
            found(&format!("#EXTM3U\n{SOUND}{SOUND}{PICTURE}")),
            [Rule::NameRepeated]
        );
        let bare = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8\n";
        assert_eq!(found(bare), [Rule::CodecsMissing]);
        let high = PICTURE.replace("RESOLUTION=640x360", "VIDEO-RANGE=PQ");
        let text = format!("#EXTM3U\n{SOUND}{high}");
        assert_eq!(found(&text), [Rule::SizeMissing, Rule::NoStandardRange]);
    }

    #[test]
    fn key_frames_are_listed_and_say_what_they_are() {
        let text = "#EXTM3U\n#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=9000,CODECS=\"avc1.64001f\",URI=\"k.m3u8\"\n";
        let (url, mut findings) = (Url::parse("http://a/m.m3u8").unwrap(), Vec::new());
        let playlist = MultivariantPlaylist::parse(text).unwrap();
        let mut listed = renditions(&playlist, &url, &mut findings);
        let stream = &mut listed[0].stream;
        let text = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MAP:URI=\"i.mp4\"\n#EXTINF:4,\na.m4s\n#EXT-X-ENDLIST\n";
        list(text, &url, true, stream, &mut findings).unwrap();
        assert_eq!(findings[0].rule, Rule::IFramesUnsaid);
        findings.clear();
        let said = text.replace("#EXTINF", "#EXT-X-I-FRAMES-ONLY\n#EXTINF");
        list(&said, &url, true, stream, &mut findings).unwrap();
        assert_eq!(findings, []);
    }

    #[test]
    fn a_target_that_is_too_short_is_found() {
        let text = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MAP:URI=\"i.mp4\"\n#EXTINF:4.6,\na.m4s\n#EXT-X-ENDLIST\n";
        let url = Url::parse("http://a/m/v.m3u8").unwrap();
        let (mut stream, mut findings) = (alone(&url), Vec::new());
        list(text, &url, true, &mut stream, &mut findings).unwrap();
        assert_eq!(findings[0].rule, Rule::TargetExceeded);
        assert_eq!(
            stream.list.init.as_ref().unwrap().url.as_str(),
            "http://a/m/i.mp4"
        );
        let fine = text.replace("DURATION:4", "DURATION:5");
        findings.clear();
        list(&fine, &url, true, &mut stream, &mut findings).unwrap();
        assert_eq!(findings, []);
    }
}
