//! The uploads of one folder: created, found, finished, kept, removed.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use data_objects::ContentHash;
use parking_lot::Mutex;
use platform_clock::{SharedClock, Timestamp};
use platform_entropy::{SharedEntropy, random_id};
use platform_files::require_space;
use tokio::sync::Semaphore;

use crate::disk::Disk;
use crate::record::Record;
use crate::transfer::Transfer;
use crate::{Metadata, UploadError, UploadLimits};

/// The uploads of one folder, which no other process may use at the same time.
#[derive(Debug)]
pub struct Uploads {
    pub(crate) disk: Disk,
    pub(crate) clock: SharedClock,
    entropy: SharedEntropy,
    pub(crate) limits: UploadLimits,
    entries: Mutex<HashMap<String, Entry>>,
    pub(crate) transfers: Arc<Semaphore>,
}

#[derive(Debug)]
struct Entry {
    record: Record,
    busy: Option<Busy>,
}

/// What holds an upload at the moment.
#[derive(Debug, Clone, Copy)]
enum Busy {
    /// Nothing else may touch it.
    Held,
    /// Bytes are added behind this offset that are not checked yet.
    Checking(u64),
}

/// A finished upload whose bytes are the sender's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishedUpload {
    /// Its id, for [`Uploads::remove`].
    pub id: String,
    /// Where its bytes are; they stay there until it is removed.
    pub path: PathBuf,
    /// The sender's name of the file; a note.
    pub filename: String,
    /// Its size.
    pub bytes: u64,
    /// The BLAKE3 hash it was checked against, when the sender gave one.
    pub fingerprint: Option<ContentHash>,
}

/// An upload of a file with a certain fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its id.
    pub id: String,
    /// Bytes that are there.
    pub offset: u64,
    /// The declared length; equal to `offset` when finished.
    pub length: u64,
}

/// Where an upload stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) offset: u64,
    pub(crate) length: u64,
    pub(crate) metadata: String,
    pub(crate) expires_at: Timestamp,
}

/// The right to change an upload; given back when dropped.
pub(crate) struct Hold {
    uploads: Arc<Uploads>,
    pub(crate) id: String,
    pub(crate) record: Record,
}

impl Drop for Hold {
    fn drop(&mut self) {
        if let Some(entry) = self.uploads.entries.lock().get_mut(&self.id) {
            entry.busy = None;
        }
    }
}

impl Hold {
    /// Tells the others that bytes behind `transfer`'s start are not checked yet.
    pub(crate) fn checking(&self, transfer: &Transfer) {
        if let Some(entry) = self.uploads.entries.lock().get_mut(&self.id) {
            entry.busy = Some(Busy::Checking(transfer.start()));
        }
    }
}

impl Uploads {
    /// Opens the folder, makes it if it is not there, and undoes what a crash left half-way.
    ///
    /// # Errors
    /// Any I/O error.
    pub async fn open(
        folder: impl Into<PathBuf>,
        clock: SharedClock,
        entropy: SharedEntropy,
        limits: UploadLimits,
    ) -> std::io::Result<Arc<Self>> {
        let disk = Disk::open(folder.into()).await?;
        let recovering = disk.clone();
        let records = tokio::task::spawn_blocking(move || recovering.recover())
            .await
            .map_err(std::io::Error::other)??;
        let entries = records
            .into_iter()
            .map(|(id, record)| (id, Entry { record, busy: None }))
            .collect();
        let transfers = Arc::new(Semaphore::new(limits.max_transfers));
        let entries = Mutex::new(entries);
        Ok(Arc::new(Self {
            disk,
            clock,
            entropy,
            limits,
            entries,
            transfers,
        }))
    }

    /// Makes room for a file of `length` bytes and returns the new upload's id.
    pub(crate) async fn create(
        &self,
        length: u64,
        metadata: Metadata,
        header: &str,
    ) -> Result<(String, Timestamp), UploadError> {
        let max = self.limits.max_bytes;
        if length > max {
            return Err(UploadError::TooLarge { length, max });
        }
        if self.entries.lock().len() >= self.limits.max_uploads {
            return Err(UploadError::TooManyUploads {
                max: self.limits.max_uploads,
            });
        }
        require_space(self.disk.folder(), length, self.limits.reserve)?;
        let id = random_id(&*self.entropy);
        let expires_at = self.clock.now().plus(self.limits.lifetime);
        let Metadata {
            filename,
            fingerprint,
        } = metadata;
        let metadata = header.to_owned();
        let record = Record {
            length,
            filename,
            metadata,
            fingerprint,
            expires_at,
            kept: false,
        };
        self.disk.create(&id, &record).await?;
        self.entries
            .lock()
            .insert(id.clone(), Entry { record, busy: None });
        Ok((id, expires_at))
    }

    /// Takes the right to change an upload.
    pub(crate) fn hold(self: &Arc<Self>, id: &str) -> Result<Hold, UploadError> {
        let mut entries = self.entries.lock();
        let entry = entries.get_mut(id).ok_or(UploadError::NoSuchUpload)?;
        if entry.busy.is_some() {
            return Err(UploadError::Busy);
        }
        entry.busy = Some(Busy::Held);
        let record = entry.record.clone();
        drop(entries);
        Ok(Hold {
            uploads: Arc::clone(self),
            id: id.to_owned(),
            record,
        })
    }

    /// Where an upload stands: bytes that survive a power cut.
    pub(crate) async fn status(&self, id: &str) -> Result<Status, UploadError> {
        let (record, busy) = {
            let entries = self.entries.lock();
            let entry = entries.get(id).ok_or(UploadError::NoSuchUpload)?;
            (entry.record.clone(), entry.busy)
        };
        if !record.kept && self.clock.now() >= record.expires_at {
            return Err(UploadError::Expired);
        }
        let offset = match busy {
            Some(Busy::Checking(start)) => start,
            _ => self.disk.offset(id).await?.min(record.length),
        };
        let Record {
            length,
            metadata,
            expires_at,
            ..
        } = record;
        Ok(Status {
            offset,
            length,
            metadata,
            expires_at,
        })
    }

    /// When an upload is given up, if it is still known.
    pub(crate) fn expires_at(&self, id: &str) -> Option<Timestamp> {
        self.entries
            .lock()
            .get(id)
            .map(|entry| entry.record.expires_at)
    }

    /// Gives an upload up: the next sweep removes it.
    pub(crate) fn abandon(&self, id: &str) {
        if let Some(entry) = self.entries.lock().get_mut(id) {
            entry.record.expires_at = Timestamp::default();
        }
    }

    /// The upload of a file with this fingerprint that has the most bytes, if there is one.
    pub async fn find(&self, fingerprint: ContentHash) -> Result<Option<Found>, UploadError> {
        let ids: Vec<String> = {
            let entries = self.entries.lock();
            let same = entries
                .iter()
                .filter(|(_, entry)| entry.record.fingerprint == Some(fingerprint));
            same.map(|(id, _)| id.clone()).collect()
        };
        let mut best: Option<Found> = None;
        for id in ids {
            match self.status(&id).await {
                Ok(Status { offset, length, .. }) => {
                    let found = Found { id, offset, length };
                    best = best.filter(|best| best.offset >= offset).or(Some(found));
                }
                Err(UploadError::Expired | UploadError::NoSuchUpload) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(best)
    }

    /// Checks a finished upload and keeps it from expiring until [`Uploads::remove`]. Asking again is
    /// fine and checks once. An upload that is not what its sender announced is removed.
    ///
    /// # Errors
    /// [`UploadError::Unfinished`], [`UploadError::WrongFingerprint`], [`UploadError::Busy`], and the
    /// folder's errors.
    pub async fn finished(self: &Arc<Self>, id: &str) -> Result<FinishedUpload, UploadError> {
        let status = self.status(id).await?;
        let hold = self.hold(id)?;
        let Record {
            length,
            fingerprint,
            kept,
            ..
        } = hold.record;
        if status.offset < length {
            return Err(UploadError::Unfinished {
                offset: status.offset,
                length,
            });
        }
        let path = self.disk.bytes(id);
        if !kept {
            if let Some(announced) = fingerprint
                && hash(path.clone()).await? != announced
            {
                self.forget(hold).await?;
                return Err(UploadError::WrongFingerprint);
            }
            let record = Record {
                kept: true,
                ..hold.record.clone()
            };
            self.disk.update(id, &record).await?;
            self.replace(id, record);
        }
        let filename = hold.record.filename.clone();
        Ok(FinishedUpload {
            id: id.to_owned(),
            path,
            filename,
            bytes: length,
            fingerprint,
        })
    }

    /// Removes an upload for good, in use or not: for the code that uses it, when it is done with it.
    pub async fn remove(self: &Arc<Self>, id: &str) -> Result<(), UploadError> {
        let hold = self.hold(id)?;
        Ok(self.forget(hold).await?)
    }

    /// Removes an upload at its sender's wish.
    pub(crate) async fn terminate(self: &Arc<Self>, id: &str) -> Result<(), UploadError> {
        let hold = self.hold(id)?;
        if hold.record.kept {
            return Err(UploadError::InUse);
        }
        Ok(self.forget(hold).await?)
    }

    /// Removes every upload whose time is over and that nothing uses; returns how many.
    pub async fn sweep(self: &Arc<Self>) -> Result<usize, UploadError> {
        let now = self.clock.now();
        let over: Vec<String> = {
            let entries = self.entries.lock();
            let over = entries.iter().filter(|(_, entry)| {
                !entry.record.kept && entry.busy.is_none() && now >= entry.record.expires_at
            });
            over.map(|(id, _)| id.clone()).collect()
        };
        let mut removed = 0;
        for id in over {
            // One that was taken up since is looked at the next time.
            let Ok(hold) = self.hold(&id) else { continue };
            if !hold.record.kept {
                self.forget(hold).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    pub(crate) async fn forget(&self, hold: Hold) -> std::io::Result<()> {
        self.disk.remove(&hold.id).await?;
        self.entries.lock().remove(&hold.id);
        Ok(())
    }

    pub(crate) fn replace(&self, id: &str, record: Record) {
        if let Some(entry) = self.entries.lock().get_mut(id) {
            entry.record = record;
        }
    }
}

/// BLAKE3 of a whole file.
async fn hash(path: PathBuf) -> std::io::Result<ContentHash> {
    let hashing = move || {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(std::fs::File::open(path)?)?;
        Ok(ContentHash::from_bytes(hasher.finalize().into()))
    };
    tokio::task::spawn_blocking(hashing)
        .await
        .map_err(std::io::Error::other)?
}
