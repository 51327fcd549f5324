//! The embedded engine: fjall, a log-structured merge tree, in one folder that one process owns.

mod format;
mod sync;

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode, Readable as _};
use parking_lot::{Mutex, RwLock};

use crate::limits::{COMPARE_STRIPES, RESERVED_DISK_BYTES};
use crate::{
    Direction, Durability, Engine, EngineError, Mutation, Page, PageLimit, Range, SharedEngine,
    TableKind, check, keys,
};
use sync::GroupSync;

/// Rows on this machine's disk.
///
/// One fjall keyspace per table, one journal for all of them. Reads and commits touch memory, the page
/// cache and at times the disk, briefly, and run where they are called; waiting for the disk to sync runs
/// on a blocking thread, once for every writer that waits. A value can be read by others a moment before
/// the write that set it is acknowledged as durable.
pub struct FjallEngine {
    folder: PathBuf,
    database: Database,
    /// Table kinds and the format's version.
    meta: Keyspace,
    tables: RwLock<HashMap<String, Table>>,
    /// A partition's comparisons happen one at a time; partitions share these locks by hash.
    stripes: Vec<Mutex<()>>,
    sync: GroupSync,
}

#[derive(Clone)]
struct Table {
    kind: TableKind,
    rows: Keyspace,
}

impl std::fmt::Debug for FjallEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FjallEngine")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl FjallEngine {
    /// Opens the store in `folder`, creating it if it is new, and takes the folder's lock.
    ///
    /// # Errors
    /// [`EngineError::Open`] when another process holds the folder, or when a newer version wrote it.
    pub async fn open(folder: impl Into<PathBuf>) -> Result<Self, EngineError> {
        let folder = folder.into();
        tokio::task::spawn_blocking(move || Self::open_blocking(folder))
            .await
            .map_err(|error| EngineError::Failed(error.into()))?
    }

    /// As [`Self::open`], ready to share.
    pub async fn open_shared(folder: impl Into<PathBuf>) -> Result<SharedEngine, EngineError> {
        Ok(Arc::new(Self::open(folder).await?))
    }

    fn open_blocking(folder: PathBuf) -> Result<Self, EngineError> {
        let database = Database::builder(&folder)
            .open()
            .map_err(|error| open_error(&folder, error))?;
        let meta = database
            .keyspace(format::KEYSPACE, KeyspaceCreateOptions::default)
            .map_err(failed)?;
        format::check_version(&database, &meta, &folder)?;
        Ok(Self {
            folder,
            database,
            meta,
            tables: RwLock::default(),
            stripes: (0..COMPARE_STRIPES).map(|_| Mutex::default()).collect(),
            sync: GroupSync::default(),
        })
    }

    fn table(&self, name: &str) -> Result<Table, EngineError> {
        let tables = self.tables.read();
        tables
            .get(name)
            .cloned()
            .ok_or_else(|| EngineError::NotOpen {
                table: name.to_owned(),
            })
    }

    fn table_of(&self, name: &str, kind: TableKind) -> Result<Table, EngineError> {
        let table = self.table(name)?;
        if table.kind != kind {
            return Err(EngineError::WrongKind {
                table: name.to_owned(),
            });
        }
        Ok(table)
    }

    /// Opens or creates a table; its kind is on disk before its first row can be.
    fn open_table(&self, name: &str, kind: TableKind) -> Result<(), EngineError> {
        check::table_name(name)?;
        let mut tables = self.tables.write();
        if let Some(table) = tables.get(name) {
            return same_kind(name, table.kind, kind);
        }
        match format::kind(&self.meta, name)? {
            Some(stored) => same_kind(name, stored, kind)?,
            None => format::record_kind(&self.database, &self.meta, name, kind)?,
        }
        let rows = self
            .database
            .keyspace(&format!("table.{name}"), KeyspaceCreateOptions::default)
            .map_err(failed)?;
        tables.insert(name.to_owned(), Table { kind, rows });
        Ok(())
    }

    /// Applies a batch whole. The last mutation of an item stands: within one fjall batch all entries
    /// have one sequence number, so their order alone would not decide.
    fn commit(
        &self,
        rows: &Keyspace,
        partition: &[u8],
        mutations: Vec<Mutation>,
    ) -> Result<(), EngineError> {
        require_room(&self.folder)?;
        let last = mutations.into_iter().map(|mutation| match mutation {
            Mutation::Put { item, value } => (item, Some(value)),
            Mutation::Delete { item } => (item, None),
        });
        let mut batch = self.database.batch().durability(Some(PersistMode::Buffer));
        for (item, value) in last.collect::<BTreeMap<_, _>>() {
            let key = keys::compose(partition, &item);
            match value {
                Some(value) => batch.insert(rows, key, &*value),
                None => batch.remove(rows, key),
            }
        }
        batch.commit().map_err(failed)
    }

    async fn settle(&self, durability: Durability) -> Result<(), EngineError> {
        match durability {
            Durability::Process => Ok(()),
            Durability::Power => self.sync.wait(&self.database).await,
        }
    }

    fn stripe(&self, table: &str, partition: &[u8]) -> &Mutex<()> {
        use std::hash::{DefaultHasher, Hash as _, Hasher as _};
        let mut hasher = DefaultHasher::new();
        (table, partition).hash(&mut hasher);
        &self.stripes[hasher.finish() as usize % self.stripes.len()]
    }

    fn compare_and_commit(
        &self,
        rows: &Keyspace,
        (partition, item): (&[u8], &[u8]),
        expected: Option<&[u8]>,
        mutations: Vec<Mutation>,
    ) -> Result<bool, EngineError> {
        let held = rows.get(keys::compose(partition, item)).map_err(failed)?;
        if held.as_deref() != expected {
            return Ok(false);
        }
        self.commit(rows, partition, mutations)?;
        Ok(true)
    }
}

fn same_kind(table: &str, stored: TableKind, asked: TableKind) -> Result<(), EngineError> {
    if stored != asked {
        return Err(EngineError::WrongKind {
            table: table.to_owned(),
        });
    }
    Ok(())
}

fn require_room(folder: &Path) -> Result<(), EngineError> {
    use platform_files::SpaceError;
    platform_files::require_space(folder, 0, RESERVED_DISK_BYTES).map_err(|error| match error {
        SpaceError::Full { .. } => EngineError::Full,
        SpaceError::Unknown { .. } => EngineError::Failed(error.into()),
    })
}

fn failed(error: fjall::Error) -> EngineError {
    EngineError::Failed(Box::new(error))
}

fn open_error(folder: &Path, error: fjall::Error) -> EngineError {
    let reason = match error {
        fjall::Error::Locked => {
            "another marquee runs on this folder; stop it, or choose another folder".to_owned()
        }
        fjall::Error::InvalidVersion(_) => {
            "its files have a format this marquee cannot read; use the version that wrote them"
                .to_owned()
        }
        error => error.to_string(),
    };
    EngineError::Open {
        folder: folder.to_owned(),
        reason,
    }
}

#[async_trait]
impl Engine for FjallEngine {
    async fn open(&self, table: &str, kind: TableKind) -> Result<(), EngineError> {
        self.open_table(table, kind)
    }

    async fn get(
        &self,
        table: &str,
        partition: &[u8],
        item: &[u8],
    ) -> Result<Option<Bytes>, EngineError> {
        let table = self.table(table)?;
        let value = table
            .rows
            .get(keys::compose(partition, item))
            .map_err(failed)?;
        Ok(value.map(|value| Bytes::copy_from_slice(&value)))
    }

    async fn range(
        &self,
        table: &str,
        partition: &[u8],
        range: &Range,
        limit: PageLimit,
    ) -> Result<Page, EngineError> {
        let table = self.table(table)?;
        if range.is_empty() {
            return Ok(Page::default());
        }
        // A snapshot never shows half of a batch that is being applied.
        let found = self
            .database
            .snapshot()
            .range(&table.rows, keys::bounds(partition, range));
        match range.direction {
            Direction::Forward => Page::fill(range, limit, found.map(item)),
            Direction::Reverse => Page::fill(range, limit, found.rev().map(item)),
        }
    }

    async fn partitions(
        &self,
        table: &str,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Bytes>, EngineError> {
        let table = self.table(table)?;
        let snapshot = self.database.snapshot();
        let mut from = after.map_or_else(Vec::new, keys::past);
        let mut partitions = Vec::new();
        while partitions.len() < limit {
            let bounds = (Bound::Included(from.as_slice()), Bound::Unbounded);
            let Some(next) = snapshot.range::<&[u8], _>(&table.rows, bounds).next() else {
                break;
            };
            let (partition, _) = pair(&next.key().map_err(failed)?)?;
            from = keys::past(&partition);
            partitions.push(partition);
        }
        Ok(partitions)
    }

    async fn write(
        &self,
        table: &str,
        partition: &[u8],
        mutations: Vec<Mutation>,
        durability: Durability,
    ) -> Result<(), EngineError> {
        check::write(partition, &mutations)?;
        let table = self.table_of(table, TableKind::LastWriteWins)?;
        self.commit(&table.rows, partition, mutations)?;
        self.settle(durability).await
    }

    async fn write_if(
        &self,
        table: &str,
        partition: &[u8],
        item: &[u8],
        expected: Option<&[u8]>,
        mutations: Vec<Mutation>,
        durability: Durability,
    ) -> Result<bool, EngineError> {
        check::write(partition, &mutations)?;
        let stripe = self.stripe(table, partition);
        let table = self.table_of(table, TableKind::CompareAndSet)?;
        let written = {
            let _one_at_a_time = stripe.lock();
            self.compare_and_commit(&table.rows, (partition, item), expected, mutations)?
        };
        if written {
            self.settle(durability).await?;
        }
        Ok(written)
    }
}

fn item(found: fjall::Guard) -> Result<(Bytes, Bytes), EngineError> {
    let (key, value) = found.into_inner().map_err(failed)?;
    let (_, item) = pair(&key)?;
    Ok((item, Bytes::copy_from_slice(&value)))
}

fn pair(key: &[u8]) -> Result<(Bytes, Bytes), EngineError> {
    keys::split(key)
        .ok_or_else(|| EngineError::Failed("a stored key does not split into its parts".into()))
}
