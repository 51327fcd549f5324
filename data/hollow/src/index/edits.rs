//! What a change does to one index, gathered before it is done.

use std::cmp::Ordering;
use std::ops::Range;

use crate::error::HollowError;
use crate::limits::MAX_INDEX_KEY_BYTES;

/// Index entries to take out or put in, in one buffer.
#[derive(Debug, Default)]
pub(crate) struct Edits {
    bytes: Vec<u8>,
    entries: Vec<Edit>,
    /// What entries pushed now are.
    pub(crate) adding: bool,
}

#[derive(Debug, Clone)]
struct Edit {
    whole: Range<usize>,
    key_len: usize,
    /// In the order they were pushed.
    adding: bool,
}

/// An index key and a primary key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct IndexEntry<'a> {
    pub(crate) key: &'a [u8],
    pub(crate) primary: &'a [u8],
}

impl Edits {
    pub(crate) fn push(&mut self, key: impl FnOnce(&mut Vec<u8>), primary: &[u8]) {
        let start = self.bytes.len();
        key(&mut self.bytes);
        let key_len = self.bytes.len() - start;
        self.bytes.extend_from_slice(primary);
        self.entries.push(Edit {
            whole: start..self.bytes.len(),
            key_len,
            adding: self.adding,
        });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn entry(&self, edit: &Edit) -> IndexEntry<'_> {
        let (key, primary) = self.bytes[edit.whole.clone()].split_at(edit.key_len);
        IndexEntry { key, primary }
    }

    /// The entries in order, each once with what was said of it last.
    pub(crate) fn settled(&self) -> Result<Vec<(IndexEntry<'_>, bool)>, HollowError> {
        if let Some(long) = self
            .entries
            .iter()
            .find(|edit| edit.key_len > MAX_INDEX_KEY_BYTES)
        {
            return Err(HollowError::TooLarge {
                what: "key of an index",
                bytes: long.key_len,
                limit: MAX_INDEX_KEY_BYTES,
            });
        }
        let mut order: Vec<&Edit> = self.entries.iter().collect();
        order.sort_unstable_by(|a, b| match self.entry(a).cmp(&self.entry(b)) {
            Ordering::Equal => a.whole.start.cmp(&b.whole.start),
            unequal => unequal,
        });
        let mut settled: Vec<(IndexEntry<'_>, bool)> = Vec::with_capacity(order.len());
        for edit in order {
            let entry = self.entry(edit);
            match settled.last_mut() {
                Some((last, adding)) if *last == entry => *adding = edit.adding,
                _ => settled.push((entry, edit.adding)),
            }
        }
        Ok(settled)
    }
}
