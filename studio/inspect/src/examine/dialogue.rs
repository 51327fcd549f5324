//! Dialogue against the mix: which of a master's sound is taken for dialogue, and the pass over it.

use contracts_studio::master::{Dialogue, DialogueSource};
use media_ffmpeg::{MediaInput, ToolError, Tools};

use crate::dialogue::{Meter, Pair};
use crate::limits::{DIALOGUE_RATE, DIALOGUE_STEP_MS};
use crate::{AudioFacts, InspectError, Report};

/// What is compared: streams of the master, and how two channels are made of them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Choice {
    source: DialogueSource,
    pair: Pair,
    graph: String,
}

/// Words in a track's title that say it holds dialogue alone.
const STEM: [&str; 3] = ["dialogue", "dialog", "speech stem"];

/// The best there is: a track of dialogue alone, the centre of surround sound, what left and right have
/// alike. Nothing for a single channel.
fn choose(tracks: &[AudioFacts], start_ms: i64) -> Option<Choice> {
    let is_stem = |track: &&AudioFacts| {
        let title = track.title.as_deref().unwrap_or_default().to_lowercase();
        STEM.iter().any(|word| title.contains(word))
    };
    let stem = tracks.iter().find(is_stem);
    let others = || tracks.iter().filter(|track| !is_stem(track));
    let main = others().find(|track| track.default).or(others().next())?;
    let main_index = main.stream_index;
    let on_clock = format!(
        "asetpts=round(PTS-({}.{:03})/TB)",
        start_ms.div_euclid(1000),
        start_ms.rem_euclid(1000)
    );
    let mono = format!(
        "{on_clock},aresample=osr={DIALOGUE_RATE}:ochl=mono:rematrix_maxval=1:async=1:first_pts=0"
    );
    if let Some(stem) = stem {
        let graph = format!(
            "[0:{}]{mono}[d];[0:{main_index}]{mono}[m];[d][m]join=inputs=2:channel_layout=stereo[o]",
            stem.stream_index
        );
        return Some(choice(DialogueSource::Track, Pair::DialogueAndMix, graph));
    }
    if main.layout.starts_with("5.1") || main.layout.starts_with("7.1") {
        let graph = format!(
            "[0:{main_index}]asplit[a][b];[a]pan=mono|c0=FC,{mono}[d];[b]{mono}[m];\
             [d][m]join=inputs=2:channel_layout=stereo[o]"
        );
        return Some(choice(DialogueSource::Centre, Pair::DialogueAndMix, graph));
    }
    (main.channels == 2).then(|| {
        let stereo = mono.replace("ochl=mono", "ochl=stereo");
        let graph = format!("[0:{main_index}]{stereo}[o]");
        choice(DialogueSource::Estimate, Pair::LeftAndRight, graph)
    })
}

const fn choice(source: DialogueSource, pair: Pair, graph: String) -> Choice {
    Choice {
        source,
        pair,
        graph,
    }
}

/// Measures a master's dialogue along the title; nothing where there is none to tell apart, or where the
/// sound cannot be decoded, which others tell of.
pub(super) async fn measure(
    tools: &Tools,
    input: &MediaInput,
    report: &Report,
) -> Result<Option<Dialogue>, InspectError> {
    let Some(choice) = choose(&report.audio, report.video.start_ms) else {
        return Ok(None);
    };
    let mut meter = Meter::new(choice.pair);
    let mut rest: Vec<u8> = Vec::with_capacity(8);
    let outcome = tools
        .ffmpeg()
        .arg("-copyts")
        .input(input)
        .args(["-filter_complex", &choice.graph, "-map", "[o]"])
        .args(["-c:a", "pcm_f32le", "-f", "f32le", "-"])
        .watch(|bytes| samples(bytes, &mut rest, &mut meter), |_| {})
        .await;
    match outcome {
        Ok(_) => {}
        Err(ToolError::Failed { .. }) => return Ok(None),
        Err(other) => return Err(other.into()),
    }
    let steps = meter.finish();
    let is_heard = steps.iter().any(Option::is_some);
    Ok(is_heard.then_some(Dialogue {
        source: choice.source,
        step_ms: DIALOGUE_STEP_MS,
        steps,
    }))
}

/// Pairs of samples, in pieces of any size. Whole numbers would fill bands in which nobody speaks with
/// noise of their own, and every band counts alike.
fn samples(bytes: &[u8], rest: &mut Vec<u8>, meter: &mut Meter) {
    for byte in bytes {
        rest.push(*byte);
        if let [a, b, c, d, e, f, g, h] = rest[..] {
            let pair = [[a, b, c, d], [e, f, g, h]].map(f32::from_le_bytes);
            let [first, second] = pair.map(|it| if it.is_finite() { it } else { 0.0 });
            meter.hear(first, second);
            rest.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(stream_index: u32, layout: &str, title: Option<&str>) -> AudioFacts {
        AudioFacts {
            stream_index,
            codec: "aac".into(),
            channels: if layout == "stereo" { 2 } else { 6 },
            layout: layout.into(),
            sample_rate: 48_000,
            language: "en".into(),
            title: title.map(str::to_owned),
            start_ms: 0,
            declared_duration_ms: None,
            default: stream_index == 1,
        }
    }

    #[test]
    fn the_surest_source_of_dialogue_is_taken() {
        let source = |tracks: &[AudioFacts]| choose(tracks, -33).map(|it| it.source);
        let stem = track(2, "stereo", Some("English Dialogue"));
        let (surround, stereo) = (track(1, "5.1(side)", None), track(1, "stereo", None));
        let both = [surround.clone(), stem.clone()];
        assert_eq!(source(&both), Some(DialogueSource::Track));
        assert_eq!(source(&[surround]), Some(DialogueSource::Centre));
        assert_eq!(source(&[stereo]), Some(DialogueSource::Estimate));
        assert_eq!(source(&[stem]), None, "nothing to compare it with");
        assert_eq!(source(&[]), None);
    }
}
