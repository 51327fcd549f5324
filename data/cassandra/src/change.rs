//! A compare-and-set as the statements of one lightweight transaction. Pure.
//!
//! One statement compares, `IF value = ?`; where nothing is expected it compares with null, which holds for a row
//! that is not there. What else the batch changes in the partition rides with it.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::bind::Bind;
use crate::mutation::Bound;
use crate::statements::Statement;

/// The statements that apply `changes` (the last of each item) if `item` holds `expected`.
pub(crate) fn statements<'a>(
    key: &'a [u8],
    item: &'a [u8],
    expected: Option<&'a [u8]>,
    changes: &'a BTreeMap<Bytes, Option<Bytes>>,
) -> Vec<Bound<'a>> {
    let mut statements = vec![compared(key, item, expected, changes.get(item))];
    let others = changes.iter().filter(|(other, _)| ***other != *item);
    statements.extend(others.map(|(item, value)| {
        let row = [Bind::Blob(key), Bind::Blob(item)];
        match value {
            Some(value) => (
                Statement::AlsoPut,
                [&[Bind::Blob(value)], &row[..]].concat(),
            ),
            None => (Statement::AlsoDelete, row.to_vec()),
        }
    }));
    statements
}

/// The statement that compares. Where the item itself is not changed, a present one gets an expiry that is never
/// read, and an absent one is deleted once more.
fn compared<'a>(
    key: &'a [u8],
    item: &'a [u8],
    expected: Option<&'a [u8]>,
    change: Option<&'a Option<Bytes>>,
) -> Bound<'a> {
    let row = [Bind::Blob(key), Bind::Blob(item), Bind::Maybe(expected)];
    match change {
        Some(Some(value)) => (
            Statement::SwapPut,
            [&[Bind::Blob(value)], &row[..]].concat(),
        ),
        None if expected.is_some() => (Statement::SwapKeep, row.to_vec()),
        Some(None) | None => (Statement::SwapDelete, row.to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use data_engine::Change;

    use super::*;

    fn of(expected: Option<&[u8]>, changes: Vec<Change>) -> Vec<Statement> {
        let changes = Change::last_of_each(changes);
        let bound = statements(b"p", b"i", expected, &changes);
        bound.into_iter().map(|(statement, _)| statement).collect()
    }

    #[test]
    fn every_batch_compares_once_and_first() {
        use Statement::{AlsoDelete, AlsoPut, SwapDelete, SwapKeep, SwapPut};
        let (put, delete) = (|| Change::put("i", "v"), || Change::delete("i"));
        let others = || [Change::put("a", ""), Change::delete("z")];
        for (expected, own, compared) in [
            (None, Some(put()), SwapPut),
            (Some(&b"v"[..]), Some(put()), SwapPut),
            (None, Some(delete()), SwapDelete),
            (Some(b"v"), Some(delete()), SwapDelete),
            (None, None, SwapDelete),
            (Some(b"v"), None, SwapKeep),
        ] {
            let changes = others().into_iter().chain(own).collect();
            assert_eq!(of(expected, changes), [compared, AlsoPut, AlsoDelete]);
        }
    }
}
