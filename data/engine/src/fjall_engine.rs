//! The embedded engine: fjall, a log-structured merge tree, in one folder that one process owns.

mod collect;
mod deleted;
mod dump;
mod folder;
mod format;
pub(crate) mod fuzzing;
mod horizon;
mod journal;
mod migrate;
mod room;
mod row;
mod stripes;
mod sweep;
mod sweeper;
mod sync;
mod table;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use fjall::{Database, Keyspace, KeyspaceCreateOptions};
use platform_clock::{SharedClock, SystemClock};

use crate::limits::RESERVED_DISK_BYTES;
use crate::mutation::Batch;
use crate::{
    Cell, Change, Durability, Engine, EngineError, Mutation, Page, PageLimit, Range, SharedEngine,
    Stamp, Stamps, TableKind, TokenRange, check,
};
use horizon::Horizon;
use room::Room;
use stripes::Stripes;
use sweeper::{Sweeper, Sweeping, Tables};
use sync::GroupSync;
use table::Table;

/// Prefix of the keyspaces of rows.
const ROWS: &str = "rows";
/// Prefix of the keyspaces of range tombstones.
const DELETED: &str = "deleted";

/// Rows on this machine's disk.
///
/// Two fjall keyspaces per table (rows, range tombstones), one journal for all of them. A write whose stamp
/// may not be the greatest of its partition reads what it replaces, under a lock, so that the greater stamp stands. Reads and commits touch memory, the page
/// cache and at times the disk, briefly, and run where they are called; waiting for the disk to sync runs
/// on a blocking thread, once for every writer that waits. [`Durability::Process`] means the write is in the
/// operating system's buffers, [`Durability::Power`] that the journal was synced after it. A value can be read by others a moment before
/// the write that set it is acknowledged as durable.
///
/// What has expired or was deleted is collected: rows by compaction, ranges by a thread of the engine's own.
pub struct FjallEngine {
    /// Ends before anything it uses does.
    _sweeper: Sweeper,
    folder: PathBuf,
    database: Database,
    /// Table kinds and the format's version.
    meta: Keyspace,
    tables: Tables,
    stripes: Arc<Stripes>,
    horizon: Horizon,
    room: Room,
    sync: GroupSync,
    stamps: Stamps,
    clock: SharedClock,
}

impl std::fmt::Debug for FjallEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FjallEngine")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl FjallEngine {
    /// Opens the store in `folder` by the machine's clock, creating it if it is new, and takes the
    /// folder's lock.
    ///
    /// # Errors
    /// [`EngineError::Open`] when another process holds the folder, [`EngineError::NewerFormat`] when a
    /// newer version wrote it.
    pub async fn open(folder: impl Into<PathBuf>) -> Result<Self, EngineError> {
        Self::open_on(folder, SystemClock::shared()).await
    }

    /// As [`Self::open`], by this clock.
    pub async fn open_on(
        folder: impl Into<PathBuf>,
        clock: SharedClock,
    ) -> Result<Self, EngineError> {
        let folder = folder.into();
        tokio::task::spawn_blocking(move || Self::open_blocking(folder, clock))
            .await
            .map_err(|error| EngineError::Failed(error.into()))?
    }

    /// As [`Self::open`], ready to share.
    pub async fn open_shared(folder: impl Into<PathBuf>) -> Result<SharedEngine, EngineError> {
        Ok(Arc::new(Self::open(folder).await?))
    }

    fn open_blocking(folder: PathBuf, clock: SharedClock) -> Result<Self, EngineError> {
        let database = open_filtered(&folder, Some(collect::filters(Arc::clone(&clock))))?;
        let meta = database
            .keyspace(format::KEYSPACE, KeyspaceCreateOptions::default)
            .map_err(failed)?;
        folder::sync_names(&folder).map_err(folder_error)?;
        if format::is_older(&database, &meta, &folder)? {
            migrate::from_format_1(&database, &meta, &folder)?;
            format::set_horizon(&meta, horizon::find(&database, &meta)?)?;
            format::record_version(&database, &meta)?;
        }
        let horizon = Horizon::open(&meta)?;
        let tables = Tables::default();
        let stripes = Arc::new(Stripes::new(horizon.stamp()));
        let sweeper = Sweeper::start(Sweeping {
            database: database.clone(),
            tables: Arc::clone(&tables),
            stripes: Arc::clone(&stripes),
            clock: Arc::clone(&clock),
        })?;
        Ok(Self {
            _sweeper: sweeper,
            folder,
            database,
            meta,
            tables,
            stripes,
            horizon,
            room: Room::default(),
            sync: GroupSync::default(),
            stamps: Stamps::new(Arc::clone(&clock)),
            clock,
        })
    }

    fn table(&self, name: &str) -> Result<Arc<Table>, EngineError> {
        let tables = self.tables.read();
        tables
            .get(name)
            .cloned()
            .ok_or_else(|| EngineError::NotOpen {
                table: name.to_owned(),
            })
    }

    fn table_of(&self, name: &str, kind: TableKind) -> Result<Arc<Table>, EngineError> {
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
        let table = Table::open(&self.database, name, kind)?;
        folder::sync_names(&self.folder).map_err(folder_error)?;
        tables.insert(name.to_owned(), Arc::new(table));
        Ok(())
    }

    /// Rows go first: a table that lost them and kept its kind is an empty table.
    fn drop_blocking(&self, name: &str) -> Result<(), EngineError> {
        let mut tables = self.tables.write();
        let Some(kind) = format::kind(&self.meta, name)? else {
            return Ok(());
        };
        let table = match tables.remove(name) {
            Some(table) => Arc::unwrap_or_clone(table),
            None => Table::open(&self.database, name, kind)?,
        };
        table.delete(&self.database)?;
        format::forget_kind(&self.database, &self.meta, name)
    }

    async fn settle(&self, durability: Durability) -> Result<(), EngineError> {
        match durability {
            Durability::Process => Ok(()),
            Durability::Power => Box::pin(self.sync.wait(&self.database)).await,
        }
    }

    async fn move_horizon(&self, stamp: Stamp) -> Result<(), EngineError> {
        let store = (&self.database, &self.meta);
        self.horizon.cover(stamp, store, &self.sync).await
    }

    fn require_room(&self, bytes: usize) -> Result<(), EngineError> {
        let look = || require_room(&self.folder, bytes as u64);
        self.room.require(bytes, self.clock.monotonic(), look)
    }

    fn compare_and_commit(
        &self,
        table: &Table,
        (partition, item): (&[u8], &[u8]),
        expected: Option<&[u8]>,
        changes: Vec<Change>,
    ) -> Result<bool, EngineError> {
        let held = table.get(&self.database, (partition, item), self.stamps.now())?;
        if held.as_ref().map(|cell| &*cell.value) != expected {
            return Ok(false);
        }
        let batch = table.stage_changes(&self.database, partition, changes, self.stamps.next());
        batch.commit().map_err(failed)?;
        Ok(true)
    }
}

/// Opens a fjall database with the care that fjall leaves to whoever opens it: names are durable, and what a
/// kill or a power cut left half is taken away. For tests that look below the engine.
///
/// # Errors
/// As [`FjallEngine::open`].
#[doc(hidden)]
pub fn open_database(folder: &Path) -> Result<Database, EngineError> {
    open_filtered(folder, None)
}

fn open_filtered(
    folder: &Path,
    filters: Option<collect::Filters>,
) -> Result<Database, EngineError> {
    folder::prepare(folder).map_err(folder_error)?;
    journal::cut_torn_end(folder).map_err(folder_error)?;
    let mut builder = Database::builder(folder);
    if let Some(filters) = filters {
        builder = builder.with_compaction_filter_factories(filters);
    }
    let database = builder.open().map_err(|error| open_error(folder, error))?;
    folder::sync_names(folder).map_err(folder_error)?;
    Ok(database)
}

fn same_kind(table: &str, stored: TableKind, asked: TableKind) -> Result<(), EngineError> {
    if stored != asked {
        return Err(EngineError::WrongKind {
            table: table.to_owned(),
        });
    }
    Ok(())
}

fn require_room(folder: &Path, bytes: u64) -> Result<(), EngineError> {
    use platform_files::SpaceError;
    platform_files::require_space(folder, bytes, RESERVED_DISK_BYTES).map_err(|error| match error {
        SpaceError::Full { .. } => EngineError::Full,
        SpaceError::Unknown { .. } => EngineError::Failed(error.into()),
    })
}

fn damaged(what: &str) -> EngineError {
    EngineError::Failed(
        format!("a stored {what} cannot be read; restore the store from a backup").into(),
    )
}

fn folder_error(error: std::io::Error) -> EngineError {
    EngineError::Failed(error.into())
}

fn failed(error: fjall::Error) -> EngineError {
    let full = |error: &std::io::Error| error.kind() == std::io::ErrorKind::StorageFull;
    match error {
        fjall::Error::Io(error) if full(&error) => EngineError::Full,
        fjall::Error::Poisoned => EngineError::Failed(
            "an earlier write failed, and the store takes no more; if the disk is full, free some space, then \
             start again"
                .into(),
        ),
        error => EngineError::Failed(Box::new(error)),
    }
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
        place: folder.display().to_string(),
        reason,
    }
}

#[async_trait]
impl Engine for FjallEngine {
    async fn open(&self, table: &str, kind: TableKind) -> Result<(), EngineError> {
        self.open_table(table, kind)
    }

    async fn drop_table(&self, table: &str) -> Result<(), EngineError> {
        self.drop_blocking(table)
    }

    fn stamp(&self) -> Stamp {
        self.stamps.next()
    }

    async fn get(
        &self,
        table: &str,
        partition: &[u8],
        item: &[u8],
    ) -> Result<Option<Cell>, EngineError> {
        let now = self.stamps.now();
        self.table(table)?
            .get(&self.database, (partition, item), now)
    }

    async fn range(
        &self,
        table: &str,
        partition: &[u8],
        range: &Range,
        limit: PageLimit,
    ) -> Result<Page, EngineError> {
        let now = self.stamps.now();
        self.table(table)?
            .page(&self.database, partition, range, limit, now)
    }

    async fn partitions(
        &self,
        table: &str,
        tokens: TokenRange,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Bytes>, EngineError> {
        let now = self.stamps.now();
        self.table(table)?
            .partitions(&self.database, tokens, (after, limit), now)
    }

    async fn write(
        &self,
        table: &str,
        partition: &[u8],
        mutations: Vec<Mutation>,
        stamp: Stamp,
        durability: Durability,
    ) -> Result<(), EngineError> {
        let bytes = check::mutations(partition, &mutations)?;
        let now = self.stamps.now();
        let batch = Batch::new(mutations, stamp.check(now)?);
        let (name, table) = (table, self.table_of(table, TableKind::LastWriteWins)?);
        self.require_room(bytes)?;
        if stamp > self.horizon.stamp() {
            // Apart, as the future of every other write would be as large.
            Box::pin(self.move_horizon(stamp)).await?;
        }
        {
            let mut greatest = self.stripes.lock(name, partition);
            let is_newest = stamp > *greatest;
            *greatest = stamp.max(*greatest);
            table.apply(&self.database, (partition, batch), is_newest, now)?;
        }
        self.settle(durability).await
    }

    async fn write_if(
        &self,
        table: &str,
        partition: &[u8],
        item: &[u8],
        expected: Option<&[u8]>,
        changes: Vec<Change>,
        durability: Durability,
    ) -> Result<bool, EngineError> {
        let bytes = check::changes(partition, &changes)?;
        let (name, table) = (table, self.table_of(table, TableKind::CompareAndSet)?);
        self.require_room(bytes)?;
        let written = {
            let _one_at_a_time = self.stripes.lock(name, partition);
            self.compare_and_commit(&table, (partition, item), expected, changes)?
        };
        if written {
            self.settle(durability).await?;
        }
        Ok(written)
    }
}
