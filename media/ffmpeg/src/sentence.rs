//! One plain sentence from what a tool said as it failed.

/// What a tool says, and what a person can do with it. The first that matches is told.
const KNOWN: [(&str, &str); 11] = [
    (
        "No space left on device",
        "the disk is full; free some space and try again",
    ),
    (
        "Cannot allocate memory",
        "it needed more memory than it may use",
    ),
    (
        "moov atom not found",
        "the file ends before its index; it was probably cut off in copying; upload it again",
    ),
    (
        "Format not on whitelist",
        "this kind of file is not accepted: only plain media files are",
    ),
    (
        "not on whitelist",
        "the file asks for other files or addresses to be opened, which is not allowed",
    ),
    (
        "Unknown encoder",
        "this build of ffmpeg lacks an encoder that is needed",
    ),
    (
        "No such filter",
        "this build of ffmpeg lacks a filter that is needed",
    ),
    (
        "does not contain any stream",
        "the file holds nothing that can be played",
    ),
    (
        "Invalid data found when processing input",
        "this is not a media file that can be read, or it is damaged",
    ),
    (
        "Permission denied",
        "a file could not be opened because of its permissions",
    ),
    (
        "No such file or directory",
        "a file that is needed is not there",
    ),
];

/// Longest sentence made of a line that is not known.
const LONGEST: usize = 240;

/// Turns the end of a tool's standard error into one sentence without a full stop.
pub fn plain_sentence(stderr_tail: &str) -> String {
    if let Some((_, plain)) = KNOWN.iter().find(|(said, _)| stderr_tail.contains(said)) {
        return (*plain).to_owned();
    }
    let last = stderr_tail
        .lines()
        .map(without_origin)
        .rfind(|line| !line.is_empty());
    match last {
        Some(line) => line.trim_end_matches('.').chars().take(LONGEST).collect(),
        None => "it gave no reason".to_owned(),
    }
}

/// The line without its `[mov @ 0x55d1]` origins.
fn without_origin(line: &str) -> &str {
    let mut rest = line.trim();
    while let Some((_, after)) = rest
        .strip_prefix('[')
        .and_then(|inner| inner.split_once(']'))
    {
        rest = after.trim_start();
    }
    rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_reasons_are_told_plainly() {
        let cut_off =
            "[mov @ 0x1] moov atom not found\nfile:/x: Invalid data found when processing input\n";
        assert!(plain_sentence(cut_off).contains("cut off in copying"));
        let script = "[concat @ 0x1] Format not on whitelist 'mov'\nInvalid argument\n";
        assert!(plain_sentence(script).contains("not accepted"));
    }

    #[test]
    fn an_unknown_reason_is_the_last_line_without_its_origin() {
        assert_eq!(
            plain_sentence("first\n[a @ 0x1] [b @ 0x2] odd frame size.\n\n"),
            "odd frame size"
        );
        assert_eq!(plain_sentence("\n \n"), "it gave no reason");
    }

    proptest! {
        #[test]
        fn any_text_gives_one_bounded_line(text in ".{0,2000}") {
            let sentence = plain_sentence(&text);
            prop_assert!(!sentence.is_empty());
            prop_assert!(sentence.chars().count() <= LONGEST);
            prop_assert!(!sentence.contains('\n'));
        }
    }
}
