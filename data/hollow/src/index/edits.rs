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
    /// Whether some primary key was less than the one before; a snapshot's never are.
    unordered: bool,
}

#[derive(Debug, Clone)]
struct Edit {
    whole: Range<usize>,
    key_len: usize,
    /// The key's first bytes as a number of the same order: most comparisons need no more.
    first: u64,
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
        let key = &self.bytes[start..];
        let key_len = key.len();
        let mut first = [0; 8];
        let head = key_len.min(first.len());
        first[..head].copy_from_slice(&key[..head]);
        let before = self.entries.last().map(|last| self.entry(last).primary);
        self.unordered |= before.is_some_and(|before| primary < before);
        self.bytes.extend_from_slice(primary);
        self.entries.push(Edit {
            whole: start..self.bytes.len(),
            key_len,
            first: u64::from_be_bytes(first),
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

    fn compare(&self, a: &Edit, b: &Edit) -> Ordering {
        let short = a.key_len == b.key_len && a.key_len <= size_of::<u64>();
        let key = |edit: &Edit| &self.bytes[edit.whole.start..][..edit.key_len];
        let rest = || {
            if short {
                Ordering::Equal
            } else {
                key(a).cmp(key(b))
            }
        };
        let by_key = a.first.cmp(&b.first).then_with(rest);
        if self.unordered {
            by_key.then_with(|| self.entry(a).primary.cmp(self.entry(b).primary))
        } else {
            by_key
        }
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
        let mut order: Vec<Edit> = self.entries.clone();
        // Stable: what was said last of an entry stays last, and primary keys in order stay in order.
        order.sort_by(|a, b| self.compare(a, b));
        let mut settled: Vec<(IndexEntry<'_>, bool)> = Vec::with_capacity(order.len());
        for edit in order {
            let entry = self.entry(&edit);
            match settled.last_mut() {
                Some((last, adding)) if *last == entry => *adding = edit.adding,
                _ => settled.push((entry, edit.adding)),
            }
        }
        Ok(settled)
    }
}
