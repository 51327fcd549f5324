//! The way in: encoding, format, cues, order.

use crate::cue::{Cue, Cues};
use crate::error::{Problem, TextError, Warning, Warnings};
use crate::limits::{MAX_CUE_LINES, MAX_CUES, MAX_LINE_BYTES};
use crate::{ass, decode, srt, ttml, vtt};

/// One line of the file and its number, counted from 1.
pub(crate) type Line<'a> = (usize, &'a str);

/// Reads an SRT, WebVTT, TTML (IMSC 1) or ASS file. What it begins with says which, whatever its name; what
/// begins like none of them is SRT.
///
/// # Errors
/// See [`TextError`]; every one names the file and, where there is one, the line.
pub fn parse(name: &str, bytes: &[u8]) -> Result<(Cues, Vec<Warning>), TextError> {
    let mut warnings = Warnings::default();
    let text = decode::text(name, bytes, &mut warnings)?;
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{1a}'], "\n");
    let lines: Vec<Line<'_>> = text
        .lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line))
        .collect();
    let drafts = if ttml::has_signature(&text) {
        ttml::read(&text, &mut warnings)
    } else if ass::has_signature(&text) {
        ass::read(&lines, &mut warnings)
    } else {
        read_lines(name, &text, &lines, &mut warnings)?
    };
    if let Some((line, _)) = drafts.get(MAX_CUES) {
        return Err(TextError::TooManyCues {
            name: name.to_owned(),
            line: *line,
        });
    }
    let mut cues: Vec<Cue> = drafts.into_iter().map(|(_, cue)| cue).collect();
    if !cues.is_sorted_by_key(|cue| cue.start_ms) {
        warnings.add(None, Problem::Unsorted);
        cues.sort_by_key(|cue| cue.start_ms);
    }
    let warnings = warnings.finish();
    if cues.is_empty() {
        let first = warnings.into_iter().find(|warning| warning.line.is_some());
        return Err(TextError::NoCues {
            name: name.to_owned(),
            first,
        });
    }
    Ok((Cues { cues }, warnings))
}

/// The formats whose lines are lines of text.
fn read_lines(
    name: &str,
    text: &str,
    lines: &[Line<'_>],
    warnings: &mut Warnings,
) -> Result<Vec<(usize, Cue)>, TextError> {
    if let Some((line, _)) = lines.iter().find(|(_, line)| line.len() > MAX_LINE_BYTES) {
        return Err(TextError::LongLine {
            name: name.to_owned(),
            line: *line,
        });
    }
    if vtt::has_signature(text) {
        return Ok(vtt::read(lines, warnings));
    }
    if has_extension(name, "vtt") {
        return Err(TextError::NoSignature {
            name: name.to_owned(),
        });
    }
    Ok(srt::read(lines, warnings))
}

/// Joins a cue's lines, without the empty ones, which would end it; nothing when no text is left.
pub(crate) fn join(lines: &[Line<'_>], warnings: &mut Warnings) -> Option<String> {
    let mut kept: Vec<&str> = lines
        .iter()
        .map(|(_, line)| line.trim_end())
        .filter(|line| !line.trim().is_empty())
        .collect();
    if kept.len() > MAX_CUE_LINES {
        warnings.add(lines[0].0, Problem::ManyLines);
        kept.truncate(MAX_CUE_LINES);
    }
    (!kept.is_empty()).then(|| kept.join("\n"))
}

fn has_extension(name: &str, extension: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, ending)| ending.eq_ignore_ascii_case(extension))
}

#[cfg(test)]
mod tests;
