//! Where a group's positions are kept.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::folder::sync_blocking;
use crate::{EventError, Offset};

/// The newest form of a file of positions. Form 1 was the next offset of the only partition, in decimal.
const FORMAT: u64 = 2;

/// What a group reads next of a topic.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Positions {
    /// The last generation that committed.
    pub(crate) generation: u64,
    pub(crate) offsets: BTreeMap<u32, Offset>,
}

#[async_trait]
pub(crate) trait OffsetStore: Send + Sync + std::fmt::Debug {
    async fn load(&self, group: &str, topic: &str) -> Result<Positions, EventError>;
    /// Durable when it returns, whole or not at all.
    async fn save(&self, group: &str, topic: &str, positions: &Positions)
    -> Result<(), EventError>;
}

/// Positions that go with the process.
#[derive(Debug, Default)]
pub(crate) struct MemoryStore(Mutex<BTreeMap<(String, String), Positions>>);

#[async_trait]
impl OffsetStore for MemoryStore {
    async fn load(&self, group: &str, topic: &str) -> Result<Positions, EventError> {
        let key = (group.to_owned(), topic.to_owned());
        Ok(self.0.lock().get(&key).cloned().unwrap_or_default())
    }

    async fn save(
        &self,
        group: &str,
        topic: &str,
        positions: &Positions,
    ) -> Result<(), EventError> {
        let key = (group.to_owned(), topic.to_owned());
        self.0.lock().insert(key, positions.clone());
        Ok(())
    }
}

/// Positions as files: `<folder>/<group>/<topic>`.
#[derive(Debug)]
pub(crate) struct FileStore {
    folder: PathBuf,
}

impl FileStore {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }
}

#[async_trait]
impl OffsetStore for FileStore {
    async fn load(&self, group: &str, topic: &str) -> Result<Positions, EventError> {
        let path = self.folder.join(group).join(topic);
        match tokio::fs::read(&path).await {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Positions::default()),
            Err(error) => Err(EventError::io("read", &path)(error)),
            Ok(bytes) => decode(&bytes, &path),
        }
    }

    async fn save(
        &self,
        group: &str,
        topic: &str,
        positions: &Positions,
    ) -> Result<(), EventError> {
        let folder = self.folder.join(group);
        if !folder.is_dir() {
            std::fs::create_dir_all(&folder).map_err(EventError::io("create", &folder))?;
            sync_blocking(&self.folder)?;
        }
        let path = folder.join(topic);
        let form = Form {
            format: FORMAT,
            generation: positions.generation,
            offsets: positions.offsets.clone(),
        };
        let bytes = serde_json::to_vec(&form).map_err(std::io::Error::from);
        let bytes = bytes.map_err(EventError::io("write", &path))?;
        let written = platform_files::write_atomic(&path, bytes).await;
        written.map_err(EventError::io("write", &path))
    }
}

#[derive(Serialize, Deserialize)]
struct Form {
    format: u64,
    generation: u64,
    offsets: BTreeMap<u32, Offset>,
}

/// A file of positions. Pure, but for the path in its errors.
pub(crate) fn decode(bytes: &[u8], path: &Path) -> Result<Positions, EventError> {
    let failed = EventError::io("read", path);
    let value: serde_json::Value = match serde_json::from_slice(bytes) {
        Ok(value) => value,
        Err(error) => return Err(failed(error.into())),
    };
    if let Some(next) = value.as_u64() {
        return Ok(Positions {
            generation: 0,
            offsets: BTreeMap::from([(0, Offset(next))]),
        });
    }
    let version = value["format"].as_u64().unwrap_or(FORMAT);
    if version > FORMAT {
        return Err(EventError::NewerFormat {
            path: path.to_owned(),
            version,
            newest: FORMAT,
        });
    }
    let form: Form = serde_json::from_value(value).map_err(|error| failed(error.into()))?;
    Ok(Positions {
        generation: form.generation,
        offsets: form.offsets,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn positions_of_both_forms_are_read_and_newer_ones_refused() -> Result<(), EventError> {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::new(folder.path().to_owned());
        assert_eq!(store.load("g", "t").await?, Positions::default());
        let positions = Positions {
            generation: 4,
            offsets: BTreeMap::from([(0, Offset(7)), (3, Offset(u64::MAX))]),
        };
        store.save("g", "t", &positions).await?;
        assert_eq!(store.load("g", "t").await?, positions);
        let path = folder.path().join("g").join("t");
        assert_eq!(
            decode(b"17", &path)?.offsets,
            BTreeMap::from([(0, Offset(17))])
        );
        let newer = decode(br#"{"format":3}"#, &path);
        assert!(matches!(
            newer,
            Err(EventError::NewerFormat { version: 3, .. })
        ));
        assert!(matches!(decode(b"x", &path), Err(EventError::Io { .. })));
        Ok(())
    }
}
