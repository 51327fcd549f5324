//! What is published and what was withdrawn, as rows; every change is one atomic, durable write.

use std::collections::BTreeSet;

use bytes::Bytes;
use contracts_delivery::{ReleaseId, Withdrawal};
use data_engine::{
    Direction, Durability, EngineError, Item, Mutation, Range, RowTable, SharedEngine,
};
use data_objects::ContentHash;
use platform_clock::Timestamp;

use crate::rows;

const TABLE: &str = "delivery_origin";

/// The rows. Callers hold the origin's lock: the ledger has one writer.
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    table: RowTable,
}

impl Ledger {
    pub(crate) async fn open(engine: &SharedEngine) -> Result<Self, EngineError> {
        Ok(Self {
            table: RowTable::open(engine, TABLE).await?,
        })
    }

    /// Counts one more start and returns its number.
    pub(crate) async fn start(&self) -> Result<u64, EngineError> {
        let before = self.table.get(rows::PARTITION, rows::STARTS).await?;
        let starts = before
            .as_deref()
            .and_then(rows::number)
            .map_or(1, |count| count + 1);
        self.write(vec![put(
            Bytes::from_static(rows::STARTS),
            rows::number_value(starts),
        )])
        .await?;
        Ok(starts)
    }

    pub(crate) async fn is_published(&self, id: ReleaseId) -> Result<bool, EngineError> {
        let row = self.table.get(rows::PARTITION, rows::release(id)).await?;
        Ok(row.is_some())
    }

    /// Whether a release other than `except` holds the file.
    pub(crate) async fn is_held(
        &self,
        file: ContentHash,
        except: Option<ReleaseId>,
    ) -> Result<bool, EngineError> {
        let range = Range::prefix(rows::references(file));
        // Two suffice: at most one of them is the exception.
        let found = self.table.first(rows::PARTITION, &range, 2).await?;
        let excepted = except.map(|id| rows::reference(file, id));
        Ok(found.iter().any(|it| Some(&it.key) != excepted.as_ref()))
    }

    /// Remembers that a file was stored under start number `start`, and keeps it from removal.
    pub(crate) async fn note_stored(
        &self,
        file: ContentHash,
        start: u64,
    ) -> Result<(), EngineError> {
        self.write(vec![
            put(rows::stored(file), rows::number_value(start)),
            delete(rows::pending(file)),
        ])
        .await
    }

    pub(crate) async fn publish(
        &self,
        id: ReleaseId,
        files: &BTreeSet<ContentHash>,
    ) -> Result<(), EngineError> {
        let mut changes = vec![put(rows::release(id), Bytes::new())];
        for file in files {
            changes.push(put(rows::reference(*file, id), Bytes::new()));
            changes.push(delete(rows::stored(*file)));
            changes.push(delete(rows::pending(*file)));
        }
        self.write(changes).await
    }

    /// Removes a release; `orphans` (those of its files that nothing else holds) enter the log after
    /// number `last_seq` and are due for removal at `due`. Returns the log's last number.
    pub(crate) async fn withdraw(
        &self,
        id: ReleaseId,
        files: &BTreeSet<ContentHash>,
        orphans: &[ContentHash],
        last_seq: u64,
        due: Timestamp,
    ) -> Result<u64, EngineError> {
        let mut changes = vec![delete(rows::release(id))];
        changes.extend(files.iter().map(|file| delete(rows::reference(*file, id))));
        let mut seq = last_seq;
        for file in orphans {
            seq += 1;
            changes.push(put(
                rows::withdrawal(seq),
                Bytes::copy_from_slice(file.as_bytes()),
            ));
            changes.push(put(rows::pending(*file), rows::number_value(due.millis())));
        }
        self.write(changes).await?;
        Ok(seq)
    }

    /// The number of the log's last entry; 0 while it is empty.
    pub(crate) async fn last_seq(&self) -> Result<u64, EngineError> {
        let range = Range {
            from: Some(rows::withdrawal(0)),
            until: Some(Bytes::from_static(rows::AFTER_WITHDRAWALS)),
            direction: Direction::Reverse,
        };
        let found = self.table.first(rows::PARTITION, &range, 1).await?;
        let last = found.first().and_then(|item| rows::seq_of(&item.key));
        Ok(last.unwrap_or(0))
    }

    pub(crate) async fn withdrawals_since(
        &self,
        seq: u64,
        limit: usize,
    ) -> Result<Vec<Withdrawal>, EngineError> {
        let range = Range {
            from: Some(rows::withdrawal(seq.saturating_add(1))),
            until: Some(Bytes::from_static(rows::AFTER_WITHDRAWALS)),
            direction: Direction::Forward,
        };
        let found = self.table.first(rows::PARTITION, &range, limit).await?;
        let entries = found.iter().filter_map(|item| {
            let file = ContentHash::from_bytes(item.value.as_ref().try_into().ok()?);
            Some(Withdrawal {
                seq: rows::seq_of(&item.key)?,
                file,
            })
        });
        Ok(entries.collect())
    }

    /// Withdrawn files that wait for removal, with when.
    pub(crate) async fn pending(&self) -> Result<Vec<(ContentHash, Timestamp)>, EngineError> {
        let rows = self.files_with_numbers(rows::ALL_PENDING).await?;
        Ok(rows
            .into_iter()
            .map(|(file, due)| (file, Timestamp::from_millis(due)))
            .collect())
    }

    /// Files stored and not published, with the start number they were stored under.
    pub(crate) async fn unpublished(&self) -> Result<Vec<(ContentHash, u64)>, EngineError> {
        self.files_with_numbers(rows::ALL_STORED).await
    }

    /// Forgets files that are gone from the store.
    pub(crate) async fn forget(&self, files: &[ContentHash]) -> Result<(), EngineError> {
        let rows = files
            .iter()
            .flat_map(|file| [delete(rows::stored(*file)), delete(rows::pending(*file))]);
        self.write(rows.collect()).await
    }

    async fn files_with_numbers(
        &self,
        prefix: &'static [u8],
    ) -> Result<Vec<(ContentHash, u64)>, EngineError> {
        let range = Range::prefix(prefix);
        let found = self
            .table
            .first(rows::PARTITION, &range, usize::MAX)
            .await?;
        let read = |item: &Item| Some((rows::file_of(&item.key)?, rows::number(&item.value)?));
        Ok(found.iter().filter_map(read).collect())
    }

    async fn write(&self, changes: Vec<Mutation>) -> Result<(), EngineError> {
        self.table
            .write(rows::PARTITION, changes, Durability::Power)
            .await
    }
}

fn put(item: Bytes, value: Bytes) -> Mutation {
    Mutation::put(item, value)
}

fn delete(item: Bytes) -> Mutation {
    Mutation::delete(item)
}
