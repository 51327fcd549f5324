//! SRT's markup, borrowed from HTML and from `SubStation`, turned into WebVTT's.

/// Tags both formats know.
const SHARED: [char; 3] = ['i', 'b', 'u'];

/// Character references WebVTT knows; an `&` before anything else is text.
const REFERENCES: [&str; 6] = ["&amp;", "&lt;", "&gt;", "&nbsp;", "&lrm;", "&rlm;"];

/// The text in WebVTT's markup and the cue settings its overrides ask for.
///
/// `<i>`, `<b>` and `<u>` are kept and closed; `<font>` and any other HTML-like tag is left out with its
/// content kept; `{\an7}` to `{\an9}` move the cue to the top; other `{\...}` overrides are left out; `<`,
/// `>` and `&` that are text are escaped.
pub(crate) fn from_srt(text: &str) -> (String, &'static str) {
    let mut output = Output::default();
    let mut top = false;
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if let Some(inside) = block(rest, "{\\", '}') {
            top |= ["an7", "an8", "an9"]
                .iter()
                .any(|place| inside.contains(place));
            rest = &rest[inside.len() + 3..];
        } else if let Some(inside) = block(rest, "<", '>').filter(|inside| is_tag(inside)) {
            output.tag(inside);
            rest = &rest[inside.len() + 2..];
        } else if let Some(reference) = REFERENCES.iter().find(|known| rest.starts_with(**known)) {
            output.text.push_str(reference);
            rest = &rest[reference.len()..];
        } else {
            output.character(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    (
        without_empty_lines(&output.finish()),
        if top { "line:0" } else { "" },
    )
}

/// What stands between `open` and `close` at the start of `text`, on one line.
fn block<'a>(text: &'a str, open: &str, close: char) -> Option<&'a str> {
    let inside = text.strip_prefix(open)?;
    let end = inside.find([close, '\n'])?;
    inside[end..].starts_with(close).then(|| &inside[..end])
}

/// Whether `<inside>` is meant as a tag: a letter follows the `<` or the `</`.
fn is_tag(inside: &str) -> bool {
    inside
        .trim_start_matches('/')
        .starts_with(|first: char| first.is_ascii_alphabetic())
}

/// Removing tags can leave lines empty, and an empty line would end the cue.
fn without_empty_lines(text: &str) -> String {
    let plain = |line: &&str| !line.trim().is_empty();
    text.lines()
        .map(str::trim_end)
        .filter(plain)
        .collect::<Vec<_>>()
        .join("\n")
}

#[derive(Default)]
struct Output {
    text: String,
    open: Vec<char>,
}

impl Output {
    fn tag(&mut self, inside: &str) {
        let name = inside.trim_start_matches('/').trim().to_ascii_lowercase();
        let Some(shared) = SHARED
            .into_iter()
            .find(|tag| name.strip_prefix(*tag) == Some(""))
        else {
            return;
        };
        if inside.starts_with('/') {
            self.close(shared);
        } else if !self.open.contains(&shared) {
            self.open.push(shared);
            self.text.extend(['<', shared, '>']);
        }
    }

    /// Closes `tag`, and what was opened inside it first, as WebVTT nests strictly; those open again.
    fn close(&mut self, tag: char) {
        let Some(at) = self.open.iter().position(|open| *open == tag) else {
            return;
        };
        let inner = self.open.split_off(at + 1);
        self.open.pop();
        for open in inner.iter().rev().chain([&tag]) {
            self.text.extend(['<', '/', *open, '>']);
        }
        for open in inner {
            self.open.push(open);
            self.text.extend(['<', open, '>']);
        }
    }

    fn character(&mut self, character: char) {
        match character {
            '&' => self.text.push_str("&amp;"),
            '<' => self.text.push_str("&lt;"),
            '>' => self.text.push_str("&gt;"),
            _ => self.text.push(character),
        }
    }

    fn finish(mut self) -> String {
        let has_content = {
            let bare = SHARED.iter().fold(self.text.clone(), |text, tag| {
                text.replace(&format!("<{tag}>"), "")
                    .replace(&format!("</{tag}>"), "")
            });
            !bare.trim().is_empty()
        };
        if !has_content {
            return String::new();
        }
        while let Some(open) = self.open.pop() {
            self.text.extend(['<', '/', open, '>']);
        }
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_mapped_stripped_or_escaped() {
        let cases = [
            ("<i>Hi</i> <B>there</B>", "<i>Hi</i> <b>there</b>"),
            ("<font color=\"#ff0\">Hi</font>", "Hi"),
            ("<i>open", "<i>open</i>"),
            ("no</i> opening", "no opening"),
            ("<i>a<b>b</i>c</b>", "<i>a<b>b</b></i><b>c</b>"),
            ("1 < 2 & 3 > 2", "1 &lt; 2 &amp; 3 &gt; 2"),
            ("&lt;kept&gt; &nbsp;", "&lt;kept&gt; &nbsp;"),
            ("<3 you", "&lt;3 you"),
            ("a --> b", "a --&gt; b"),
            ("<i></i>", ""),
            ("<font>\n</font>two", "two"),
        ];
        for (from, to) in cases {
            assert_eq!(from_srt(from), (to.to_owned(), ""), "{from}");
        }
    }

    #[test]
    fn a_place_at_the_top_becomes_a_setting() {
        assert_eq!(from_srt("{\\an8}Up here"), ("Up here".to_owned(), "line:0"));
        assert_eq!(from_srt("{\\an2}{\\pos(1,2)}Down"), ("Down".to_owned(), ""));
        assert_eq!(
            from_srt("{not an override}"),
            ("{not an override}".to_owned(), "")
        );
    }
}
