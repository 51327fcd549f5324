//! The sound: every track decoded once and measured in windows of half a second.

mod track;
mod window;

use std::time::Duration;

use media_ffmpeg::{MediaInput, ToolError, Tools};

use super::complaint::{is_complaint, stream_of};
use crate::limits::{LISTENED_TRACKS, WINDOWS_A_SECOND};
use crate::{AudioFacts, InspectError, Report};
use track::Listener;
pub(super) use track::Track;
use window::Windows;

/// Everything that was heard; spans count milliseconds of the title.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) tracks: Vec<Track>,
    pub(super) cpu: Option<Duration>,
}

/// Reads the sound through once.
pub(super) async fn listen(
    tools: &Tools,
    input: &MediaInput,
    report: &Report,
) -> Result<Heard, InspectError> {
    let tracks = &report.audio[..report.audio.len().min(LISTENED_TRACKS)];
    if tracks.is_empty() {
        return Ok(Heard {
            tracks: Vec::new(),
            cpu: Some(Duration::ZERO),
        });
    }
    let mut listeners: Vec<Listener> = tracks
        .iter()
        .map(|facts| Listener::new(facts, report.video.start_ms))
        .collect();
    let mut windows = Windows::default();
    let mut complaints = Vec::new();
    let graph: Vec<String> = tracks.iter().map(filters).collect();
    let mut command = tools
        .ffmpeg()
        .arg("-copyts")
        .input(input)
        .args(["-filter_complex", &graph.join(";")]);
    for facts in tracks {
        command = command.args(["-map", &format!("[t{}]", facts.stream_index)]);
    }
    let heard = |index| move |listener: &&mut Listener| listener.stream_index() == index;
    let outcome = command
        .args(["-f", "null", "-"])
        .watch(
            |bytes| {
                windows.feed(bytes, |window| {
                    if let Some(listener) = listeners.iter_mut().find(heard(window.track)) {
                        listener.window(&window);
                    }
                });
            },
            |line| {
                if is_complaint(line) && complaints.len() < LISTENED_TRACKS {
                    complaints.extend(stream_of(line).filter(|index| !complaints.contains(index)));
                }
            },
        )
        .await;
    let cpu = match outcome {
        Ok(finished) => finished.cpu_time,
        // A track that cannot be decoded at all is a finding.
        Err(ToolError::Failed { .. }) => None,
        Err(other) => return Err(other.into()),
    };
    let tracks = listeners
        .into_iter()
        .map(|listener| {
            let complained = complaints.contains(&listener.stream_index());
            listener.finish(complained)
        })
        .collect();
    Ok(Heard { tracks, cpu })
}

/// Windows of one track, each printed with the track's index behind its figures. All tracks are in one
/// graph, which one thread runs, so that what they print does not mix.
fn filters(facts: &AudioFacts) -> String {
    let (index, window) = (facts.stream_index, facts.sample_rate / WINDOWS_A_SECOND);
    format!(
        "[0:{index}]ebur128=metadata=1:framelog=quiet,asetnsamples=n={}:p=0,astats=metadata=1:reset=1:measure_perchannel=Peak_level:\
         measure_overall=Peak_level+Flat_factor+Number_of_samples,ametadata=mode=add:key=track:value={index},\
         ametadata=mode=print:file=-:direct=1[t{index}]",
        window.max(1)
    )
}
