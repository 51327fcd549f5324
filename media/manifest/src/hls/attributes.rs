//! Attribute lists: `NAME=value,NAME="quoted value"` (RFC 8216bis section 4.2).

use std::fmt::Write as _;

use crate::limits::MAX_LIST;

/// Attributes of one tag, as read.
#[derive(Debug, Default)]
pub(super) struct Attributes<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Attributes<'a> {
    /// Reads a list; absent when it is malformed or names an attribute twice.
    pub(super) fn parse(mut text: &'a str) -> Option<Self> {
        let mut found = Vec::new();
        while !text.trim().is_empty() {
            let (name, rest) = text.split_once('=')?;
            let name = name.trim();
            let (value, rest) = if let Some(quoted) = rest.strip_prefix('"') {
                quoted.split_once('"')?
            } else {
                rest.split_at(rest.find(',').unwrap_or(rest.len()))
            };
            let known = found.iter().any(|(known, _)| *known == name);
            if name.is_empty() || name.contains(',') || known || found.len() == MAX_LIST {
                return None;
            }
            found.push((name, value.trim()));
            text = rest.trim_start();
            if !text.is_empty() {
                text = text.strip_prefix(',')?;
            }
        }
        Some(Self(found))
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.0
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| *value)
    }

    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    pub(super) fn yes(&self, name: &str) -> bool {
        self.get(name) == Some("YES")
    }
}

/// Writes one tag with its attributes.
#[derive(Debug)]
pub(super) struct TagWriter {
    text: String,
    empty: bool,
}

impl TagWriter {
    pub(super) fn new(tag: &str) -> Self {
        Self {
            text: format!("{tag}:"),
            empty: true,
        }
    }

    /// An attribute that stands without quotes; `value` must be of such a form.
    pub(super) fn bare(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        if !self.empty {
            self.text.push(',');
        }
        self.empty = false;
        let _ = write!(self.text, "{name}={value}");
        self
    }

    pub(super) fn quoted(self, name: &str, value: &str) -> Self {
        let value = quotable(value);
        self.bare(name, format_args!("\"{value}\""))
    }

    pub(super) fn quoted_if(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.quoted(name, value),
            None => self,
        }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// Text fit for quotes. The format knows no escapes, so what a quoted string cannot hold is replaced:
/// `"` by `'`, line ends and other control characters by a space.
fn quotable(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '"' => '\'',
            other if other.is_control() || matches!(other, '\u{2028}' | '\u{2029}') => ' ',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_values_may_hold_commas_and_equals_signs() {
        let list =
            Attributes::parse(r#"BANDWIDTH=1280000,CODECS="avc1.4d,mp4a=1", X=YES"#).unwrap();
        assert_eq!(list.get("CODECS"), Some("avc1.4d,mp4a=1"));
        assert_eq!(list.get("BANDWIDTH"), Some("1280000"));
        assert!(list.yes("X"));
        assert_eq!(list.get("NONE"), None);
    }

    #[test]
    fn malformed_lists_are_refused() {
        for text in ["A", "A=\"b", "A=1,A=2", "=1", "A=\"b\"c", ",A=1"] {
            assert!(Attributes::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_value_cannot_break_out_of_its_quotes() {
        let tag = TagWriter::new("#T")
            .quoted("NAME", "a\",B=1\n#EXT")
            .bare("N", 1)
            .finish();
        assert_eq!(tag, "#T:NAME=\"a',B=1 #EXT\",N=1");
    }
}
