//! The files of the project, as git sees them: tracked, or new and not ignored.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use super::complaint::Complaint;

const SOURCES: [&str; 5] = [".rs", ".ts", ".svelte", ".js", ".mjs"];

/// The project's files. Paths are relative to its root, with `/`.
#[derive(Debug)]
pub(super) struct Tree {
    root: PathBuf,
    files: BTreeSet<String>,
    tracked: BTreeSet<String>,
}

impl Tree {
    pub(super) fn read(root: &Path) -> anyhow::Result<Self> {
        let tracked = git_files(root, &["--cached"])?;
        let mut files = git_files(root, &["--cached", "--others", "--exclude-standard"])?;
        // A file deleted and not yet committed is still listed.
        files.retain(|path| root.join(path).is_file());
        Ok(Self {
            root: root.to_owned(),
            files,
            tracked,
        })
    }

    /// A tree of these files, for tests.
    #[cfg(test)]
    pub(super) fn of(files: &[&str]) -> Self {
        let files: BTreeSet<_> = files.iter().map(ToString::to_string).collect();
        Self {
            root: PathBuf::new(),
            tracked: files.clone(),
            files,
        }
    }

    pub(super) fn text(&self, path: &str) -> anyhow::Result<String> {
        std::fs::read_to_string(self.root.join(path)).with_context(|| format!("reading {path}"))
    }

    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(String::as_str)
    }

    pub(super) fn sources(&self) -> impl Iterator<Item = &str> {
        self.files()
            .filter(|path| SOURCES.iter().any(|ending| path.ends_with(ending)))
    }

    /// Whether a file or folder of that name is there.
    pub(super) fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let folder = format!("{path}/");
        let after = self.files.range(folder.clone()..).next();
        self.files.contains(path) || after.is_some_and(|file| file.starts_with(&folder))
    }

    /// Whether some file's path ends with these components.
    pub(super) fn has_ending(&self, path: &str) -> bool {
        let ending = format!("/{path}");
        self.files()
            .any(|file| file == path || file.ends_with(&ending))
    }

    pub(super) fn tracked_that_should_not_be(&self) -> Vec<Complaint> {
        let unwanted = |path: &&String| {
            path.split('/')
                .any(|part| matches!(part, "node_modules" | "target" | "dist"))
        };
        let complain = |path: &String| {
            let remedy = "take it out with `git rm --cached` and name its folder in .gitignore";
            Complaint::new(
                path,
                "is made or fetched, and must not be committed",
                remedy,
            )
        };
        self.tracked
            .iter()
            .filter(unwanted)
            .take(5)
            .map(complain)
            .collect()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "git is asked, at development time only"
)]
fn git_files(root: &Path, which: &[&str]) -> anyhow::Result<BTreeSet<String>> {
    let mut command = Command::new("git");
    let output = command
        .current_dir(root)
        .arg("ls-files")
        .arg("-z")
        .args(which)
        .output();
    let output = output.context("running git ls-files")?;
    anyhow::ensure!(
        output.status.success(),
        "git ls-files failed in {}",
        root.display()
    );
    let text = String::from_utf8(output.stdout).context("a file's name is not UTF-8")?;
    Ok(text.split_terminator('\0').map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_found_by_their_files() {
        let tree = Tree::of(&["data/engine/src/lib.rs", "data-x", "run"]);
        for there in [
            "data",
            "data/",
            "data/engine",
            "run",
            "data/engine/src/lib.rs",
        ] {
            assert!(tree.has(there), "{there}");
        }
        for missing in ["dat", "data/eng", "run/x", "x"] {
            assert!(!tree.has(missing), "{missing}");
        }
        assert!(tree.has_ending("src/lib.rs") && !tree.has_ending("rc/lib.rs"));
    }

    #[test]
    fn fetched_folders_must_not_be_tracked() {
        let tree = Tree::of(&["client/web/node_modules/a/b.js", "client/web/src/a.ts"]);
        let complaints = tree.tracked_that_should_not_be();
        assert_eq!(complaints.len(), 1);
        assert!(
            complaints[0]
                .to_string()
                .starts_with("client/web/node_modules/a/b.js: ")
        );
    }
}
