//! Where subtitles come from: files handed in, and text tracks of the master.

use std::time::Duration;

use data_workflow::StepError;
use media_ffmpeg::{Limits, ToolError};
use studio_inspect::{Report, TextFacts};
use studio_timedtext::limits::MAX_BYTES;
use studio_timedtext::{Cues, LanguageTag, Warning};

use crate::makings::{Received, ReceivedSubtitle};
use crate::outcome::{disk, failure};
use crate::stage::survey::master;
use crate::workshop::Workshop;

/// The cues of one language, and how viewers pick them.
#[derive(Debug)]
pub(super) struct Track {
    /// BCP 47.
    pub(super) language: String,
    pub(super) label: String,
    pub(super) cues: Cues,
    pub(super) warnings: Vec<String>,
}

/// The files handed in; one that cannot be used ends the title, as its sender expects it to be there.
pub(super) async fn handed_in(
    received: &Received,
    report: &Report,
) -> Result<Vec<Track>, StepError> {
    let mut tracks = Vec::with_capacity(received.subtitles.len());
    for subtitle in &received.subtitles {
        let language: LanguageTag = subtitle
            .language
            .parse()
            .map_err(|error| failure(&error, false))?;
        let text = read(subtitle).await?;
        let (cues, warnings) = studio_timedtext::parse(&subtitle.filename, &text)
            .map_err(|error| failure(&error, false))?;
        let label = subtitle.label.clone().unwrap_or_else(|| language.label());
        tracks.push(track(
            &subtitle.filename,
            (language.to_string(), label),
            (cues, warnings),
            report,
        ));
    }
    Ok(tracks)
}

/// The bytes of a file; one that is too large is not read at all.
async fn read(subtitle: &ReceivedSubtitle) -> Result<Vec<u8>, StepError> {
    let failed = disk("the subtitles cannot be read");
    let about = tokio::fs::metadata(&subtitle.path).await.map_err(&failed)?;
    let bytes = usize::try_from(about.len()).unwrap_or(usize::MAX);
    if bytes > MAX_BYTES {
        let name = subtitle.filename.clone();
        let error = studio_timedtext::TextError::TooLarge { name, bytes };
        return Err(failure(&error, false));
    }
    tokio::fs::read(&subtitle.path).await.map_err(&failed)
}

/// Adds the master's own text tracks, each unless a file of its language was handed in. One that cannot
/// be read is left out, and said so.
pub(super) async fn of_master(
    workshop: &Workshop,
    received: &Received,
    report: &Report,
    tracks: &mut Vec<Track>,
    warnings: &mut Vec<String>,
) -> Result<(), StepError> {
    let handed_in: Vec<String> = tracks.iter().map(|track| track.language.clone()).collect();
    for facts in report.text.iter().filter(|facts| facts.is_text) {
        let name = format!("subtitle track {} ({})", facts.stream_index, facts.codec);
        let language: LanguageTag = facts
            .language
            .parse()
            .unwrap_or_else(|_| LanguageTag::undetermined());
        if handed_in.contains(&language.to_string()) {
            warnings.push(format!(
                "{name} is left out: a file of its language was handed in"
            ));
            continue;
        }
        let Some(format) = Format::of(&facts.codec) else {
            warnings.push(format!(
                "{name} is left out; hand its text in as a SRT, WebVTT, TTML or ASS file"
            ));
            continue;
        };
        let text = match extract(workshop, received, facts, format).await {
            Ok(text) => text,
            Err(error) if error.is_transient() => return Err(failure(&error, true)),
            Err(error) => {
                warnings.push(format!("{name} is left out: {error}"));
                continue;
            }
        };
        match studio_timedtext::parse(&name, &text) {
            Ok(read) => {
                let label = label(facts, &language, tracks);
                tracks.push(track(&name, (language.to_string(), label), read, report));
            }
            Err(error) => warnings.push(format!("it is left out: {error}")),
        }
    }
    Ok(())
}

fn track(
    name: &str,
    (language, label): (String, String),
    (cues, mut warnings): (Cues, Vec<Warning>),
    report: &Report,
) -> Track {
    let (cues, trimmed) = cues.trim_to(Duration::from_millis(report.duration_ms));
    warnings.extend(trimmed);
    let warnings = warnings.iter().map(|warning| format!("{name}: {warning}"));
    Track {
        language,
        label,
        cues,
        warnings: warnings.collect(),
    }
}

/// The track's own title or its language, with a number where that is taken.
fn label(facts: &TextFacts, language: &LanguageTag, tracks: &[Track]) -> String {
    let own = facts.title.clone().unwrap_or_else(|| language.label());
    let own = if facts.forced {
        format!("{own} (forced)")
    } else {
        own
    };
    let taken = |label: &str| tracks.iter().any(|track| track.label == label);
    let numbered = (2..).map(|number| format!("{own} {number}"));
    std::iter::once(own.clone())
        .chain(numbered)
        .find(|label| !taken(label))
        .unwrap_or(own)
}

/// In which format a track leaves the master.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Format {
    codec: &'static str,
    container: &'static str,
}

impl Format {
    /// As it is where a format of ours can hold it; else as ASS, which keeps places and looks.
    fn of(codec: &str) -> Option<Self> {
        let (codec, container) = match codec {
            "ass" | "ssa" => ("copy", "ass"),
            "subrip" | "text" => ("copy", "srt"),
            "webvtt" => ("copy", "webvtt"),
            "mov_text" => ("ass", "ass"),
            _ => return None,
        };
        Some(Self { codec, container })
    }
}

async fn extract(
    workshop: &Workshop,
    received: &Received,
    facts: &TextFacts,
    format: Format,
) -> Result<Vec<u8>, Extraction> {
    let _place = workshop.place().await;
    let track = format!("0:{}", facts.stream_index);
    let limits = Limits {
        stdout: MAX_BYTES,
        ..Limits::default()
    };
    let input = master(received).map_err(Extraction::Master)?;
    let run = workshop
        .tools
        .ffmpeg()
        .input(&input)
        .args(["-map", &track, "-c:s", format.codec, "-f", format.container])
        .arg("pipe:1")
        .limits(limits)
        .capture_stdout()
        .run(|_| {});
    Ok(run.await?.stdout)
}

/// Why a track did not come out of the master.
#[derive(Debug, thiserror::Error)]
enum Extraction {
    #[error("the master cannot be opened")]
    Master(StepError),
    #[error(transparent)]
    Tool(#[from] ToolError),
}

impl Extraction {
    fn is_transient(&self) -> bool {
        match self {
            Self::Master(error) => matches!(error, StepError::Transient(_)),
            Self::Tool(error) => error.is_transient(),
        }
    }
}

#[cfg(test)]
mod tests;
