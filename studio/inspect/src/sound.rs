//! Sound and subtitle tracks.

use crate::language::bcp47;
use crate::limits::{LENGTHS_APART, TITLE_CHARACTERS};
use crate::raw::{Probe, Stream};
use crate::{AudioFacts, TextFacts, VideoFacts, Warning};

/// Subtitle codecs that are pictures.
const PICTURE_CODECS: [&str; 4] = ["hdmv_pgs_subtitle", "dvd_subtitle", "dvb_subtitle", "xsub"];

/// The sound tracks that can be decoded, and what there is to say of them.
pub(crate) fn audio(probe: &Probe, warnings: &mut Vec<Warning>) -> Vec<AudioFacts> {
    let mut found = Vec::new();
    for stream in of_type(probe, "audio") {
        match facts(stream) {
            Some(facts) => found.push(facts),
            None => warnings.push(Warning::UnreadableSound {
                stream_index: stream.index,
            }),
        }
    }
    if found.is_empty() {
        warnings.push(Warning::NoSound);
    }
    let surround = found.iter().filter(|track| track.channels > 2);
    warnings.extend(surround.map(|track| Warning::MixedDown {
        stream_index: track.stream_index,
        channels: track.channels,
    }));
    found
}

fn facts(stream: &Stream) -> Option<AudioFacts> {
    let sample_rate = stream
        .sample_rate
        .as_deref()?
        .parse()
        .ok()
        .filter(|rate| *rate > 0)?;
    Some(AudioFacts {
        stream_index: stream.index,
        codec: stream.codec_name.clone()?,
        channels: (stream.channels > 0).then_some(stream.channels)?,
        layout: stream.channel_layout.clone().unwrap_or_default(),
        sample_rate,
        language: language(stream),
        title: title(stream),
        start_ms: stream.start_ms(),
        declared_duration_ms: stream.duration_ms(),
        default: stream.is("default"),
    })
}

/// A warning for every track that ends well before or after the picture.
pub(crate) fn lengths_apart<'a>(
    audio: &'a [AudioFacts],
    video: &'a VideoFacts,
    picture_ms: u64,
) -> impl Iterator<Item = Warning> + 'a {
    audio.iter().filter_map(move |track| {
        let sound_ms = track.declared_duration_ms?;
        let end = |start: i64, length: u64| start.saturating_add_unsigned(length);
        let apart = end(track.start_ms, sound_ms).abs_diff(end(video.start_ms, picture_ms));
        let stream_index = track.stream_index;
        (u128::from(apart) > LENGTHS_APART.as_millis()).then_some(Warning::LengthsDiffer {
            stream_index,
            picture_ms,
            sound_ms,
        })
    })
}

/// The subtitle tracks.
pub(crate) fn text(probe: &Probe, warnings: &mut Vec<Warning>) -> Vec<TextFacts> {
    let found: Vec<_> = of_type(probe, "subtitle").map(text_facts).collect();
    let pictures = found.iter().filter(|track| !track.is_text);
    warnings.extend(pictures.map(|track| Warning::PictureSubtitles {
        stream_index: track.stream_index,
    }));
    found
}

fn text_facts(stream: &Stream) -> TextFacts {
    let codec = stream.codec_name.clone().unwrap_or_default();
    TextFacts {
        stream_index: stream.index,
        is_text: !codec.is_empty() && !PICTURE_CODECS.contains(&codec.as_str()),
        codec,
        language: language(stream),
        title: title(stream),
        forced: stream.is("forced"),
        default: stream.is("default"),
    }
}

fn of_type<'a>(probe: &'a Probe, kind: &'static str) -> impl Iterator<Item = &'a Stream> {
    probe
        .streams
        .iter()
        .filter(move |stream| stream.codec_type == kind)
}

fn language(stream: &Stream) -> String {
    bcp47(stream.tag("language").unwrap_or_default())
}

/// The title in one line of bounded length.
fn title(stream: &Stream) -> Option<String> {
    let line: String = stream
        .tag("title")?
        .chars()
        .filter(|c| !c.is_control())
        .take(TITLE_CHARACTERS)
        .collect();
    (!line.is_empty()).then_some(line)
}
