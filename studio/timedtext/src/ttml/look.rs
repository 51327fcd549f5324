//! What styles and regions say that other formats can say too.

use studio_timeline::FULL;

use super::clock::Clock;
use crate::place::share;

/// Look and place, each absent where nothing was said.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Look {
    italic: Option<bool>,
    bold: Option<bool>,
    underline: Option<bool>,
    /// Lines begin (-1), centre (0) or end (1) together.
    align: Option<i8>,
    /// Text at the region's upper edge (-1), middle (0) or lower edge (1).
    display: Option<i8>,
    /// Ten-thousandths of the frame.
    origin: Option<(u16, u16)>,
    extent: Option<(u16, u16)>,
}

impl Look {
    pub(super) fn read(attributes: &[(String, String)], clock: &Clock) -> Self {
        let mut look = Self::default();
        for (name, value) in attributes {
            let value = value.trim();
            match name.as_str() {
                "fontStyle" => look.italic = Some(matches!(value, "italic" | "oblique")),
                "fontWeight" => look.bold = Some(value == "bold"),
                "textDecoration" => {
                    look.underline = Some(value.split(' ').any(|way| way == "underline"));
                }
                "textAlign" => look.align = edge(value),
                "displayAlign" => look.display = edge(value),
                "origin" => look.origin = lengths(value, clock),
                "extent" => look.extent = lengths(value, clock),
                _ => {}
            }
        }
        look
    }

    /// This look where `over` says nothing.
    pub(super) fn under(self, over: Self) -> Self {
        Self {
            italic: over.italic.or(self.italic),
            bold: over.bold.or(self.bold),
            underline: over.underline.or(self.underline),
            align: over.align.or(self.align),
            display: over.display.or(self.display),
            origin: over.origin.or(self.origin),
            extent: over.extent.or(self.extent),
        }
    }

    /// Opens the tags that are new against the text around; gives those that close them again.
    pub(super) fn open_tags(self, parent: Self, inside: bool, text: &mut String) -> String {
        let mut closing = String::new();
        let looks = [
            ("i", self.italic, parent.italic),
            ("b", self.bold, parent.bold),
            ("u", self.underline, parent.underline),
        ];
        for (tag, own, around) in looks {
            if own == Some(true) && !(inside && around == Some(true)) {
                text.extend(["<", tag, ">"]);
                closing.insert_str(0, &format!("</{tag}>"));
            }
        }
        closing
    }

    /// As cue settings.
    pub(super) fn settings(self) -> String {
        let mut settings = Vec::new();
        if let (Some((x, y)), Some((width, height))) = (self.origin, self.extent) {
            let edge = self.display.unwrap_or(-1);
            let line = match edge {
                -1 => share(y),
                0 => format!("{},center", share(y.saturating_add(height / 2).min(FULL))),
                _ => format!("{},end", share(y.saturating_add(height).min(FULL))),
            };
            settings.push(format!("line:{line}"));
            let position = match self.align.unwrap_or(-1) {
                -1 => x,
                0 => x.saturating_add(width / 2),
                _ => x.saturating_add(width),
            };
            settings.push(format!("position:{}", share(position.min(FULL))));
            settings.push(format!("size:{}", share(width.min(FULL))));
        }
        match self.align {
            Some(-1) => settings.push("align:start".to_owned()),
            Some(1) => settings.push("align:end".to_owned()),
            // Lines begin together where nothing is said, but then there is no place either.
            None if !settings.is_empty() => settings.push("align:start".to_owned()),
            _ => {}
        }
        settings.join(" ")
    }
}

fn edge(value: &str) -> Option<i8> {
    match value {
        "start" | "left" | "before" => Some(-1),
        "center" | "justify" => Some(0),
        "end" | "right" | "after" => Some(1),
        _ => None,
    }
}

/// Two lengths in ten-thousandths of the frame, from percent, cells or pixels.
fn lengths(value: &str, clock: &Clock) -> Option<(u16, u16)> {
    let (x, y) = value.split_once(char::is_whitespace)?;
    let one = |text: &str, cells: f64, pixels: Option<f64>| {
        let at = text.find(|c: char| c.is_ascii_alphabetic() || c == '%')?;
        let length: f64 = text[..at].parse().ok()?;
        let fraction = match &text[at..] {
            "%" => length / 100.0,
            "c" => length / cells,
            "px" => length / pixels?,
            _ => return None,
        };
        Some((fraction.clamp(0.0, 1.0) * f64::from(FULL)).round() as u16)
    };
    let (across, down) = clock.pixels.unzip();
    one(x, clock.cells.0, across).zip(one(y.trim(), clock.cells.1, down))
}
