//! The masters a worker has fetched, kept for the chunks to come.

use std::path::PathBuf;

use tokio::sync::Mutex;

use super::WorkerError;
use super::studio::StudioClient;
use crate::limits::MASTERS_KEPT;
use crate::wire::Claim;

/// Masters in a folder, the one used last at the end.
pub(super) struct Masters {
    folder: PathBuf,
    kept: Mutex<Vec<String>>,
}

impl Masters {
    pub(super) fn new(folder: PathBuf) -> Self {
        let kept = Mutex::default();
        Self { folder, kept }
    }

    /// The master of a claim, fetched unless it is there. Encoders of one worker wait for one another.
    pub(super) async fn get(
        &self,
        studio: &StudioClient,
        claim: &Claim,
    ) -> Result<PathBuf, WorkerError> {
        let mut kept = self.kept.lock().await;
        let path = self.path(&claim.master);
        let is_there = kept.iter().position(|name| *name == claim.master);
        if let Some(at) = is_there {
            let name = kept.remove(at);
            kept.push(name);
            return Ok(path);
        }
        let disk = |source| WorkerError::Disk {
            path: path.clone(),
            source,
        };
        let partial = path.with_extension("partial");
        studio.fetch(claim, &partial).await?;
        let bytes = tokio::fs::metadata(&partial).await.map_err(disk)?.len();
        if bytes != claim.master_bytes {
            let short = std::io::Error::other(format!(
                "{bytes} of the master's {} bytes came",
                claim.master_bytes
            ));
            return Err(disk(short));
        }
        platform_files::persist(&partial, &path)
            .await
            .map_err(disk)?;
        kept.push(claim.master.clone());
        while kept.len() > MASTERS_KEPT {
            // An encoder that reads it still has it open.
            let oldest = self.path(&kept.remove(0));
            platform_files::remove_if_there(&oldest)
                .await
                .map_err(disk)?;
        }
        Ok(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}
