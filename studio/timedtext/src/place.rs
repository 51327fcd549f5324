//! Where on the frame a cue appears.
//!
//! Cue settings say it only together with the size of the letters, which is the viewer's; the sizes here
//! are those of WebVTT's own rendering rules (<https://www.w3.org/TR/webvtt1/#processing-cue-settings>) on
//! a frame of 16:9, rounded up, so that a box is rather too large than too small.

use studio_timeline::{FULL, Region};

use crate::cue::Cue;
use crate::plain::plain_text;

/// Height of a line of text: letters of 5% of the height, and the room between lines.
pub(crate) const LINE: u16 = 600;

/// Width of a letter of middling breadth, in ten-thousandths of the frame's width.
const LETTER: u16 = 150;

/// Letters of a line before it wraps.
const LINE_LETTERS: usize = 60;

/// Room that players leave free at the frame's lower edge.
const LOWER_MARGIN: u16 = 400;

/// A cue's settings as numbers, in ten-thousandths of the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Placement {
    /// Which edge of the text the line is for, and where that is; absent: at the lower edge.
    pub(crate) line: Option<(Edge, u16)>,
    /// Which edge of the text the position is for, and where that is.
    pub(crate) position: (Edge, u16),
    /// How lines lie to one another.
    pub(crate) align: Edge,
    /// Written downwards, from the right (`Some(true)`) or from the left.
    pub(crate) vertical: Option<bool>,
}

/// A side of a text, or its middle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edge {
    Start,
    Middle,
    End,
}

impl Placement {
    /// Reads cue settings; what is not understood is as if it were not there.
    pub(crate) fn read(settings: &str) -> Self {
        let setting = |name: &str| {
            settings
                .split_whitespace()
                .filter_map(|setting| setting.split_once(':'))
                .find(|(found, _)| *found == name)
                .map(|(_, value)| value)
        };
        let align = match setting("align") {
            Some("start" | "left") => Edge::Start,
            Some("end" | "right") => Edge::End,
            _ => Edge::Middle,
        };
        let own = match align {
            Edge::Start => 0,
            Edge::Middle => FULL / 2,
            Edge::End => FULL,
        };
        let position = setting("position").and_then(|value| {
            let (share, edge) = value.split_once(',').unwrap_or((value, ""));
            Some((edge_named(edge).unwrap_or(align), percent(share)?))
        });
        Self {
            line: setting("line").and_then(line),
            position: position.unwrap_or((align, own)),
            align,
            vertical: setting("vertical").map(|way| way == "rl"),
        }
    }
}

fn edge_named(name: &str) -> Option<Edge> {
    match name {
        "start" | "line-left" => Some(Edge::Start),
        "center" | "middle" => Some(Edge::Middle),
        "end" | "line-right" => Some(Edge::End),
        _ => None,
    }
}

fn percent(text: &str) -> Option<u16> {
    let share: f64 = text.strip_suffix('%')?.parse().ok()?;
    (0.0..=100.0)
        .contains(&share)
        .then(|| (share * f64::from(FULL) / 100.0).round() as u16)
}

/// `line:-1` counts lines from below, `line:0` from above, `line:10%` is a share of the height.
fn line(value: &str) -> Option<(Edge, u16)> {
    let (at, edge) = value.split_once(',').unwrap_or((value, ""));
    let edge = edge_named(edge).unwrap_or(Edge::Start);
    if let Some(share) = percent(at) {
        return Some((edge, share));
    }
    let number: i32 = at.parse().ok()?;
    let lines =
        |count: i32| (count.saturating_mul(i32::from(LINE))).clamp(0, i32::from(FULL)) as u16;
    Some(if number < 0 {
        (Edge::End, FULL - lines(-1 - number.max(-100)))
    } else {
        (Edge::Start, lines(number))
    })
}

impl Cue {
    /// The box its text fills, estimated for the usual size of letters.
    pub fn region(&self) -> Region {
        let place = Placement::read(&self.settings);
        let (letters, lines) = extent(&self.text);
        let depth = lines.saturating_mul(LINE).clamp(LINE, FULL);
        if let Some(from_right) = place.vertical {
            return fitted(if from_right { FULL - depth } else { 0 }, 0, depth, FULL);
        }
        let width = letters.saturating_mul(LETTER).clamp(LETTER, FULL);
        let (x_edge, x) = place.position;
        let x = before(x_edge, x, width);
        if let Some((edge, y)) = place.line {
            return fitted(x, before(edge, y, depth), width, depth);
        }
        let top = FULL - (depth + LOWER_MARGIN).min(FULL);
        fitted(x, top, width, FULL - top)
    }

    /// The same cue with its text's upper edge at `top`, in ten-thousandths of the height.
    #[must_use]
    pub fn at_height(&self, top: u16) -> Self {
        let others = self
            .settings
            .split_whitespace()
            .filter(|setting| !setting.starts_with("line:"));
        let line = format!("line:{}", share(top));
        let settings: Vec<&str> = std::iter::once(line.as_str()).chain(others).collect();
        Self {
            settings: settings.join(" "),
            ..self.clone()
        }
    }

    /// Whether its lines run downwards.
    pub(crate) fn is_vertical(&self) -> bool {
        Placement::read(&self.settings).vertical.is_some()
    }
}

/// Ten-thousandths as a percentage.
pub(crate) fn share(units: u16) -> String {
    format!("{}%", f64::from(units) / 100.0)
}

/// Letters of the longest line, and lines, once long ones are wrapped.
fn extent(text: &str) -> (u16, u16) {
    let plain = plain_text(text);
    let lengths = || plain.lines().map(|line| line.chars().count().max(1));
    let longest = lengths().max().unwrap_or(1).min(LINE_LETTERS);
    let lines: usize = lengths().map(|length| length.div_ceil(LINE_LETTERS)).sum();
    (
        u16::try_from(longest).unwrap_or(u16::MAX),
        u16::try_from(lines.max(1)).unwrap_or(u16::MAX),
    )
}

/// Where something of a length begins when one of its edges is at `at`.
fn before(edge: Edge, at: u16, length: u16) -> u16 {
    match edge {
        Edge::Start => at,
        Edge::Middle => at.saturating_sub(length / 2),
        Edge::End => at.saturating_sub(length),
    }
}

/// Pushed back inside the frame where it would leave it, as players do.
fn fitted(x: u16, y: u16, width: u16, height: u16) -> Region {
    let (x, y) = (x.min(FULL - width), y.min(FULL - height));
    Region::new(x, y, width, height).expect("sides are between 1 and the frame's, and were fitted")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(settings: &str, text: &str) -> (u16, u16, u16, u16) {
        let cue = Cue {
            identifier: None,
            start_ms: 0,
            end_ms: 1,
            settings: settings.into(),
            text: text.into(),
        };
        let found = cue.region();
        (found.x(), found.y(), found.width(), found.height())
    }

    #[test]
    fn settings_say_where_a_text_lies() {
        let text = "twenty letters, this";
        assert_eq!(region("", text), (3_500, 9_000, 3_000, 1_000));
        assert_eq!(region("", "<i>two</i>\nlines").1, 8_400);
        assert_eq!(region("line:0", text), (3_500, 0, 3_000, 600));
        assert_eq!(region("line:-1", text).1, 9_400);
        assert_eq!(region("line:-3", text).1, 8_200);
        assert_eq!(region("line:40%,center", text).1, 3_700);
        assert_eq!(region("line:100%", text).1, 9_400);
        assert_eq!(region("align:start", text).0, 0);
        assert_eq!(region("align:end", text).0, 7_000);
        assert_eq!(region("position:30%,line-left", text).0, 3_000);
        assert_eq!(region("vertical:rl", text), (9_400, 0, 600, FULL));
        assert_eq!(
            region("line:x position:-5% align:odd", text),
            region("", text)
        );
    }

    #[test]
    fn a_cue_is_put_at_a_height_and_keeps_the_rest() {
        let cue = Cue {
            identifier: None,
            start_ms: 0,
            end_ms: 1,
            settings: "align:start line:-1 position:10%".into(),
            text: "x".into(),
        };
        let moved = cue.at_height(1_250);
        assert_eq!(moved.settings, "line:12.5% align:start position:10%");
        assert_eq!((moved.region().x(), moved.region().y()), (1_000, 1_250));
    }
}
