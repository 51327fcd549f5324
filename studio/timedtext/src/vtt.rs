//! WebVTT: the blocks of <https://www.w3.org/TR/webvtt1/#file-parsing>.

use crate::cue::Cue;
use crate::error::{Problem, Warnings};
use crate::parse::{Line, join};
use crate::time::{ARROW, timing};

/// The settings a cue may keep. `region` is not among them: regions are left out.
const SETTINGS: [&str; 5] = ["vertical", "line", "position", "size", "align"];

/// Whether the text begins as a WebVTT file must.
pub(crate) fn has_signature(text: &str) -> bool {
    text.strip_prefix("WEBVTT")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n']))
}

/// Reads the cues, each with the line its times are on.
pub(crate) fn read(lines: &[Line<'_>], warnings: &mut Warnings) -> Vec<(usize, Cue)> {
    let mut blocks = lines.split(|(_, line)| line.is_empty());
    let header = blocks.next().unwrap_or_default();
    let mapped = |line: &&Line<'_>| line.1.starts_with("X-TIMESTAMP-MAP");
    if let Some((line, _)) = header.iter().find(mapped) {
        warnings.add(*line, Problem::LeftOut("X-TIMESTAMP-MAP"));
    }
    // A file may go on with its first cue right under the header.
    let under_header = header.iter().position(|(_, line)| line.contains(ARROW));
    let first = under_header.map(|at| &header[at..]);
    first
        .into_iter()
        .chain(blocks)
        .flat_map(|lines| block(lines, warnings))
        .collect()
}

/// The cues of one run of lines without a blank one: usually one, more where a text is followed by
/// another timing line.
fn block(lines: &[Line<'_>], warnings: &mut Warnings) -> Vec<(usize, Cue)> {
    let timings: Vec<usize> = (0..lines.len())
        .filter(|at| lines[*at].1.contains(ARROW))
        .collect();
    let Some(first) = timings.first().copied().filter(|first| *first < 2) else {
        outside(lines, timings.is_empty(), warnings);
        return Vec::new();
    };
    let identifier = (first == 1).then(|| lines[0].1.trim().to_owned());
    let ends = timings.iter().skip(1).copied().chain([lines.len()]);
    timings
        .iter()
        .zip(ends)
        .filter_map(|(&at, end)| {
            let identifier = identifier
                .clone()
                .filter(|text| at == first && !text.is_empty());
            Some((
                lines[at].0,
                cue(identifier, lines[at], &lines[at + 1..end], warnings)?,
            ))
        })
        .collect()
}

fn cue(
    identifier: Option<String>,
    (line, times): Line<'_>,
    body: &[Line<'_>],
    warnings: &mut Warnings,
) -> Option<Cue> {
    let (start_ms, end_ms, settings) = timing(times)
        .map_err(|problem| warnings.add(line, problem))
        .ok()?;
    let settings = kept_settings(settings, line, warnings);
    let Some(text) = join(body, warnings) else {
        warnings.add(line, Problem::NoText);
        return None;
    };
    Some(Cue {
        identifier,
        start_ms,
        end_ms,
        settings,
        text,
    })
}

/// The settings WebVTT knows, as given; `region` goes silently with the regions themselves.
fn kept_settings(settings: &str, line: usize, warnings: &mut Warnings) -> String {
    let mut kept = Vec::new();
    for setting in settings.split_whitespace() {
        match setting.split_once(':') {
            Some((name, value)) if SETTINGS.contains(&name) && !value.is_empty() => {
                kept.push(setting);
            }
            Some(("region", _)) => {}
            _ => warnings.add(line, Problem::UnknownSetting(setting.to_owned())),
        }
    }
    kept.join(" ")
}

/// A block that is no cue: a comment, styling, or a mistake.
fn outside(lines: &[Line<'_>], no_timing: bool, warnings: &mut Warnings) {
    let Some((line, text)) = lines.first() else {
        return;
    };
    let word = text.split_whitespace().next().unwrap_or_default();
    match word {
        "NOTE" => {}
        "STYLE" if no_timing => warnings.add(*line, Problem::LeftOut("a STYLE block")),
        "REGION" if no_timing => warnings.add(*line, Problem::LeftOut("a REGION block")),
        "" if lines.iter().all(|(_, text)| text.trim().is_empty()) => {}
        _ => warnings.add(*line, Problem::Stray),
    }
}
