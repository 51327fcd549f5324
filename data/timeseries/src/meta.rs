//! Metadata: namespaces, slices, splits and observed sizes, in one compare-and-set table.
//!
//! A record is a byte that says its format, then postcard.

use bytes::{BufMut as _, Bytes, BytesMut};
use data_engine::{CasTable, Durability, SharedEngine};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::TimeSeriesError;

/// The table of all metadata.
const TABLE: &str = "ts.meta";
/// The format records are written in, and the newest that is read.
const FORMAT: u8 = 1;

/// What a partition of the table holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// Namespace records by name.
    Namespaces,
    /// A namespace's slices by number.
    Slices,
    /// A namespace's splits by slice and partition.
    Splits,
    /// A namespace's observed partition sizes by slice.
    Observed,
}

/// A record and its stored form, which the next swap must find.
#[derive(Debug, Clone)]
pub(crate) struct Held<T> {
    pub(crate) record: T,
    pub(crate) stored: Bytes,
}

/// The table.
#[derive(Debug, Clone)]
pub(crate) struct Meta(CasTable);

impl Meta {
    pub(crate) async fn open(engine: &SharedEngine) -> Result<Self, TimeSeriesError> {
        Ok(Self(CasTable::open(engine, TABLE).await?))
    }

    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        place: (Kind, &str),
        item: &[u8],
    ) -> Result<Option<Held<T>>, TimeSeriesError> {
        let found = self.0.get(partition(place), item).await?;
        found.map(held).transpose()
    }

    pub(crate) async fn all<T: DeserializeOwned>(
        &self,
        place: (Kind, &str),
    ) -> Result<Vec<(Bytes, Held<T>)>, TimeSeriesError> {
        let items = self.0.all(partition(place)).await?.into_iter();
        items
            .map(|item| Ok((item.key, held(item.value)?)))
            .collect()
    }

    /// Items whose keys begin with `prefix`, as they are stored.
    pub(crate) async fn stored(
        &self,
        place: (Kind, &str),
        prefix: &[u8],
    ) -> Result<Vec<(Bytes, Bytes)>, TimeSeriesError> {
        let items = self.0.all(partition(place)).await?.into_iter();
        let found = items.filter(|item| item.key.starts_with(prefix));
        Ok(found.map(|item| (item.key, item.value)).collect())
    }

    /// Replaces `expected` (`None`: nothing) with `record` (`None`: nothing). Returns whether it did.
    pub(crate) async fn swap<T: Serialize>(
        &self,
        place: (Kind, &str),
        item: &[u8],
        expected: Option<&Bytes>,
        record: Option<&T>,
    ) -> Result<bool, TimeSeriesError> {
        let item = Bytes::copy_from_slice(item);
        let expected = expected.map(|stored| &stored[..]);
        let value = record.map(encode);
        let partition = partition(place);
        let swapped = self
            .0
            .swap(partition, item, expected, value, Durability::Power);
        Ok(swapped.await?)
    }
}

fn partition((kind, namespace): (Kind, &str)) -> String {
    match kind {
        Kind::Namespaces => "namespaces".to_owned(),
        Kind::Slices => format!("slices/{namespace}"),
        Kind::Splits => format!("splits/{namespace}"),
        Kind::Observed => format!("observed/{namespace}"),
    }
}

fn held<T: DeserializeOwned>(stored: Bytes) -> Result<Held<T>, TimeSeriesError> {
    Ok(Held {
        record: decode(&stored)?,
        stored,
    })
}

pub(crate) fn encode<T: Serialize>(record: &T) -> Bytes {
    let mut stored = BytesMut::new();
    stored.put_u8(FORMAT);
    let body = postcard::to_stdvec(record).expect("records hold only what postcard can write");
    stored.put_slice(&body);
    stored.freeze()
}

pub(crate) fn decode<T: DeserializeOwned>(stored: &[u8]) -> Result<T, TimeSeriesError> {
    let damaged = TimeSeriesError::Damaged { what: "record" };
    match stored.split_first() {
        Some((&FORMAT, body)) => postcard::from_bytes(body).map_err(|_| damaged),
        Some((&found, _)) if found > FORMAT => Err(TimeSeriesError::NewerFormat {
            found,
            reads: FORMAT,
        }),
        _ => Err(damaged),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::layout::SliceRecord;
    use crate::{Layout, NamespaceConfig};

    #[test]
    fn a_slice_record_of_this_version_is_read_later() {
        let config = NamespaceConfig::default();
        let layout = Layout::new(Duration::from_mins(1), 3);
        let record = SliceRecord::new(2, &config, layout);
        let stored = [
            1, 128, 128, 187, 221, 131, 5, 128, 192, 152, 204, 197, 7, 128, 142, 206, 28, 3, 0_u8,
        ];
        assert_eq!(decode::<SliceRecord>(&stored).unwrap(), record);
        assert_eq!(encode(&record), stored[..]);
    }

    #[test]
    fn newer_and_damaged_records_are_told_apart() {
        let newer = decode::<u64>(&[FORMAT + 1, 0]).unwrap_err();
        assert!(matches!(
            newer,
            TimeSeriesError::NewerFormat { found: 2, reads: 1 }
        ));
        for damaged in [&[][..], &[0, 1], &[FORMAT, 0x80]] {
            let refused = decode::<u64>(damaged).unwrap_err();
            assert!(matches!(refused, TimeSeriesError::Damaged { .. }));
        }
    }
}
