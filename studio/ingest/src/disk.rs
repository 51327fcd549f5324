//! The files of an upload: its record, its bytes, and a note while unchecked bytes are being added.
//!
//! `<id>.json` exists from creation to removal; `<id>.part` holds the bytes and its length is the
//! offset; `<id>.checking` holds the offset to go back to if a checked request never ends.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use platform_files::{remove_if_there, write_atomic};

use crate::record::Record;

/// The folder of all uploads. Ids are our own random text, never anything from outside.
#[derive(Debug, Clone)]
pub(crate) struct Disk {
    folder: PathBuf,
}

impl Disk {
    pub(crate) async fn open(folder: PathBuf) -> io::Result<Self> {
        tokio::fs::create_dir_all(&folder).await?;
        Ok(Self { folder })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn bytes(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.part"))
    }

    fn record(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }

    fn checking(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.checking"))
    }

    /// The bytes first: a record is only there for bytes that are.
    pub(crate) async fn create(&self, id: &str, record: &Record) -> io::Result<()> {
        write_atomic(&self.bytes(id), Vec::new()).await?;
        self.update(id, record).await
    }

    pub(crate) async fn update(&self, id: &str, record: &Record) -> io::Result<()> {
        write_atomic(&self.record(id), serde_json::to_vec(record)?).await
    }

    /// The record first, for the same reason.
    pub(crate) async fn remove(&self, id: &str) -> io::Result<()> {
        for path in [self.record(id), self.checking(id), self.bytes(id)] {
            remove_if_there(&path).await?;
        }
        Ok(())
    }

    /// The bytes that are there, synced, so that what is told survives a power cut.
    pub(crate) async fn offset(&self, id: &str) -> io::Result<u64> {
        let file = tokio::fs::File::open(self.bytes(id)).await?;
        file.sync_data().await?;
        Ok(file.metadata().await?.len())
    }

    pub(crate) fn open_bytes(&self, id: &str) -> io::Result<File> {
        OpenOptions::new().write(true).open(self.bytes(id))
    }

    /// Notes where to go back to before the first unchecked byte is written.
    pub(crate) async fn begin_checking(&self, id: &str, start: u64) -> io::Result<()> {
        write_atomic(&self.checking(id), start.to_string()).await
    }

    /// Removes the note, durably: were it to come back, acknowledged bytes would be dropped.
    pub(crate) fn end_checking(&self, id: &str) -> io::Result<()> {
        match std::fs::remove_file(self.checking(id)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
            Ok(()) => File::open(&self.folder)?.sync_all(),
        }
    }

    /// Reads every record, drops unchecked bytes a crash left, and removes files without a record.
    /// Runs once, before anything is served, on a blocking thread.
    pub(crate) fn recover(&self) -> io::Result<HashMap<String, Record>> {
        let mut records = HashMap::new();
        let mut others = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let path = entry?.path();
            match self.read_record(&path) {
                Some((id, record)) => {
                    self.drop_unchecked(&id)?;
                    records.insert(id, record);
                }
                None => others.push(path),
            }
        }
        for path in others {
            self.remove_orphan(&path, &records)?;
        }
        Ok(records)
    }

    fn read_record(&self, path: &Path) -> Option<(String, Record)> {
        let id = path
            .file_name()?
            .to_str()?
            .strip_suffix(".json")?
            .to_owned();
        let record = serde_json::from_slice(&std::fs::read(path).ok()?).ok();
        if record.is_none() {
            tracing::warn!(path = %path.display(), "an upload's record cannot be read; it is left alone");
        }
        let record = record?;
        self.bytes(&id).is_file().then_some((id, record))
    }

    fn drop_unchecked(&self, id: &str) -> io::Result<()> {
        let Ok(note) = std::fs::read_to_string(self.checking(id)) else {
            return Ok(());
        };
        let start: u64 = note.trim().parse().map_err(io::Error::other)?;
        let file = self.open_bytes(id)?;
        if file.metadata()?.len() > start {
            file.set_len(start)?;
            file.sync_all()?;
        }
        self.end_checking(id)
    }

    /// Only what this crate itself names so: the folder may hold an operator's files too.
    fn remove_orphan(&self, path: &Path, records: &HashMap<String, Record>) -> io::Result<()> {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let id = name
            .strip_suffix(".part")
            .or_else(|| name.strip_suffix(".checking"));
        let orphan = id.is_some_and(|id| !records.contains_key(id) && !self.record(id).exists());
        if orphan || name.starts_with(".writing-") {
            std::fs::remove_file(path)?;
        }
        Ok(())
    }
}
