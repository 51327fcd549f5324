//! What an index's keys may be, and how a record names its own.

use std::marker::PhantomData;

use crate::index::edits::Edits;

/// A key of an index: bytes whose order is the key's.
pub trait IndexKey {
    /// Appends the key's bytes.
    fn write(&self, out: &mut Vec<u8>);
}

impl IndexKey for str {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_bytes());
    }
}

impl IndexKey for [u8] {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }
}

impl<const N: usize> IndexKey for [u8; N] {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }
}

impl IndexKey for u64 {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_be_bytes());
    }
}

/// Where a record puts the keys it is found by.
#[derive(Debug)]
pub struct Keys<'a, K: ?Sized> {
    pub(crate) edits: &'a mut Edits,
    pub(crate) primary: &'a [u8],
    pub(crate) kind: PhantomData<fn(&K)>,
}

impl<K: IndexKey + ?Sized> Keys<'_, K> {
    /// The record is found by `key`. A record may have none or many; the same one twice counts once.
    pub fn add(&mut self, key: &K) {
        self.edits.push(|out| key.write(out), self.primary);
    }
}
