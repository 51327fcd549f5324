//! SRT: numbered blocks of a timing line and text. There is no standard; this reads what is found.

use crate::cue::Cue;
use crate::error::{Problem, Warnings};
use crate::markup;
use crate::parse::{Line, join};
use crate::time::{ARROW, timing};

/// Reads the cues, each with the line its times are on.
///
/// A cue's text runs to the next timing line, less the number before that, so that a blank line inside a
/// text (which some editors write) does not lose what follows it.
pub(crate) fn read(lines: &[Line<'_>], warnings: &mut Warnings) -> Vec<(usize, Cue)> {
    let timings: Vec<usize> = (0..lines.len())
        .filter(|at| lines[*at].1.contains(ARROW))
        .collect();
    let first = timings
        .first()
        .map_or(lines.len(), |at| text_end(lines, *at));
    if let Some((line, _)) = lines[..first]
        .iter()
        .find(|(_, line)| !line.trim().is_empty())
    {
        warnings.add(*line, Problem::Stray);
    }
    let ends = timings
        .iter()
        .skip(1)
        .map(|at| text_end(lines, *at))
        .chain([lines.len()]);
    timings
        .iter()
        .zip(ends)
        .filter_map(|(&at, end)| {
            // Two timing lines in a row leave no room for a text between them.
            let body = lines.get(at + 1..end).unwrap_or_default();
            Some((lines[at].0, cue(lines, at, body, warnings)?))
        })
        .collect()
}

/// Where the text before the cue timed at line index `at` ends: before the cue's own number, if it has one.
fn text_end(lines: &[Line<'_>], at: usize) -> usize {
    at - usize::from(number(lines, at).is_some())
}

fn number<'a>(lines: &[Line<'a>], at: usize) -> Option<&'a str> {
    let line = lines.get(at.checked_sub(1)?)?.1.trim();
    (!line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit())).then_some(line)
}

fn cue(lines: &[Line<'_>], at: usize, body: &[Line<'_>], warnings: &mut Warnings) -> Option<Cue> {
    let (line, times) = lines[at];
    let (start_ms, end_ms, _coordinates) = timing(times)
        .map_err(|problem| warnings.add(line, problem))
        .ok()?;
    let text = join(body, warnings).map(|text| markup::from_srt(&text));
    let Some((text, settings)) = text.filter(|(text, _)| !text.is_empty()) else {
        warnings.add(line, Problem::NoText);
        return None;
    };
    let identifier = number(lines, at).map(str::to_owned);
    Some(Cue {
        identifier,
        start_ms,
        end_ms,
        settings: settings.to_owned(),
        text,
    })
}
