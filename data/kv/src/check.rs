//! Limits held at the edge: a request is refused before any of it is carried out. Pure.

use std::collections::HashSet;

use crate::limits::{
    MAX_COMMIT_BYTES, MAX_KEY_BYTES, MAX_KEYS, MAX_OPERATIONS, MAX_PAGE_BYTES, MAX_RANGE_DELETES,
    MAX_RECORDS, MAX_REQUEST_BYTES, MAX_SLICES, MAX_VALUE_BYTES,
};
use crate::{KvError, Operation, Predicate, PutItem, RecordMutation, ScanSlice, Selection};

/// Refuses what has more than so many.
pub(crate) fn within(
    what: &'static str,
    unit: &'static str,
    size: usize,
    limit: usize,
) -> Result<(), KvError> {
    if size <= limit {
        return Ok(());
    }
    Err(KvError::TooLarge {
        what: what.into(),
        unit: unit.into(),
        size: size as u64,
        limit: limit as u64,
    })
}

/// Refuses an id no engine takes.
pub(crate) fn id(id: &[u8]) -> Result<(), KvError> {
    within("id", "bytes", id.len(), MAX_KEY_BYTES)
}

fn key(key: &[u8]) -> Result<(), KvError> {
    within("key", "bytes", key.len(), MAX_KEY_BYTES)
}

/// Refuses keys no engine takes, and too many of them.
pub(crate) fn predicate(predicate: &Predicate) -> Result<(), KvError> {
    match predicate {
        Predicate::All => Ok(()),
        Predicate::Keys(keys) => {
            within("predicate", "keys", keys.len(), MAX_KEYS)?;
            keys.iter().try_for_each(|one| key(one))
        }
        Predicate::Range { from, until } => {
            let mut ends = [from, until].into_iter().flatten();
            ends.try_for_each(|end| key(end))
        }
        Predicate::Prefix(prefix) => key(prefix),
    }
}

/// Refuses a page that is too large, or that could hold nothing.
pub(crate) fn selection(selection: &Selection) -> Result<(), KvError> {
    let bytes = selection.page_size_bytes.unwrap_or(1);
    if bytes == 0 || selection.item_limit == Some(0) {
        return Err(KvError::invalid("a page must hold at least one item"));
    }
    within("page", "bytes", bytes, MAX_PAGE_BYTES)
}

/// Refuses a part of nothing.
pub(crate) fn slice(slice: ScanSlice) -> Result<(), KvError> {
    within("scan", "slices", slice.of as usize, MAX_SLICES as usize)?;
    if slice.index >= slice.of {
        let ScanSlice { index, of } = slice;
        let reason = format!("slice {index} is not one of {of}, which are numbered from 0");
        return Err(KvError::Invalid { reason });
    }
    Ok(())
}

/// Refuses an item over the limits.
pub(crate) fn item(item: &PutItem) -> Result<(), KvError> {
    key(&item.key)?;
    within("value", "bytes", item.value.bytes.len(), MAX_VALUE_BYTES)
}

/// Refuses mutations over the limits, and two of one record, whose order would be left to chance. Values
/// over `chunk_over` bytes count as staged elsewhere.
pub(crate) fn mutations(mutations: &[RecordMutation], chunk_over: usize) -> Result<(), KvError> {
    within("request", "records", mutations.len(), MAX_RECORDS)?;
    let mut total = 0;
    for mutation in mutations {
        total += record(mutation, chunk_over)?;
    }
    within("request", "bytes", total, MAX_REQUEST_BYTES)?;
    let ids: HashSet<_> = mutations.iter().map(|mutation| &mutation.id).collect();
    if ids.len() < mutations.len() {
        return Err(KvError::invalid("it mutates one record twice"));
    }
    Ok(())
}

/// Checks one record's mutation; returns its bytes.
pub(crate) fn record(mutation: &RecordMutation, chunk_over: usize) -> Result<usize, KvError> {
    id(&mutation.id)?;
    let (mut total, mut commit, mut operations, mut ranges) = (mutation.id.len(), 0, 0, 0);
    for operation in &mutation.operations {
        match operation {
            Operation::Put(put) => {
                item(put)?;
                total += put.size();
                let is_chunked = put.value.bytes.len() > chunk_over;
                commit += if is_chunked {
                    put.key.len()
                } else {
                    put.size()
                };
                operations += 1;
            }
            Operation::Delete(deleted) => {
                predicate(deleted)?;
                match deleted {
                    Predicate::Keys(keys) => {
                        operations += keys.len();
                        commit += keys.iter().map(bytes::Bytes::len).sum::<usize>();
                    }
                    _ => ranges += 1,
                }
            }
        }
    }
    within("mutation", "operations", operations, MAX_OPERATIONS)?;
    within("mutation", "ranges", ranges, MAX_RANGE_DELETES)?;
    within("request", "bytes", total, MAX_REQUEST_BYTES)?;
    within("mutation", "bytes", commit, MAX_COMMIT_BYTES)?;
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_a_limit_is_named() {
        let long = vec![0; MAX_KEY_BYTES + 1];
        let refused = id(&long).unwrap_err();
        assert_eq!(refused.to_string(), "id has 8193 bytes; the limit is 8192");
        let mutation = |id: &'static str, bytes: usize, count: usize| RecordMutation {
            id: id.into(),
            operations: (0..count)
                .map(|at| Operation::Put(PutItem::new(at.to_string(), vec![0; bytes])))
                .collect(),
        };
        let large = 1 << 20;
        assert!(
            mutations(&[mutation("a", large, 12)], large).is_err(),
            "a commit"
        );
        assert!(
            mutations(&[mutation("a", large + 1, 12)], large).is_ok(),
            "staged"
        );
        assert!(
            mutations(&[mutation("a", large + 1, 33)], large).is_err(),
            "a request"
        );
        assert!(mutations(&[mutation("a", 1, 1), mutation("a", 1, 1)], large).is_err());
        assert!(record(&mutation("a", 1, MAX_OPERATIONS + 1), large).is_err());
        assert!(slice(ScanSlice { index: 3, of: 3 }).is_err());
        assert!(slice(ScanSlice { index: 0, of: 0 }).is_err());
    }
}
