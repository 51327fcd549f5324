//! `WebVTT` cue text without its markup, and its pieces.

/// A piece of cue text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// What stands between `<` and `>`.
    Tag(&'a str),
    /// A character reference with its `&` and `;`.
    Reference(&'a str),
    /// Everything else.
    Text(&'a str),
}

/// The references cue text may have, and what they stand for.
const REFERENCES: [(&str, &str); 6] = [
    ("&amp;", "&"),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&nbsp;", "\u{a0}"),
    ("&lrm;", "\u{200e}"),
    ("&rlm;", "\u{200f}"),
];

/// What a reference stands for; others stand for themselves.
pub(crate) fn meant(reference: &str) -> &str {
    REFERENCES
        .iter()
        .find(|(name, _)| *name == reference)
        .map_or(reference, |(_, meant)| meant)
}

/// The pieces of a cue text, in order. A `<` that nothing closes begins a tag to the end of the text, as
/// in WebVTT's own rules.
pub(crate) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let piece = next(rest)?;
        rest = &rest[piece.1..];
        Some(piece.0)
    })
}

fn next(text: &str) -> Option<(Piece<'_>, usize)> {
    if let Some(inside) = text.strip_prefix('<') {
        let end = inside.find('>');
        let length = end.map_or(text.len(), |end| end + 2);
        return Some((Piece::Tag(&inside[..end.unwrap_or(inside.len())]), length));
    }
    if let Some((name, _)) = REFERENCES.iter().find(|(name, _)| text.starts_with(name)) {
        return Some((Piece::Reference(&text[..name.len()]), name.len()));
    }
    let first = text.chars().next()?.len_utf8();
    let end = text[first..]
        .find(['<', '&'])
        .map_or(text.len(), |at| at + first);
    Some((Piece::Text(&text[..end]), end))
}

/// The text as it is read.
pub(crate) fn plain_text(text: &str) -> String {
    pieces(text)
        .map(|piece| match piece {
            Piece::Tag(_) => "",
            Piece::Reference(reference) => meant(reference),
            Piece::Text(text) => text,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_not_read_aloud() {
        assert_eq!(plain_text("<v Ann>a &lt; b</v> & <c.x>c"), "a < b & c");
        assert_eq!(plain_text("open <i"), "open ");
        assert_eq!(plain_text("&unknown; é&"), "&unknown; é&");
    }
}
