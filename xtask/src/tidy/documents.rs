//! Paths named in documents exist, so that a rename shows itself.

use super::complaint::Complaint;
use super::text::{code_spans, extension};
use super::tree::Tree;

const DOCUMENTS: [&str; 4] = [
    "README.md",
    "ARCHITECTURE.md",
    "STYLE.md",
    "CONTRIBUTING.md",
];
const ENDINGS: [&str; 10] = [
    ".rs", ".toml", ".md", ".ts", ".svelte", ".json", ".yml", ".sh", ".mpd", ".m3u8",
];

/// A name that documents forbid, and that is therefore never there.
const FORBIDDEN_NAME: &str = "mod.rs";

/// Made by building or running, or another file of the user's.
const NOT_IN_THE_TREE: [&str; 4] = ["target/", "dist/", "node_modules/", "data/"];

pub(super) fn check(tree: &Tree) -> anyhow::Result<Vec<Complaint>> {
    let is_document = |path: &&str| {
        DOCUMENTS.contains(path) || (path.starts_with("docs/") && extension(path) == "md")
    };
    let mut complaints = Vec::new();
    for path in tree.files().filter(is_document) {
        complaints.extend(check_document(path, &tree.text(path)?, tree));
    }
    Ok(complaints)
}

fn check_document(path: &str, text: &str, tree: &Tree) -> Vec<Complaint> {
    let gone = code_spans(text)
        .into_iter()
        .filter(|(_, span)| is_gone(path, span, tree));
    gone.map(|(line, span)| {
        let wrong = format!("names `{span}`, which does not exist");
        Complaint::new(path, wrong, "correct the path, or take the sentence out").at(line)
    })
    .collect()
}

/// Whether a code span is a path of this project and nothing stands there. Much else has a slash or a
/// dot, such as media types and URLs: a path begins with a folder of the tree, or ends as a source does.
fn is_gone(document: &str, span: &str, tree: &Tree) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
    let path = span.trim_start_matches("./");
    if matches!(path, "" | FORBIDDEN_NAME) || path.starts_with('/') || !path.chars().all(plain) {
        return false;
    }
    let top = path.split('/').next().unwrap_or("");
    let ends_as_source = ENDINGS
        .iter()
        .any(|ending| path.ends_with(ending) && path != *ending);
    let is_path = (path.contains('/') && tree.has(top)) || ends_as_source;
    if !is_path || tree.has(path) || NOT_IN_THE_TREE.iter().any(|made| is_made(path, made, tree)) {
        return false;
    }
    let beside = document
        .rsplit_once('/')
        .map(|(folder, _)| format!("{folder}/{path}"));
    let elsewhere = ends_as_source && tree.has_ending(path);
    !elsewhere && !beside.is_some_and(|beside| tree.has(&beside))
}

/// `data/` is both a folder of crates and where a running service keeps its stores: what is named
/// below a crate's folder is looked for, the rest is the service's.
fn is_made(path: &str, made: &str, tree: &Tree) -> bool {
    let below = path
        .strip_prefix(made)
        .and_then(|rest| rest.split('/').next());
    below.is_some_and(|first| !tree.has(&format!("{made}{first}")))
        && !ENDINGS.iter().any(|ending| path.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gone(text: &str) -> Vec<String> {
        let tree = Tree::of(&[
            "media/manifest/src/lib.rs",
            "docs/a.md",
            "docs/b.md",
            "layers.toml",
        ]);
        let complaints = check_document("docs/a.md", text, &tree);
        complaints.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_exists_is_fine_however_it_is_named() {
        let text =
            "`media/manifest`, `media/manifest/`, `./layers.toml`, `lib.rs`, `src/lib.rs`, `b.md`";
        assert_eq!(gone(text), Vec::<String>::new());
    }

    #[test]
    fn what_is_no_path_is_left_alone() {
        let text =
            "`video/mp4`, `/healthz`, `a::b`, `<hash>.mp4`, `media-manifest`, `target/x`, `a b.md`";
        assert_eq!(gone(text), Vec::<String>::new());
    }

    #[test]
    fn what_is_gone_is_named_with_its_line() {
        assert!(gone("\n`media/old`")[0].starts_with("docs/a.md:2: names `media/old`"));
        for span in ["`old.rs`", "`media/manifest/src/old.rs`", "`layer.toml`"] {
            assert_eq!(gone(span).len(), 1, "{span}");
        }
    }
}
