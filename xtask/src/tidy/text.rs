//! Small readings of text.

/// A file's extension without its dot; empty when it has none.
pub(super) fn extension(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// Whether `word` stands in `line` with no letter, digit or underscore before it, or after it unless it
/// ends with a sign.
pub(super) fn has_word(line: &str, word: &str) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let ends_open = word.ends_with(part_of_word) && after.is_some_and(part_of_word);
        !before.is_some_and(part_of_word) && !ends_open
    })
}

/// What stands between single backticks in a Markdown text, outside fenced blocks, with its line.
pub(super) fn code_spans(text: &str) -> Vec<(usize, &str)> {
    let mut spans = Vec::new();
    let mut fenced = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            let inside = line.split('`').skip(1).step_by(2);
            spans.extend(inside.map(|span| (index + 1, span)));
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole() {
        assert!(has_word("a word.", "word"));
        assert!(!has_word("swords", "word"));
        assert!(!has_word("my_word", "word"));
        assert!(has_word("call!()", "call!"));
        assert!(has_word("word wordy", "word"));
    }

    #[test]
    fn spans_outside_fences_are_found() {
        let text = "see `a/b` and `c`\n```\n`no`\n```\n`d`";
        assert_eq!(code_spans(text), [(1, "a/b"), (1, "c"), (5, "d")]);
    }
}
