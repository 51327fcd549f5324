//! ASS and SSA: the styles' places and the dialogue of <http://www.tcax.org/docs/ass-specs.htm>.

use std::collections::HashMap;

use studio_timeline::FULL;

use crate::cue::Cue;
use crate::error::{Problem, Warnings};
use crate::limits::MAX_LINE_BYTES;
use crate::markup;
use crate::parse::{Line, join};
use crate::place::share;
use crate::time::{ARROW, timing};

/// The section every such file begins with.
const SIGNATURE: &str = "[script info]";

/// The grid of places where the file does not name one: that of its first players.
const GRID: (f64, f64) = (384.0, 288.0);

/// Whether the text begins as ASS and SSA files do.
pub(crate) fn has_signature(text: &str) -> bool {
    let start = text.trim_start();
    start
        .get(..SIGNATURE.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(SIGNATURE))
}

/// What stands before the dialogue.
#[derive(Debug, Default)]
struct Head {
    section: String,
    /// Names of the fields of a line, in order, of the section that is read.
    fields: Vec<String>,
    /// Alignment of each style as on a keypad, 1 to 9.
    styles: HashMap<String, u8>,
    /// The first version counts alignments otherwise.
    first_version: bool,
    grid: (Option<f64>, Option<f64>),
}

/// Reads the cues, each with the line it is on.
pub(crate) fn read(lines: &[Line<'_>], warnings: &mut Warnings) -> Vec<(usize, Cue)> {
    let mut head = Head::default();
    let mut cues = Vec::new();
    for &(number, line) in lines {
        let line = line.trim();
        if let Some(section) = line.strip_prefix('[') {
            head.section = section.trim_end_matches(']').to_ascii_lowercase();
            head.fields.clear();
        } else if let Some((key, value)) = line.split_once(':') {
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
            if key == "dialogue" && head.section == "events" {
                cues.extend(dialogue(number, value, &head, warnings).map(|cue| (number, cue)));
            } else {
                head.take(&key, value);
            }
        }
    }
    cues
}

impl Head {
    fn take(&mut self, key: &str, value: &str) {
        match key {
            "format" => {
                let names = value.split(',');
                self.fields = names.map(|name| name.trim().to_ascii_lowercase()).collect();
            }
            "style" => {
                let name = self.field("name", value).map(str::to_owned);
                let alignment = self.field("alignment", value);
                let alignment = alignment.and_then(|text| text.parse().ok());
                if let (Some(name), Some(alignment)) = (name, alignment) {
                    let alignment = if self.first_version {
                        of_first_version(alignment)
                    } else {
                        alignment
                    };
                    self.styles.insert(name, alignment);
                }
            }
            "scripttype" => self.first_version = value.eq_ignore_ascii_case("v4.00"),
            "playresx" => self.grid.0 = positive(value),
            "playresy" => self.grid.1 = positive(value),
            _ => {}
        }
    }

    /// A field of a line by its name; the last field may hold commas.
    fn field<'a>(&self, name: &str, value: &'a str) -> Option<&'a str> {
        let at = self.fields.iter().position(|field| field == name)?;
        value.splitn(self.fields.len(), ',').nth(at).map(str::trim)
    }
}

fn positive(text: &str) -> Option<f64> {
    text.parse()
        .ok()
        .filter(|size: &f64| *size >= 1.0 && size.is_finite())
}

/// Bottom 1 to 3, top 5 to 7, middle 9 to 11, as on a keypad.
fn of_first_version(alignment: u8) -> u8 {
    match alignment {
        5..=7 => alignment + 2,
        9..=11 => alignment - 5,
        other => other,
    }
}

fn dialogue(line: usize, value: &str, head: &Head, warnings: &mut Warnings) -> Option<Cue> {
    let (Some(start), Some(end), Some(text)) = (
        head.field("start", value),
        head.field("end", value),
        head.field("text", value),
    ) else {
        warnings.add(line, Problem::UnreadableTime);
        return None;
    };
    let (start_ms, end_ms, _) = timing(&format!("{start} {ARROW} {end}"))
        .map_err(|problem| warnings.add(line, problem))
        .ok()?;
    if text.len() > MAX_LINE_BYTES {
        warnings.add(line, Problem::LongText);
        return None;
    }
    let style = head.field("style", value).unwrap_or_default();
    let alignment = head.styles.get(style.trim_start_matches('*')).copied();
    let said = Said::read(text, alignment.unwrap_or(2));
    if said.drawing {
        return None;
    }
    let numbered: Vec<Line<'_>> = said.text.lines().map(|text| (line, text)).collect();
    let text = join(&numbered, warnings).map(|text| markup::from_srt(&text).0);
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        warnings.add(line, Problem::NoText);
        return None;
    };
    Some(Cue {
        identifier: None,
        start_ms,
        end_ms,
        settings: said.settings(head.grid),
        text,
    })
}

/// A dialogue's text in SRT's markup, and what its overrides ask for.
#[derive(Debug)]
struct Said {
    text: String,
    alignment: u8,
    at: Option<(f64, f64)>,
    drawing: bool,
}

impl Said {
    fn read(text: &str, alignment: u8) -> Self {
        let mut said = Self {
            text: String::new(),
            alignment,
            at: None,
            drawing: false,
        };
        let mut rest = text;
        while let Some(start) = rest.find('{') {
            said.plain(&rest[..start]);
            let Some(end) = rest[start..].find('}') else {
                rest = &rest[start..];
                break;
            };
            for tag in rest[start + 1..start + end].split('\\').skip(1) {
                said.tag(tag.trim());
            }
            rest = &rest[start + end + 1..];
        }
        said.plain(rest);
        said
    }

    fn plain(&mut self, text: &str) {
        // Escaped, so that a bracket stays a bracket on its way through SRT's markup.
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        let text = text.replace("\\N", "\n").replace("\\n", "\n");
        self.text.push_str(&text.replace("\\h", "&nbsp;"));
    }

    fn tag(&mut self, tag: &str) {
        for name in ["i", "b", "u"] {
            match tag.strip_prefix(name) {
                Some("0" | "") => self.text.extend(["</", name, ">"]),
                // A weight of letters is bold from 700.
                Some("1" | "700" | "800" | "900") => self.text.extend(["<", name, ">"]),
                _ => {}
            }
        }
        if let Some(alignment) = tag.strip_prefix("an").and_then(|text| text.parse().ok()) {
            self.alignment = alignment;
        } else if let Some(point) = tag.strip_prefix("pos(") {
            let (x, y) = point
                .trim_end_matches(')')
                .split_once(',')
                .unwrap_or_default();
            self.at = x.trim().parse().ok().zip(y.trim().parse().ok());
        } else if let Some(scale) = tag
            .strip_prefix('p')
            .and_then(|text| text.parse::<u8>().ok())
        {
            self.drawing |= scale > 0;
        }
    }

    fn settings(&self, grid: (Option<f64>, Option<f64>)) -> String {
        let (column, row) = match self.alignment {
            alignment @ 1..=9 => ((alignment - 1) % 3, (alignment - 1) / 3),
            _ => (1, 0),
        };
        let align = ["align:start", "", "align:end"][usize::from(column)];
        let edge = [",end", ",center", ""][usize::from(row)];
        let mut settings = Vec::new();
        if let Some((x, y)) = self.at {
            let units = |at: f64, of: f64| {
                (at / of * f64::from(FULL))
                    .round()
                    .clamp(0.0, f64::from(FULL)) as u16
            };
            settings.push(format!(
                "line:{}{edge}",
                share(units(y, grid.1.unwrap_or(GRID.1)))
            ));
            settings.push(format!(
                "position:{}",
                share(units(x, grid.0.unwrap_or(GRID.0)))
            ));
        } else {
            let line = ["", "line:50%,center", "line:0"][usize::from(row)];
            settings.push(line.to_owned());
        }
        settings.push(align.to_owned());
        settings.retain(|setting| !setting.is_empty());
        settings.join(" ")
    }
}

#[cfg(test)]
mod tests;
