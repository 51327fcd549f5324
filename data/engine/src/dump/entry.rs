//! One entry of a dump as bytes. Pure.

use bytes::{Buf as _, BufMut as _, Bytes};
use platform_clock::Timestamp;

use crate::{Stamp, TableKind};

const TABLE: u8 = 1;
const ROW: u8 = 2;
const END: u8 = 3;

const LAST_WRITE_WINS: u8 = 0;
const COMPARE_AND_SET: u8 = 1;

/// What a dump holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DumpEntry {
    /// A table; its rows follow.
    Table {
        /// Its name.
        name: String,
        /// Its kind.
        kind: TableKind,
    },
    /// A row of the last table.
    Row(DumpedRow),
    /// The end.
    End {
        /// How many rows there were.
        rows: u64,
    },
}

/// A live item with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DumpedRow {
    /// The partition's key.
    pub partition: Bytes,
    /// The item's key.
    pub item: Bytes,
    /// The item's value.
    pub value: Bytes,
    /// The write that set it.
    pub stamp: Stamp,
    /// From when on it is gone.
    pub expires: Option<Timestamp>,
}

impl DumpEntry {
    pub(super) fn encode(&self, into: &mut Vec<u8>) {
        match self {
            Self::Table { name, kind } => {
                into.put_u8(TABLE);
                into.put_u8(match kind {
                    TableKind::LastWriteWins => LAST_WRITE_WINS,
                    TableKind::CompareAndSet => COMPARE_AND_SET,
                });
                into.put_slice(name.as_bytes());
            }
            Self::Row(row) => {
                into.put_u8(ROW);
                into.put_u64_le(row.stamp.0);
                // Nothing expires at the epoch.
                into.put_u64_le(row.expires.map_or(0, Timestamp::millis));
                into.put_u32_le(row.partition.len() as u32);
                into.put_u32_le(row.item.len() as u32);
                into.put_slice(&row.partition);
                into.put_slice(&row.item);
                into.put_slice(&row.value);
            }
            Self::End { rows } => {
                into.put_u8(END);
                into.put_u64_le(*rows);
            }
        }
    }

    /// Reads a frame's body; `None` when no version wrote it.
    pub fn decode(mut body: Bytes) -> Option<Self> {
        match body.try_get_u8().ok()? {
            TABLE => {
                let kind = match body.try_get_u8().ok()? {
                    LAST_WRITE_WINS => TableKind::LastWriteWins,
                    COMPARE_AND_SET => TableKind::CompareAndSet,
                    _ => return None,
                };
                let name = String::from_utf8(body.to_vec()).ok()?;
                Some(Self::Table { name, kind })
            }
            ROW => decode_row(body).map(Self::Row),
            END => {
                let rows = body.try_get_u64_le().ok()?;
                body.is_empty().then_some(Self::End { rows })
            }
            _ => None,
        }
    }
}

fn decode_row(mut body: Bytes) -> Option<DumpedRow> {
    let stamp = Stamp(body.try_get_u64_le().ok()?);
    let expires = body.try_get_u64_le().ok().filter(|millis| *millis != 0);
    let partition_bytes = body.try_get_u32_le().ok()? as usize;
    let item_bytes = body.try_get_u32_le().ok()? as usize;
    if partition_bytes.checked_add(item_bytes)? > body.len() {
        return None;
    }
    Some(DumpedRow {
        partition: body.split_to(partition_bytes),
        item: body.split_to(item_bytes),
        value: body,
        stamp,
        expires: expires.map(Timestamp::from_millis),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_read_back(
            keys: (Vec<u8>, Vec<u8>),
            value: Vec<u8>,
            stamp: u64,
            expires in prop::option::of(1_u64..),
        ) {
            let entry = DumpEntry::Row(DumpedRow {
                partition: keys.0.into(),
                item: keys.1.into(),
                value: value.into(),
                stamp: Stamp(stamp),
                expires: expires.map(Timestamp::from_millis),
            });
            let mut body = Vec::new();
            entry.encode(&mut body);
            prop_assert_eq!(DumpEntry::decode(body.into()), Some(entry));
        }

        #[test]
        fn any_bytes_decode_or_are_refused(body: Vec<u8>) {
            if let Some(entry) = DumpEntry::decode(body.clone().into()) {
                let mut again = Vec::new();
                entry.encode(&mut again);
                prop_assert_eq!(again, body);
            }
        }
    }
}
