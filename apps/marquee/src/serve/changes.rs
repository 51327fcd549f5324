//! Files of the configuration that are read again when they change.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use platform_http::Shutdown;
use tokio::time::Interval;

/// How often the files are looked at: a network that changes its mind waits no longer than a player keeps an
/// answer.
const CHECK: Duration = Duration::from_secs(10);

/// What tells whether a file changed; nothing for one that is not there.
type Stamp = Vec<Option<(SystemTime, u64)>>;

/// Looks at files from time to time.
pub(crate) struct Changes {
    files: Vec<PathBuf>,
    known: Stamp,
    ticks: Interval,
}

impl Changes {
    /// Of `files`, as they are now.
    pub(crate) fn of(files: Vec<PathBuf>) -> Self {
        Self {
            known: stamp(&files),
            files,
            ticks: tokio::time::interval(CHECK),
        }
    }

    /// Waits until one of them is another than before; `None` at the `shutdown`.
    pub(crate) async fn next(&mut self, shutdown: &Shutdown) -> Option<()> {
        loop {
            shutdown.run_until_cancelled(self.ticks.tick()).await?;
            let now = stamp(&self.files);
            if now != self.known {
                self.known = now;
                return Some(());
            }
        }
    }
}

fn stamp(files: &[PathBuf]) -> Stamp {
    let of = |path: &PathBuf| {
        let facts = std::fs::metadata(path).ok()?;
        Some((facts.modified().ok()?, facts.len()))
    };
    files.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_length_and_another_file_are_changes() {
        let folder = tempfile::tempdir().unwrap();
        let files = [folder.path().join("list")];
        let absent = stamp(&files);
        std::fs::write(&files[0], "one").unwrap();
        let there = stamp(&files);
        std::fs::write(&files[0], "three").unwrap();
        assert_ne!(absent, there);
        assert_ne!(there, stamp(&files));
    }
}
