//! The CQL of a table. Pure.
//!
//! A last-write-wins row is written by `UPDATE`, which leaves no marker of its own: a row is there as long as
//! its cells are. Both cells are always written together, so that they share stamp and time to live, and
//! with them the outcome when stamps are equal.

use data_engine::TableKind;
use data_engine::limits::TOMBSTONE_GRACE;

/// A statement that is prepared for a table, with the values it takes, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Statement {
    /// Partition, item.
    Get,
    /// Partition, first item, and with `until` the first item after.
    Page { until: bool, reverse: bool },
    /// First token, last token.
    Partitions,
    /// Write time, time to live, value, expiry, partition, item.
    Put,
    /// Write time, partition, item.
    Delete,
    /// Write time, partition.
    DeleteAll,
    /// Write time, partition, first item.
    DeleteFrom,
    /// Write time, partition, first item, first item after.
    DeleteBetween,
    /// Value, partition, item, expected value.
    SwapPut,
    /// Partition, item, expected value.
    SwapDelete,
    /// Partition, item, expected value: compares, and changes nothing that can be seen.
    SwapKeep,
    /// Value, partition, item: beside a comparison in the same batch.
    AlsoPut,
    /// Partition, item: beside a comparison in the same batch.
    AlsoDelete,
}

const READS: [Statement; 6] = [
    Statement::Get,
    Statement::Page {
        until: false,
        reverse: false,
    },
    Statement::Page {
        until: false,
        reverse: true,
    },
    Statement::Page {
        until: true,
        reverse: false,
    },
    Statement::Page {
        until: true,
        reverse: true,
    },
    Statement::Partitions,
];

impl Statement {
    /// Every statement that a table of this kind takes.
    pub(crate) fn all_of(kind: TableKind) -> impl Iterator<Item = Self> {
        let writes = match kind {
            TableKind::LastWriteWins => [
                Self::Put,
                Self::Delete,
                Self::DeleteAll,
                Self::DeleteFrom,
                Self::DeleteBetween,
            ],
            TableKind::CompareAndSet => [
                Self::SwapPut,
                Self::SwapDelete,
                Self::SwapKeep,
                Self::AlsoPut,
                Self::AlsoDelete,
            ],
        };
        READS.into_iter().chain(writes)
    }

    /// Whether it reads items of one partition.
    pub(crate) fn reads_items(self) -> bool {
        matches!(self, Self::Get | Self::Page { .. })
    }

    /// Whether doing it twice is the same as doing it once.
    pub(crate) fn is_repeatable(self) -> bool {
        !matches!(
            self,
            Self::SwapPut | Self::SwapDelete | Self::SwapKeep | Self::AlsoPut | Self::AlsoDelete
        )
    }

    /// Its text, for a table's CQL name.
    pub(crate) fn cql(self, table: &str) -> String {
        const CELL: &str = "value, expires, writetime(value)";
        const ROW: &str = "WHERE partition = ? AND item = ?";
        match self {
            Self::Get => format!("SELECT {CELL} FROM {table} {ROW}"),
            Self::Page { until, reverse } => {
                let until = if until { " AND item < ?" } else { "" };
                let order = if reverse { " ORDER BY item DESC" } else { "" };
                format!(
                    "SELECT item, {CELL} FROM {table} WHERE partition = ? AND item >= ?{until}{order}"
                )
            }
            Self::Partitions => format!(
                "SELECT DISTINCT partition FROM {table} WHERE token(partition) >= ? AND token(partition) <= ?"
            ),
            Self::Put => format!(
                "UPDATE {table} USING TIMESTAMP ? AND TTL ? SET value = ?, expires = ? {ROW}"
            ),
            Self::Delete => format!("DELETE FROM {table} USING TIMESTAMP ? {ROW}"),
            Self::DeleteAll => format!("DELETE FROM {table} USING TIMESTAMP ? WHERE partition = ?"),
            Self::DeleteFrom => {
                format!("DELETE FROM {table} USING TIMESTAMP ? WHERE partition = ? AND item >= ?")
            }
            Self::DeleteBetween => format!(
                "DELETE FROM {table} USING TIMESTAMP ? WHERE partition = ? AND item >= ? AND item < ?"
            ),
            Self::SwapPut => format!("UPDATE {table} SET value = ? {ROW} IF value = ?"),
            Self::SwapDelete => format!("DELETE FROM {table} {ROW} IF value = ?"),
            Self::SwapKeep => format!("UPDATE {table} SET expires = 0 {ROW} IF value = ?"),
            Self::AlsoPut => format!("UPDATE {table} SET value = ? {ROW}"),
            Self::AlsoDelete => format!("DELETE FROM {table} {ROW}"),
        }
    }
}

/// Creates a table of the engine. Its identifier is given, so that two processes that create it at the same
/// moment create the same one.
pub(crate) fn create_table(table: &str, id: &str, comment: &str) -> String {
    format!(
        "CREATE TABLE IF NOT EXISTS {table} (partition blob, item blob, value blob, expires bigint, \
         PRIMARY KEY (partition, item)) WITH id = {id} AND gc_grace_seconds = {} AND comment = {comment}",
        TOMBSTONE_GRACE.as_secs()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_statements_of_one_kind_meet_in_a_table() {
        let of = |kind| Statement::all_of(kind).collect::<Vec<_>>();
        let rows = of(TableKind::LastWriteWins);
        let swaps = of(TableKind::CompareAndSet);
        assert!(rows.iter().all(|it| it.is_repeatable()));
        assert!(rows.iter().filter(|it| swaps.contains(it)).eq(&READS));
        for statement in rows {
            let stamped = statement.cql("t").contains("USING TIMESTAMP");
            assert_eq!(stamped, !READS.contains(&statement), "{statement:?}");
        }
        for statement in swaps {
            assert!(!statement.cql("t").contains("USING"), "{statement:?}");
        }
    }
}
