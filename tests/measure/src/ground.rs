//! Where it is measured: a folder on a disk, a machine, versions.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use platform_clock::{SharedClock, SystemClock};
use tempfile::TempDir;

/// What versions of other people's code were built in.
const LOCK: &str = include_str!("../../../Cargo.lock");

/// Kinds of file systems that are no disk.
const IN_MEMORY: [&str; 2] = ["tmpfs", "ramfs"];

/// A folder that goes at the end, and the machine's clock.
#[derive(Debug)]
pub(crate) struct Ground {
    folder: TempDir,
    file_system: String,
    pub(crate) clock: SharedClock,
}

impl Ground {
    /// A new folder where `TMPDIR` says.
    ///
    /// # Errors
    /// When that is in memory: what is measured there says nothing about a disk.
    pub(crate) fn prepare() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("marquee-bench.")
            .tempdir()
            .context("cannot make a folder; set TMPDIR to one that is yours")?;
        let file_system = file_system(folder.path())?;
        if IN_MEMORY.contains(&file_system.as_str()) {
            let path = folder.path().display();
            bail!("{path} is on {file_system}, in memory; set TMPDIR to a folder on a disk");
        }
        Ok(Self {
            folder,
            file_system,
            clock: SystemClock::shared(),
        })
    }

    /// A new folder for one measurement, gone when it is dropped.
    pub(crate) fn folder(&self) -> anyhow::Result<TempDir> {
        Ok(tempfile::tempdir_in(self.folder.path())?)
    }

    /// The machine, its load and versions, a line each.
    pub(crate) fn describe(&self) -> Vec<String> {
        let profile = if cfg!(debug_assertions) {
            "a debug build: its figures mean nothing"
        } else {
            "release build"
        };
        let mut lines = tests_figures::describe();
        lines.extend([
            format!(
                "disk: {} at {}",
                self.file_system,
                self.folder.path().display()
            ),
            format!(
                "marquee {} ({profile}), fjall {}, scylla {}",
                env!("CARGO_PKG_VERSION"),
                version("fjall"),
                version("scylla")
            ),
        ]);
        lines
    }
}

/// The kind of file system that holds a path: of its mounts the one with the longest name.
fn file_system(path: &Path) -> anyhow::Result<String> {
    let path = path.canonicalize()?;
    let mounts = fs::read_to_string("/proc/self/mounts").context("this needs Linux")?;
    let fields = mounts
        .lines()
        .map(|line| line.split(' ').collect::<Vec<_>>());
    let holding = fields.filter(|it| it.len() > 2 && path.starts_with(it[1]));
    // Of mounts on one place the last covers the others.
    let nearest = holding.max_by_key(|it| it[1].len());
    Ok(nearest.map_or("unknown", |it| it[2]).to_owned())
}

/// The version of a package that was built in.
fn version(package: &str) -> &'static str {
    let name = format!("name = \"{package}\"");
    let mut lines = LOCK.lines().skip_while(|line| *line != name);
    let version = lines
        .nth(1)
        .and_then(|line| line.strip_prefix("version = "));
    version.map_or("unknown", |version| version.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_those_of_the_lock_file() {
        assert!(version("fjall").starts_with("3."), "{}", version("fjall"));
        assert_eq!(version("no-such-package"), "unknown");
    }

    #[test]
    fn memory_is_told_from_disk() {
        if Path::new("/proc/self/mounts").exists() {
            assert_eq!(file_system(Path::new("/proc/self")).unwrap(), "proc");
        }
    }
}
