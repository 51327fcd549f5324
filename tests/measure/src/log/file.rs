//! The disk's own rate: a file that grows by batches, each synced before the next.

use std::io::Write as _;
use std::path::PathBuf;

use platform_clock::SharedClock;

use crate::limits::APPENDING;

/// A file to be written.
pub(super) struct File {
    path: PathBuf,
    batch: Vec<u8>,
    clock: SharedClock,
}

impl File {
    pub(super) fn new(path: PathBuf, batch_bytes: usize, clock: SharedClock) -> Self {
        Self {
            path,
            batch: vec![7; batch_bytes],
            clock,
        }
    }

    /// Bytes a second that reach the disk. The file goes on growing from round to round, as the log does:
    /// freeing its blocks would be on the next round's account.
    pub(super) async fn rate(&self) -> anyhow::Result<f64> {
        let (path, batch) = (self.path.clone(), self.batch.clone());
        let clock = std::sync::Arc::clone(&self.clock);
        let write = move || {
            let mut file = std::fs::File::options()
                .create(true)
                .append(true)
                .open(&path)?;
            let (began, mut bytes) = (clock.monotonic(), 0);
            loop {
                let took = clock.monotonic().saturating_sub(began);
                if took >= APPENDING {
                    break std::io::Result::Ok(bytes as f64 / took.as_secs_f64());
                }
                file.write_all(&batch)?;
                file.sync_data()?;
                bytes += batch.len();
            }
        };
        Ok(tokio::task::spawn_blocking(write).await??)
    }
}
