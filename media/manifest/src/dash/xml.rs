//! XML as a small tree, bounded in depth and size. Namespaces' prefixes are dropped from element names.

use std::borrow::Cow;
use std::fmt::Write as _;

use quick_xml::XmlVersion;
use quick_xml::escape::{escape, resolve_predefined_entity};
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::error::MpdError;
use crate::limits::{MAX_LIST, MAX_TEXT_BYTES, MAX_XML_DEPTH, MAX_XML_ELEMENTS};

/// One element.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Element>,
    pub(super) text: String,
}

impl Element {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers pass numbers and references alike"
    )]
    pub(super) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.attributes.push((name.to_owned(), value.to_string()));
        self
    }

    pub(super) fn with_if(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    pub(super) fn with_text(mut self, text: &str) -> Self {
        text.clone_into(&mut self.text);
        self
    }

    pub(super) fn with_child(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    pub(super) fn with_children(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children);
        self
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The document with this root, indented by two spaces.
    pub(super) fn to_document(&self) -> String {
        let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        self.write(&mut text, 0);
        text
    }

    fn write(&self, text: &mut String, depth: usize) {
        let indent = "  ".repeat(depth);
        let _ = write!(text, "{indent}<{}", self.name);
        for (name, value) in &self.attributes {
            let _ = write!(text, " {name}=\"{}\"", escape(allowed(value)));
        }
        if self.children.is_empty() && self.text.is_empty() {
            text.push_str("/>\n");
        } else if self.children.is_empty() {
            let _ = writeln!(text, ">{}</{}>", escape(allowed(&self.text)), self.name);
        } else {
            text.push_str(">\n");
            self.children
                .iter()
                .for_each(|child| child.write(text, depth + 1));
            let _ = writeln!(text, "{indent}</{}>", self.name);
        }
    }

    /// Reads a document's root. Document types are refused: nothing here needs entities of one's own.
    pub(super) fn parse(text: &str) -> Result<Self, MpdError> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(MpdError::TooLong);
        }
        let mut tree = Tree::default();
        let mut reader = Reader::from_str(text);
        loop {
            match reader.read_event().map_err(xml_error)? {
                Event::Start(start) => tree.open(&start)?,
                Event::Empty(start) => {
                    tree.open(&start)?;
                    tree.close();
                }
                Event::End(_) => tree.close(),
                Event::Text(text) => tree.text(&text),
                Event::CData(text) => tree.text(&text),
                Event::GeneralRef(name) => {
                    let character = name.resolve_char_ref().map_err(xml_error)?;
                    tree.text(&entity(&name, character)?);
                }
                Event::DocType(_) => return Err(MpdError::Unsupported("a document type")),
                Event::Eof => return tree.finish(),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
    }
}

/// Drops the characters XML 1.0 has no way to write.
fn allowed(text: &str) -> Cow<'_, str> {
    let fine = |c: char| {
        matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'))
    };
    if text.chars().all(fine) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().filter(|c| fine(*c)).collect())
    }
}

fn entity(name: &str, character: Option<char>) -> Result<String, MpdError> {
    let known = character.map(String::from);
    let known = known.or_else(|| resolve_predefined_entity(name).map(str::to_owned));
    known.ok_or_else(|| MpdError::Xml(format!("the entity {name} is not known")))
}

fn xml_error(error: impl std::fmt::Display) -> MpdError {
    MpdError::Xml(error.to_string())
}

#[derive(Debug, Default)]
struct Tree {
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

impl Tree {
    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), MpdError> {
        self.elements += 1;
        if self.open.len() == MAX_XML_DEPTH || self.elements > MAX_XML_ELEMENTS {
            return Err(MpdError::TooLong);
        }
        let mut element = Element::new(start.local_name().as_ref());
        for attribute in start.attributes() {
            let attribute = attribute.map_err(xml_error)?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(xml_error)?;
            if element.attributes.len() == MAX_LIST {
                return Err(MpdError::TooLong);
            }
            element
                .attributes
                .push((attribute.key.as_ref().to_owned(), value.into_owned()));
        }
        self.open.push(element);
        Ok(())
    }

    fn close(&mut self) {
        let Some(mut element) = self.open.pop() else {
            return;
        };
        element.text = String::from(element.text.trim());
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = self.root.take().or(Some(element)),
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(element) = self.open.last_mut() {
            element.text.push_str(text);
        }
    }

    fn finish(self) -> Result<Element, MpdError> {
        if self.open.is_empty() {
            self.root.ok_or(MpdError::NotAnMpd)
        } else {
            Err(MpdError::Xml(
                "the document ends inside an element".to_owned(),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_value_survives_writing_and_reading(value in "[^\\p{C}]*", text in "[^\\p{C}]*") {
            let element = Element::new("A").with("b", &value)
                .with_child(Element::new("C").with_text(text.trim()));
            let read = Element::parse(&element.to_document()).unwrap();
            prop_assert_eq!(read.get("b"), Some(value.as_str()));
            prop_assert_eq!(&read.child("C").unwrap().text, text.trim());
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "([<>/&;=\"'!?a-c #-]|\\[|\\]|.)*") {
            if let Ok(root) = Element::parse(&text) {
                prop_assert!(!root.name.is_empty() || text.contains('<'));
            }
        }
    }

    #[test]
    fn deep_and_hostile_documents_are_refused() {
        let deep = "<a>".repeat(MAX_XML_DEPTH + 1);
        assert_eq!(Element::parse(&deep), Err(MpdError::TooLong));
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\">]><a>&b;</a>";
        assert_eq!(
            Element::parse(bomb),
            Err(MpdError::Unsupported("a document type"))
        );
        assert!(matches!(
            Element::parse("<a>&b;</a>"),
            Err(MpdError::Xml(_))
        ));
        assert!(matches!(
            Element::parse("<a><b></a>"),
            Err(MpdError::Xml(_))
        ));
        assert_eq!(Element::parse(""), Err(MpdError::NotAnMpd));
    }
}
