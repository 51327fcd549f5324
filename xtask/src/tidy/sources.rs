//! Rules for one source file: its header, its length, and words that mean it is unfinished.

use super::complaint::Complaint;
use super::limits::MAX_FILE_LINES;
use super::text::{extension, has_word};

/// Written in two parts, or this file would complain of itself.
const UNFINISHED: [&str; 4] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("unimplem", "ented!"),
    concat!("to", "do!"),
];

pub(super) fn check(path: &str, source: &str) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    if extension(path) == "rs" && !source.starts_with("//! ") {
        let remedy = "begin it with `//! ` and a sentence that says what it is for";
        complaints.push(Complaint::new(path, "does not begin with a header comment", remedy).at(1));
    }
    if path == "mod.rs" || path.ends_with("/mod.rs") {
        let remedy = "name it after its module, beside the module's folder";
        complaints.push(Complaint::new(path, "is a mod.rs", remedy));
    }
    let lines = source.lines().count();
    if lines > MAX_FILE_LINES {
        let wrong = format!("has {lines} lines, more than {MAX_FILE_LINES}");
        complaints.push(Complaint::new(
            path,
            wrong,
            "divide it along the journey it describes",
        ));
    }
    for (index, line) in source.lines().enumerate() {
        for word in UNFINISHED.into_iter().filter(|word| has_word(line, word)) {
            let remedy = "finish it, or leave it out";
            let wrong = format!("says {word}");
            complaints.push(Complaint::new(path, wrong, remedy).at(index + 1));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(path: &str, source: &str) -> Vec<String> {
        check(path, source)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_rust_file_needs_a_header() {
        assert_eq!(
            complaints("a.rs", "//! What it is.\n"),
            Vec::<String>::new()
        );
        assert!(complaints("a.rs", "fn a() {}\n")[0].starts_with("a.rs:1: does not begin"));
        assert!(complaints("a.rs", "//!\n").len() == 1);
        assert_eq!(complaints("a.ts", "let a = 1\n"), Vec::<String>::new());
    }

    #[test]
    fn a_module_is_not_named_mod() {
        assert!(complaints("a/mod.rs", "//! A.\n")[0].starts_with("a/mod.rs: is a mod.rs"));
        assert!(complaints("a/model.rs", "//! A.\n").is_empty());
    }

    #[test]
    fn a_long_file_is_named_with_its_length() {
        let long = "\n".repeat(501);
        assert!(complaints("a.ts", &long)[0].contains("has 501 lines, more than 500"));
        assert!(complaints("a.ts", &"\n".repeat(500)).is_empty());
    }

    #[test]
    fn unfinished_work_is_found_on_its_line() {
        let source = format!(
            "//! A.\n// {}: later\nlet {}list = 1;\n",
            UNFINISHED[0], "todo_"
        );
        let found = complaints("a.rs", &source);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("a.rs:2: says"));
        assert_eq!(
            complaints("a.rs", &format!("//! A.\nfn a() {{ {}() }}", UNFINISHED[3])).len(),
            1
        );
    }
}
