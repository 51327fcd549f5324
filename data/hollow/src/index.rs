//! Secondary indexes: other keys to find records by, declared with a function from the record.
//!
//! An index is a sorted list of (index key, primary key), kept in pages that versions share. A lookup by one
//! costs two binary searches and then one primary lookup per record found.

mod edits;
mod key;
mod pages;

use std::fmt;
use std::marker::PhantomData;

pub(crate) use edits::Edits;
pub use key::{IndexKey, Keys};
pub(crate) use pages::Pages;

/// An index under whose keys there is at most one record each.
pub struct UniqueIndex<R, K: ?Sized>(pub(crate) Declared<R, K>);

/// An index under whose keys there may be many records.
pub struct ManyIndex<R, K: ?Sized>(pub(crate) Declared<R, K>);

/// An index by text, searched by how the text begins, in the order of its bytes.
pub struct PrefixIndex<R>(pub(crate) Declared<R, str>);

/// Which of a dataset's indexes, and of what.
pub(crate) struct Declared<R, K: ?Sized> {
    pub(crate) place: usize,
    of: PhantomData<fn(&R, &K)>,
}

impl<R, K: ?Sized> Declared<R, K> {
    pub(crate) fn at(place: usize) -> Self {
        Self {
            place,
            of: PhantomData,
        }
    }
}

impl<R, K: ?Sized> Clone for Declared<R, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R, K: ?Sized> Copy for Declared<R, K> {}

macro_rules! handle {
    ($name:ident $(, $key:ident)?) => {
        impl<R $(, $key: ?Sized)?> Clone for $name<R $(, $key)?> {
            fn clone(&self) -> Self {
                *self
            }
        }
        impl<R $(, $key: ?Sized)?> Copy for $name<R $(, $key)?> {}
        impl<R $(, $key: ?Sized)?> fmt::Debug for $name<R $(, $key)?> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.0.place).finish()
            }
        }
    };
}

handle!(UniqueIndex, K);
handle!(ManyIndex, K);
handle!(PrefixIndex);
