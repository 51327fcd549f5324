//! TTML and its profile IMSC 1 (<https://www.w3.org/TR/ttml-imsc1.1/>): text, times, places, and the three
//! looks that other formats have too. Nothing outside of the file is opened and no entity of its own is
//! expanded.

mod clock;
mod look;
mod write;

use std::collections::HashMap;

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::cue::Cue;
use crate::error::{Problem, Warnings};
use crate::limits::{MAX_LINE_BYTES, MAX_XML_DEPTH};
use crate::parse::join;
use clock::Clock;
use look::Look;

/// Whether the text is an XML document whose root is `tt`.
pub(crate) fn has_signature(text: &str) -> bool {
    let start = text.trim_start();
    let Some(at) = start.find("<tt").filter(|_| start.starts_with('<')) else {
        let prefixed = start.starts_with('<') && start.contains(":tt ");
        return prefixed && start.contains("http://www.w3.org/ns/ttml");
    };
    start[at + 3..].starts_with([' ', '>', ':', '\n', '\t'])
}

/// Reads the cues, each with the line it ends on. What follows a mistake in the XML is lost, and said so.
pub(crate) fn read(text: &str, warnings: &mut Warnings) -> Vec<(usize, Cue)> {
    let mut reader = Reader::from_str(text);
    let mut document = Document::default();
    let mut lines = Lines::default();
    loop {
        let event = reader.read_event();
        let line = lines.at(text, reader.buffer_position());
        let going_on = match event {
            Ok(Event::Eof) => break,
            Ok(event) => document.take(event, line, warnings),
            Err(_) => false,
        };
        if !going_on {
            warnings.add(line, Problem::BrokenXml);
            break;
        }
    }
    document.cues
}

/// Counts lines as the reader goes on.
#[derive(Default)]
struct Lines {
    position: usize,
    ends: usize,
}

impl Lines {
    fn at(&mut self, text: &str, position: u64) -> usize {
        let position = usize::try_from(position)
            .unwrap_or(text.len())
            .min(text.len());
        let passed = text.get(self.position..position).unwrap_or_default();
        self.ends += passed.matches('\n').count();
        self.position = position;
        self.ends + 1
    }
}

#[derive(Default)]
struct Document {
    clock: Clock,
    styles: HashMap<String, Look>,
    regions: HashMap<String, Look>,
    open: Vec<Element>,
    /// The text of the paragraph that is open, in WebVTT's markup.
    text: String,
    cues: Vec<(usize, Cue)>,
}

/// An element that is open, with what it inherits.
#[derive(Debug, Clone, Default)]
struct Element {
    name: String,
    id: Option<String>,
    look: Look,
    region: Option<String>,
    start_ms: u64,
    end_ms: Option<u64>,
    /// Its times, or its parent's, could not be read.
    untimed: Option<Problem>,
    in_paragraph: bool,
    /// Tags that its end closes.
    closing: String,
}

impl Document {
    /// Takes one event; whether to go on.
    fn take(&mut self, event: Event<'_>, line: usize, warnings: &mut Warnings) -> bool {
        match event {
            Event::Start(start) => return self.start(&start),
            Event::Empty(start) => {
                if !self.start(&start) {
                    return false;
                }
                self.end(line, warnings);
            }
            Event::End(_) => self.end(line, warnings),
            Event::Text(text) => self.characters(&text),
            Event::CData(text) => self.characters(&text),
            Event::GeneralRef(name) => {
                let numbered = name.resolve_char_ref().ok().flatten().map(String::from);
                let named = || resolve_predefined_entity(&name).map(str::to_owned);
                match numbered.or_else(named) {
                    Some(meant) => self.characters(&meant),
                    None => warnings.add(line, Problem::UnknownEntity),
                }
            }
            _ => {}
        }
        true
    }

    fn start(&mut self, start: &BytesStart<'_>) -> bool {
        if self.open.len() >= MAX_XML_DEPTH {
            return false;
        }
        let name = start.local_name().as_ref().to_owned();
        let Some(attributes) = attributes(start) else {
            return false;
        };
        if name == "tt" {
            self.clock = Clock::read(&attributes);
        }
        let parent = self.open.last().cloned().unwrap_or_default();
        let mut element = self.child(&parent, name, &attributes);
        if element.in_paragraph {
            element.closing =
                element
                    .look
                    .open_tags(parent.look, parent.in_paragraph, &mut self.text);
        }
        self.open.push(element);
        true
    }

    fn child(&self, parent: &Element, name: String, attributes: &[(String, String)]) -> Element {
        let get = |wanted: &str| {
            let found = attributes.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.as_str())
        };
        let own = Look::read(attributes, &self.clock);
        let referred = get("style").into_iter().flat_map(str::split_whitespace);
        let referred = referred.filter_map(|id| self.styles.get(id)).copied();
        let defines = matches!(name.as_str(), "style" | "region");
        let inherited = if defines {
            Look::default()
        } else {
            parent.look
        };
        let look = referred.fold(inherited, Look::under).under(own);
        let timed = if name == "span" {
            Ok((parent.start_ms, parent.end_ms))
        } else {
            self.clock.times(
                get("begin"),
                get("end"),
                get("dur"),
                (parent.start_ms, parent.end_ms),
            )
        };
        let (start_ms, end_ms) = timed.clone().unwrap_or((parent.start_ms, parent.end_ms));
        let text_inside = matches!(name.as_str(), "span" | "br") && parent.in_paragraph;
        Element {
            id: get("id").map(str::to_owned),
            region: get("region")
                .map(str::to_owned)
                .or_else(|| parent.region.clone()),
            start_ms,
            end_ms,
            untimed: timed.err().or_else(|| parent.untimed.clone()),
            in_paragraph: name == "p" || text_inside,
            closing: String::new(),
            look,
            name,
        }
    }

    fn characters(&mut self, text: &str) {
        if !self.open.last().is_some_and(|element| element.in_paragraph) {
            return;
        }
        for character in text.chars() {
            match character {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '\u{a0}' => self.text.push_str("&nbsp;"),
                space if space.is_whitespace() => {
                    if !self.text.ends_with([' ', '\n']) {
                        self.text.push(' ');
                    }
                }
                control if control.is_control() => {}
                other => self.text.push(other),
            }
        }
    }

    fn end(&mut self, line: usize, warnings: &mut Warnings) {
        let Some(element) = self.open.pop() else {
            return;
        };
        self.text.push_str(&element.closing);
        match (element.name.as_str(), self.open.last_mut()) {
            ("br", _) if element.in_paragraph => self.text.push('\n'),
            ("style", Some(parent)) if parent.name == "region" => {
                parent.look = parent.look.under(element.look);
            }
            ("style", _) => self.styles.extend(element.id.map(|id| (id, element.look))),
            ("region", _) => self.regions.extend(element.id.map(|id| (id, element.look))),
            ("p", _) => {
                let cue = self.paragraph(element, line, warnings);
                self.cues.extend(cue.map(|cue| (line, cue)));
            }
            _ => {}
        }
    }

    fn paragraph(&mut self, element: Element, line: usize, warnings: &mut Warnings) -> Option<Cue> {
        let text = std::mem::take(&mut self.text);
        let numbered: Vec<(usize, &str)> = text.lines().map(|text| (line, text.trim())).collect();
        if crate::plain::plain_text(&text).trim().is_empty() {
            // Players of other formats time empty paragraphs to clear the screen.
            return None;
        }
        let times = match (element.untimed, element.end_ms) {
            (Some(problem), _) => Err(problem),
            (None, None) => Err(Problem::UnreadableTime),
            (None, Some(end)) if end <= element.start_ms => Err(Problem::Reversed),
            (None, Some(end)) => Ok((element.start_ms, end)),
        };
        let (start_ms, end_ms) = times.map_err(|problem| warnings.add(line, problem)).ok()?;
        if text.len() > MAX_LINE_BYTES {
            warnings.add(line, Problem::LongText);
            return None;
        }
        let region = element.region.and_then(|id| self.regions.get(&id));
        let look = region.copied().unwrap_or_default().under(element.look);
        Some(Cue {
            identifier: element.id.filter(|id| !id.is_empty()),
            start_ms,
            end_ms,
            settings: look.settings(),
            text: join(&numbered, warnings)?,
        })
    }
}

/// Names without their prefixes, and values; nothing where they are no attributes.
fn attributes(start: &BytesStart<'_>) -> Option<Vec<(String, String)>> {
    start
        .attributes()
        .map(|attribute| {
            let attribute = attribute.ok()?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
            let name = attribute.key.local_name().as_ref().to_owned();
            Some((name, value.into_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests;
