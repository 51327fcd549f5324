//! The origin itself: files, the ledger over them, and the order in which both change.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use contracts_delivery::{Extension, FileName, OriginError, Release, ReleaseId};
use data_engine::{EngineError, SharedEngine};
use data_objects::{ContentHash, Objects};
use parking_lot::RwLock;
use platform_clock::{SharedClock, Timestamp};
use platform_http::Shutdown;

use crate::errors::{object_failed, read_failed, store_failed};
use crate::ledger::Ledger;
use crate::limits::{REMOVAL_GRACE, SWEEP_INTERVAL};

/// Publishes, withdraws, serves and collects. One process holds it; clones are shared.
#[derive(Clone)]
pub struct OriginStore {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) objects: Objects,
    pub(crate) ledger: Ledger,
    clock: SharedClock,
    /// This start's number.
    pub(crate) start: u64,
    /// Held for reading while a file is stored, for writing while the ledger changes: a file can be
    /// neither published nor removed halfway through being stored. Holds the log's last number.
    pub(crate) gate: tokio::sync::RwLock<u64>,
    /// How many keep files from removal.
    holders: AtomicU64,
    /// Withdrawn files that are still on disk, with when they go. Reads do not wait for the gate.
    pending: RwLock<HashMap<ContentHash, Timestamp>>,
}

impl OriginStore {
    /// Opens the ledger in `engine` over `objects`, which nothing else may remove from.
    ///
    /// # Errors
    /// Those of the engine.
    pub async fn open(
        engine: &SharedEngine,
        objects: Objects,
        clock: SharedClock,
    ) -> Result<Self, EngineError> {
        let ledger = Ledger::open(engine).await?;
        let start = ledger.start().await?;
        let last_seq = ledger.last_seq().await?;
        let pending = ledger.pending().await?.into_iter().collect();
        Ok(Self {
            inner: Arc::new(Inner {
                objects,
                ledger,
                clock,
                start,
                gate: tokio::sync::RwLock::new(last_seq),
                holders: AtomicU64::new(0),
                pending: RwLock::new(pending),
            }),
        })
    }

    /// Removes the withdrawn files whose grace is over; returns how many.
    ///
    /// # Errors
    /// [`OriginError::Store`]; the next sweep goes on where this one stopped.
    pub async fn sweep(&self) -> Result<u64, OriginError> {
        self.inner.sweep().await
    }

    /// Keeps every file from removal for as long as what this returns is held: a backup copies what its
    /// rows name. Files can be stored and withdrawn meanwhile.
    pub async fn hold_removals(&self) -> HeldRemovals {
        let held = HeldRemovals(Arc::clone(&self.inner));
        self.inner.holders.fetch_add(1, Ordering::SeqCst);
        // A removal that began before ends first.
        drop(self.inner.gate.read().await);
        held
    }

    /// Sweeps every few seconds until `shutdown`.
    pub async fn sweep_loop(&self, shutdown: Shutdown) {
        let mut ticks = tokio::time::interval(SWEEP_INTERVAL);
        while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
            match self.sweep().await {
                Ok(0) => {}
                Ok(files) => tracing::info!(files, "removed withdrawn files"),
                Err(error) => tracing::warn!(%error, "cannot remove withdrawn files yet"),
            }
        }
    }
}

/// Keeps the origin's files from removal until it is dropped.
pub struct HeldRemovals(Arc<Inner>);

impl Drop for HeldRemovals {
    fn drop(&mut self) {
        self.0.holders.fetch_sub(1, Ordering::SeqCst);
    }
}

impl std::fmt::Debug for HeldRemovals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HeldRemovals").finish_non_exhaustive()
    }
}

impl Inner {
    /// Whether the file may be given out: it is not on its way to removal.
    pub(crate) fn is_open(&self, file: ContentHash) -> bool {
        !self.pending.read().contains_key(&file)
    }

    /// Remembers a file just stored. The caller holds the gate for reading.
    pub(crate) async fn stored(&self, file: ContentHash) -> Result<(), OriginError> {
        self.ledger
            .note_stored(file, self.start)
            .await
            .map_err(store_failed)?;
        self.pending.write().remove(&file);
        Ok(())
    }

    pub(crate) async fn publish(&self, release: &Release) -> Result<ReleaseId, OriginError> {
        let text = serde_json::to_vec(release).map_err(store_failed)?;
        let id = ReleaseId(ContentHash::of(&text));
        let _gate = self.gate.write().await;
        if self.ledger.is_published(id).await.map_err(store_failed)? {
            return Ok(id);
        }
        let mut files = self.complete(release).await?;
        self.put_release(Bytes::from(text)).await?;
        files.insert(id.0);
        self.ledger
            .publish(id, &files)
            .await
            .map_err(store_failed)?;
        self.pending.write().retain(|file, _| !files.contains(file));
        tracing::info!(release = %id, files = files.len(), "published");
        Ok(id)
    }

    /// The release's files, each of them stored with the size the release says.
    async fn complete(&self, release: &Release) -> Result<BTreeSet<ContentHash>, OriginError> {
        let mut files = BTreeSet::new();
        for file in release.files() {
            let bytes = self.objects.len(file.name.hash).await.ok();
            if bytes != Some(file.bytes) {
                return Err(OriginError::Incomplete(file.name));
            }
            files.insert(file.name.hash);
        }
        Ok(files)
    }

    /// A crash after this and before the ledger's write leaves a file that nothing names: it is noted
    /// like any other stored file, and collected.
    async fn put_release(&self, text: Bytes) -> Result<(), OriginError> {
        let object = self.objects.put_bytes(text).await.map_err(object_failed)?;
        self.stored(object.hash).await
    }

    pub(crate) async fn withdraw(&self, id: ReleaseId) -> Result<(), OriginError> {
        let mut last_seq = self.gate.write().await;
        let release = match self.release(id).await {
            Ok(release) => release,
            Err(OriginError::NoSuchRelease(_)) => return Ok(()),
            Err(error) => return Err(error),
        };
        let mut files: BTreeSet<ContentHash> = release.files().map(|file| file.name.hash).collect();
        files.insert(id.0);
        let mut orphans = Vec::new();
        for file in &files {
            if !self
                .ledger
                .is_held(*file, Some(id))
                .await
                .map_err(store_failed)?
            {
                orphans.push(*file);
            }
        }
        let due = self.clock.now().plus(REMOVAL_GRACE);
        // Closed before it is written: an appliance that reads the log must not fill the file again.
        self.pending
            .write()
            .extend(orphans.iter().map(|file| (*file, due)));
        match self
            .ledger
            .withdraw(id, &files, &orphans, *last_seq, due)
            .await
        {
            Ok(seq) => *last_seq = seq,
            Err(error) => {
                self.pending
                    .write()
                    .retain(|file, _| !orphans.contains(file));
                return Err(store_failed(error));
            }
        }
        tracing::info!(release = %id, files = orphans.len(), "withdrawn");
        Ok(())
    }

    pub(crate) async fn release(&self, id: ReleaseId) -> Result<Release, OriginError> {
        if !self.ledger.is_published(id).await.map_err(store_failed)? {
            return Err(OriginError::NoSuchRelease(id));
        }
        let bytes = self.objects.len(id.0).await.map_err(object_failed)?;
        let text = self
            .objects
            .read(id.0, 0..bytes)
            .await
            .map_err(object_failed)?;
        serde_json::from_slice(&text).map_err(store_failed)
    }

    async fn sweep(&self) -> Result<u64, OriginError> {
        let now = self.clock.now();
        let _gate = self.gate.write().await;
        let due: Vec<_> = {
            let pending = self.pending.read();
            pending
                .iter()
                .filter(|(_, due)| **due <= now)
                .map(|(file, _)| *file)
                .collect()
        };
        self.remove(&due).await
    }

    pub(crate) async fn collect(&self) -> Result<u64, OriginError> {
        let _gate = self.gate.write().await;
        let mut left = Vec::new();
        for (file, start) in self.ledger.unpublished().await.map_err(store_failed)? {
            if start < self.start
                && !self
                    .ledger
                    .is_held(file, None)
                    .await
                    .map_err(store_failed)?
            {
                left.push(file);
            }
        }
        self.remove(&left).await
    }

    /// Objects first, then rows: a crash between removes them again, which is fine. The caller holds the
    /// gate for writing.
    async fn remove(&self, files: &[ContentHash]) -> Result<u64, OriginError> {
        if files.is_empty() || self.holders.load(Ordering::SeqCst) > 0 {
            return Ok(0);
        }
        for file in files {
            self.objects.remove(*file).await.map_err(object_failed)?;
        }
        self.ledger.forget(files).await.map_err(store_failed)?;
        self.pending.write().retain(|file, _| !files.contains(file));
        Ok(files.len() as u64)
    }

    /// The size of a file that may be given out.
    pub(crate) async fn len(&self, file: FileName) -> Result<u64, OriginError> {
        if !self.is_open(file.hash) {
            return Err(OriginError::NoSuchFile(file));
        }
        self.objects
            .len(file.hash)
            .await
            .map_err(|error| read_failed(error, file))
    }
}

/// The name under which errors speak of a file whose kind does not matter.
pub(crate) const fn unnamed(hash: ContentHash) -> FileName {
    FileName {
        hash,
        extension: Extension::Mp4,
    }
}
