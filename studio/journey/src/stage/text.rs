//! Subtitles in, whole WebVTT files out.

use std::path::Path;
use std::time::Duration;

use data_workflow::StepError;
use studio_inspect::{Report, TextFacts};
use studio_package::SubtitlePart;
use studio_timedtext::LanguageTag;

use crate::limits::SUBTITLE_BYTES;
use crate::makings::{Received, ReceivedSubtitle, Texts};
use crate::outcome::{disk, failure};

/// Reads every subtitle file and writes it as WebVTT that ends with the title.
pub(crate) async fn texts(
    received: &Received,
    report: &Report,
    work: &Path,
) -> Result<Texts, StepError> {
    tokio::fs::create_dir_all(work)
        .await
        .map_err(disk("the work folder cannot be made"))?;
    let mut texts = Texts {
        parts: Vec::new(),
        warnings: left_out(&report.text).collect(),
    };
    for (index, subtitle) in received.subtitles.iter().enumerate() {
        let out = work.join(format!("subtitles-{index}.vtt"));
        let warnings = convert(subtitle, report, &out).await?;
        let language: LanguageTag = subtitle
            .language
            .parse()
            .map_err(|error| failure(&error, false))?;
        let label = subtitle.label.clone().unwrap_or_else(|| language.label());
        texts.warnings.extend(warnings);
        texts.parts.push(SubtitlePart {
            path: out,
            language: language.to_string(),
            label,
        });
    }
    Ok(texts)
}

/// One sentence for each text track of the master; tracks of pictures are told of by the inspection.
fn left_out(tracks: &[TextFacts]) -> impl Iterator<Item = String> {
    let text = tracks.iter().filter(|track| track.is_text);
    text.map(|track| {
        format!(
            "subtitle track {} ({}) is left out; hand its text in as an SRT or WebVTT file",
            track.stream_index, track.codec
        )
    })
}

async fn convert(
    subtitle: &ReceivedSubtitle,
    report: &Report,
    out: &Path,
) -> Result<Vec<String>, StepError> {
    let failed = disk("the subtitles cannot be read");
    let bytes = tokio::fs::metadata(&subtitle.path)
        .await
        .map_err(&failed)?
        .len();
    if bytes > SUBTITLE_BYTES {
        let name = &subtitle.filename;
        return Err(StepError::Permanent(format!(
            "the subtitle file {name} has {bytes} bytes; at most {SUBTITLE_BYTES} are read, and no real one is near that"
        )));
    }
    let text = tokio::fs::read(&subtitle.path).await.map_err(&failed)?;
    let (cues, mut warnings) = studio_timedtext::parse(&subtitle.filename, &text)
        .map_err(|error| failure(&error, false))?;
    let (cues, trimmed) = cues.trim_to(Duration::from_millis(report.duration_ms));
    warnings.extend(trimmed);
    platform_files::write_atomic(out, cues.to_webvtt())
        .await
        .map_err(disk("the subtitles cannot be written"))?;
    Ok(warnings
        .iter()
        .map(|warning| format!("{}: {warning}", subtitle.filename))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_inside_a_master_is_not_lost_in_silence() {
        let track = |stream_index, codec: &str, is_text| TextFacts {
            stream_index,
            codec: codec.to_owned(),
            is_text,
            language: "en".to_owned(),
            title: None,
            forced: false,
            default: false,
        };
        let tracks = [track(2, "ass", true), track(3, "dvd_subtitle", false)];
        let said: Vec<_> = left_out(&tracks).collect();
        assert_eq!(
            said,
            ["subtitle track 2 (ass) is left out; hand its text in as an SRT or WebVTT file"]
        );
    }
}
