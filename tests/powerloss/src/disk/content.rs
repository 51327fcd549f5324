//! A file's bytes, sparse, and the changes that make them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::limits::{PAGE_BYTES, SECTOR_BYTES};

type Page = [u8; PAGE_BYTES as usize];

/// Bytes of a file. Pages that were never written are not kept and read as zeros.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Content {
    len: u64,
    pages: BTreeMap<u64, Arc<Page>>,
}

/// One change to a file's bytes, as a process made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum DataChange {
    /// Bytes at a place; the file grows to hold them.
    Write { at: u64, bytes: Vec<u8> },
    /// The file's length: what is cut off is gone, what is added reads as zeros.
    Len(u64),
    /// Zeros inside the file, which keeps its length.
    Zero { from: u64, to: u64 },
}

impl Content {
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    pub(super) fn read(&self, at: u64, count: u64) -> Vec<u8> {
        let end = self.len.min(at.saturating_add(count));
        let mut bytes = Vec::with_capacity(end.saturating_sub(at) as usize);
        let mut at = at;
        while at < end {
            let (page, from) = (at / PAGE_BYTES, (at % PAGE_BYTES) as usize);
            let until = (PAGE_BYTES as usize).min(from + (end - at) as usize);
            match self.pages.get(&page) {
                Some(held) => bytes.extend_from_slice(&held[from..until]),
                None => bytes.resize(bytes.len() + until - from, 0),
            }
            at += (until - from) as u64;
        }
        bytes
    }

    pub(super) fn apply(&mut self, change: &DataChange) {
        match change {
            DataChange::Write { at, bytes } => {
                self.put(*at, bytes);
                self.len = self.len.max(at + bytes.len() as u64);
            }
            DataChange::Len(len) => self.set_len(*len),
            DataChange::Zero { from, to } => self.zero(*from, *to),
        }
    }

    /// Makes the file this long.
    pub(super) fn set_len(&mut self, len: u64) {
        if len < self.len {
            let next_page = len.div_ceil(PAGE_BYTES);
            self.pages.split_off(&next_page);
            self.zero(len, next_page * PAGE_BYTES);
        }
        self.len = len;
    }

    fn put(&mut self, at: u64, bytes: &[u8]) {
        let mut done = 0;
        while done < bytes.len() {
            let at = at + done as u64;
            let from = (at % PAGE_BYTES) as usize;
            let count = (PAGE_BYTES as usize - from).min(bytes.len() - done);
            let page = self.pages.entry(at / PAGE_BYTES);
            let page = page.or_insert_with(|| Arc::new([0; PAGE_BYTES as usize]));
            Arc::make_mut(page)[from..from + count].copy_from_slice(&bytes[done..done + count]);
            done += count;
        }
    }

    fn zero(&mut self, from: u64, to: u64) {
        let held: Vec<u64> = self
            .pages
            .range(from / PAGE_BYTES..to.div_ceil(PAGE_BYTES))
            .map(|(page, _)| *page)
            .collect();
        for page in held {
            let start = from.max(page * PAGE_BYTES) - page * PAGE_BYTES;
            let end = to.min((page + 1) * PAGE_BYTES) - page * PAGE_BYTES;
            if start == 0 && end == PAGE_BYTES {
                self.pages.remove(&page);
            } else if let Some(held) = self.pages.get_mut(&page) {
                Arc::make_mut(held)[start as usize..end as usize].fill(0);
            }
        }
    }
}

impl DataChange {
    /// The parts that reach a disk one by one, when `unit` bytes are written whole.
    pub(super) fn torn(&self, unit: u64) -> Vec<Self> {
        debug_assert_eq!(unit % SECTOR_BYTES, 0);
        let Self::Write { at, bytes } = self else {
            return vec![self.clone()];
        };
        let mut parts = Vec::new();
        let mut done = 0;
        while done < bytes.len() {
            let at = at + done as u64;
            let count = ((unit - at % unit) as usize).min(bytes.len() - done);
            parts.push(Self::Write {
                at,
                bytes: bytes[done..done + count].to_vec(),
            });
            done += count;
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn change() -> impl Strategy<Value = DataChange> {
        let at = 0..20_000_u64;
        prop_oneof![
            (at.clone(), proptest::collection::vec(1..=255_u8, 1..9000))
                .prop_map(|(at, bytes)| DataChange::Write { at, bytes }),
            at.clone().prop_map(DataChange::Len),
            (at.clone(), at).prop_map(|(a, b)| DataChange::Zero {
                from: a.min(b),
                to: a.max(b)
            }),
        ]
    }

    /// The same in the plainest way.
    fn plainly(changes: &[DataChange]) -> Vec<u8> {
        let mut file = Vec::new();
        for change in changes {
            match change {
                DataChange::Write { at, bytes } => {
                    let end = *at as usize + bytes.len();
                    file.resize(file.len().max(end), 0);
                    file[*at as usize..end].copy_from_slice(bytes);
                }
                DataChange::Len(len) => file.resize(*len as usize, 0),
                DataChange::Zero { from, to } => {
                    let (from, to) = (file.len().min(*from as usize), file.len().min(*to as usize));
                    file[from..to].fill(0);
                }
            }
        }
        file
    }

    proptest! {
        #[test]
        fn a_sparse_file_holds_what_a_plain_one_holds(changes in proptest::collection::vec(change(), 0..12)) {
            let (mut whole, mut torn) = (Content::default(), Content::default());
            for change in &changes {
                whole.apply(change);
                change.torn(SECTOR_BYTES).iter().for_each(|part| torn.apply(part));
            }
            prop_assert_eq!(whole.read(0, u64::MAX), plainly(&changes));
            prop_assert_eq!(torn.read(0, u64::MAX), plainly(&changes));
        }
    }
}
