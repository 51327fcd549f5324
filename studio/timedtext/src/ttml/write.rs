//! IMSC 1.1 text profile out.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use quick_xml::escape::escape;
use studio_timeline::{FULL, Region};

use crate::cue::{Cue, Cues};
use crate::place::{Edge, Placement};
use crate::plain::{Piece, meant, pieces};
use crate::time::format;

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" xmlns:tts="http://www.w3.org/ns/ttml#styling" ttp:contentProfiles="http://www.w3.org/ns/ttml/profile/imsc1.1/text" ttp:cellResolution="32 15""#;

/// A region of the document: where, and to which edges the text is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    region: Region,
    display: &'static str,
    align: &'static str,
}

impl Cues {
    /// The cues as one IMSC 1.1 text document in a language. Each place that cues have becomes a region.
    pub fn to_imsc1(&self, language: &str) -> String {
        let places: Vec<Place> = self.cues.iter().map(place).collect();
        let mut regions = BTreeMap::new();
        for place in &places {
            let next = regions.len();
            regions.entry(*place).or_insert(next);
        }
        let mut text = format!("{HEAD} xml:lang=\"{}\">\n", escape(language));
        text.push_str("  <head>\n    <layout>\n");
        for (place, number) in &regions {
            text.push_str(&place.element(*number));
        }
        text.push_str("    </layout>\n  </head>\n  <body>\n    <div>\n");
        for (cue, place) in self.cues.iter().zip(&places) {
            let (start, end) = (format(cue.start_ms), format(cue.end_ms));
            let (region, inside) = (regions[place], content(&cue.text));
            let _ = writeln!(
                text,
                "      <p begin=\"{start}\" end=\"{end}\" region=\"r{region}\">{inside}</p>"
            );
        }
        text.push_str("    </div>\n  </body>\n</tt>\n");
        text
    }
}

impl Place {
    fn element(&self, number: usize) -> String {
        let percent = |units: u16| f64::from(units) / 100.0;
        let Self {
            region,
            display,
            align,
        } = self;
        format!(
            "      <region xml:id=\"r{number}\" tts:origin=\"{}% {}%\" tts:extent=\"{}% {}%\" tts:displayAlign=\"{display}\" tts:textAlign=\"{align}\"/>\n",
            percent(region.x()),
            percent(region.y()),
            percent(region.width()),
            percent(region.height()),
        )
    }
}

/// The edge that the cue's settings name stays where it is, so that letters of another size move the
/// others only.
fn place(cue: &Cue) -> Place {
    let settings = Placement::read(&cue.settings);
    let (y, bottom, display) = match settings.line {
        None => (0, FULL - 500, "after"),
        Some((Edge::Start, at)) => (at.min(FULL - 100), FULL, "before"),
        Some((Edge::Middle, at)) => {
            let half = at.min(FULL - at).max(300);
            (at.saturating_sub(half), (at + half).min(FULL), "center")
        }
        Some((Edge::End, at)) => (0, at.max(100), "after"),
    };
    let at = settings.position.1;
    let (x, right) = match settings.position.0 {
        Edge::Start => (at.min(FULL - 100), FULL),
        Edge::Middle => {
            let half = at.min(FULL - at).max(300);
            (at.saturating_sub(half), (at + half).min(FULL))
        }
        Edge::End => (0, at.max(100)),
    };
    let region = Region::new(x, y, right - x, bottom - y);
    Place {
        region: region.expect("both edges are inside the frame and apart"),
        display,
        align: match settings.align {
            Edge::Start => "start",
            Edge::Middle => "center",
            Edge::End => "end",
        },
    }
}

/// A cue's text as the inside of a paragraph.
fn content(text: &str) -> String {
    let mut inside = String::new();
    // For each tag that is open, whether it became a span.
    let mut open: Vec<bool> = Vec::new();
    for piece in pieces(text) {
        match piece {
            Piece::Tag(tag) if tag.starts_with('/') => {
                if open.pop() == Some(true) {
                    inside.push_str("</span>");
                }
            }
            // A time inside a text opens nothing.
            Piece::Tag(tag) if tag.starts_with(|c: char| c.is_ascii_digit()) => {}
            Piece::Tag(tag) => {
                let look = look(tag);
                if let Some(look) = look {
                    let _ = write!(inside, "<span {look}>");
                }
                open.push(look.is_some());
            }
            Piece::Reference(reference) => inside.push_str(&escape(meant(reference))),
            Piece::Text(text) => inside.push_str(&escape(text).replace('\n', "<br/>")),
        }
    }
    for _ in open.iter().filter(|span| **span) {
        inside.push_str("</span>");
    }
    inside
}

fn look(tag: &str) -> Option<&'static str> {
    match tag.split(['.', ' ']).next()? {
        "i" => Some("tts:fontStyle=\"italic\""),
        "b" => Some("tts:fontWeight=\"bold\""),
        "u" => Some("tts:textDecoration=\"underline\""),
        _ => None,
    }
}
