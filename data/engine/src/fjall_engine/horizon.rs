//! How far the stamps of stored rows reach, so that a newer write need not read what it replaces.
//!
//! The store keeps a stamp that no row's stamp exceeds: the horizon. A write beyond it first moves it on, by a
//! stretch, and waits until it is on the disk; the writes of the stretch then come for nothing. After a
//! start every stripe of partitions is taken to hold rows up to the horizon, and from then on up to the
//! greatest stamp written there.

use std::sync::atomic::{AtomicU64, Ordering};

use fjall::{Database, Keyspace};
use tokio::sync::Mutex;

use super::sync::GroupSync;
use super::{damaged, failed, format, row};
use crate::limits::HORIZON_STRETCH;
use crate::{EngineError, Stamp, TableKind};

/// The horizon that is on the disk.
#[derive(Debug)]
pub(super) struct Horizon {
    reached: AtomicU64,
    moving: Mutex<()>,
}

impl Horizon {
    /// The horizon that the store has recorded.
    pub(super) fn open(meta: &Keyspace) -> Result<Self, EngineError> {
        Ok(Self {
            reached: AtomicU64::new(format::horizon(meta)?.0),
            moving: Mutex::default(),
        })
    }

    pub(super) fn stamp(&self) -> Stamp {
        Stamp(self.reached.load(Ordering::Acquire))
    }

    /// Returns when the horizon on the disk is at `stamp` or beyond it.
    pub(super) async fn cover(
        &self,
        stamp: Stamp,
        (database, meta): (&Database, &Keyspace),
        sync: &GroupSync,
    ) -> Result<(), EngineError> {
        let _one_at_a_time = self.moving.lock().await;
        if stamp <= self.stamp() {
            return Ok(());
        }
        let stretch = HORIZON_STRETCH.as_micros() as u64;
        let further = Stamp(stamp.0.saturating_add(stretch));
        format::set_horizon(meta, further)?;
        sync.wait(database).await?;
        self.reached.store(further.0, Ordering::Release);
        Ok(())
    }
}

/// The greatest stamp of any stored row, found by reading them all: for a store whose format had no horizon.
pub(super) fn find(database: &Database, meta: &Keyspace) -> Result<Stamp, EngineError> {
    let mut greatest = Stamp::default();
    for (table, kind) in format::tables(meta)? {
        if kind != TableKind::LastWriteWins {
            continue;
        }
        let table = super::Table::open(database, &table, kind)?;
        for found in table.rows.iter() {
            let stored = found.value().map_err(failed)?;
            let header = row::header(&stored).ok_or_else(|| damaged("row"))?;
            greatest = greatest.max(header.stamp);
        }
    }
    Ok(greatest)
}
