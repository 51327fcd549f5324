//! A worker: claims chunks of a studio elsewhere, encodes them, sends them back.

mod masters;
mod studio;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use contracts_delivery::ClusterSecret;
use media_ffmpeg::{MediaInput, Tools};
use platform_http::Trust;
use studio_encode::{EncodedChunk, encode_or_safer};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::limits::{BEAT, RETRY};
use crate::wire::{Claim, Failure};
use masters::Masters;
use studio::StudioClient;

/// Why a worker could not do something; it goes on with the next chunk.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The studio does not answer, or not as it should.
    #[error("the studio at {studio}: {message}")]
    Studio {
        /// Its address.
        studio: Url,
        /// What went wrong.
        message: String,
    },
    /// The worker's own disk failed.
    #[error("{path}: {source}")]
    Disk {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// One encoder that works for a studio. Run one to a core.
pub struct Worker {
    name: String,
    studio: StudioClient,
    tools: Arc<Tools>,
    masters: Arc<Masters>,
    folder: PathBuf,
}

impl Worker {
    /// Encoders named after `name`, which no other process has, that share the folder's masters. The
    /// folder is theirs alone, and emptied first: what an earlier start left there may be half a file.
    ///
    /// # Errors
    /// When the folder cannot be made or HTTP cannot be prepared.
    pub fn crew(
        name: &str,
        count: usize,
        (studio, secret, trust): (Url, ClusterSecret, &Trust),
        tools: &Arc<Tools>,
        folder: &Path,
    ) -> Result<Vec<Self>, WorkerError> {
        clear(folder).map_err(|source| WorkerError::Disk {
            path: folder.to_owned(),
            source,
        })?;
        let studio = StudioClient::new(studio, secret, trust)?;
        let masters = Arc::new(Masters::new(folder.to_owned()));
        let one = |number: usize| Self {
            name: format!("{name}-{number}"),
            studio: studio.clone(),
            tools: Arc::clone(tools),
            masters: Arc::clone(&masters),
            folder: folder.to_owned(),
        };
        Ok((1..=count.max(1)).map(one).collect())
    }

    /// Works until `stop`; what it is at then is dropped, and the studio gives it to another.
    pub async fn work(&self, stop: CancellationToken) {
        let working = async {
            loop {
                if let Err(error) = self.next().await {
                    tracing::warn!(%error, "cannot work for the studio; trying again");
                    tokio::time::sleep(RETRY).await;
                }
            }
        };
        stop.run_until_cancelled(working).await;
    }

    async fn next(&self) -> Result<(), WorkerError> {
        let Some(claim) = self.studio.claim(&self.name).await? else {
            return Ok(());
        };
        let frames = AtomicU64::new(0);
        tokio::select! {
            done = self.work_at(&claim, &frames) => done,
            () = self.while_wanted(&claim, &frames) => {
                tracing::info!(chunk = claim.task.what(), "nobody waits for the chunk any more");
                Ok(())
            }
        }
    }

    async fn work_at(&self, claim: &Claim, frames: &AtomicU64) -> Result<(), WorkerError> {
        let out = self.folder.join(format!(".{}.mp4", self.name));
        let sent = match self.encode(claim, &out, frames).await {
            Ok(made) => self.studio.send(claim, &made).await,
            Err(failure) => self.studio.fail(&failure).await,
        };
        let removed = platform_files::remove_if_there(&out).await;
        removed.map_err(|source| WorkerError::Disk { path: out, source })?;
        sent
    }

    async fn encode(
        &self,
        claim: &Claim,
        out: &Path,
        frames: &AtomicU64,
    ) -> Result<EncodedChunk, Failure> {
        let failed = |message: String, transient| Failure {
            worker: self.name.clone(),
            lease: claim.lease,
            message,
            transient,
        };
        let master = self.masters.get(&self.studio, claim).await;
        let master = master.map_err(|error| failed(error.to_string(), true))?;
        let input = MediaInput::open(&master).map_err(|error| failed(error.to_string(), true))?;
        let told = |done| frames.store(done, Ordering::Relaxed);
        encode_or_safer(&self.tools, &input, &claim.task, out, told)
            .await
            .map_err(|error| {
                let transient = error.is_transient() || error.is_out_of_space();
                failed(error.to_string(), transient)
            })
    }

    /// Says that the worker is still at it until the studio does not want the chunk any more. A studio
    /// that does not answer may come back: its own clock decides.
    async fn while_wanted(&self, claim: &Claim, frames: &AtomicU64) {
        let mut beats = tokio::time::interval(BEAT);
        loop {
            beats.tick().await;
            let done = frames.load(Ordering::Relaxed);
            match self.studio.beat(claim.lease, done).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => tracing::debug!(%error, "a heartbeat was lost"),
            }
        }
    }
}

fn clear(folder: &Path) -> std::io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    std::fs::create_dir_all(folder)
}
