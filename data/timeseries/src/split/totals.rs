//! What a set of rows comes to, in whatever order they are read.

use data_engine::Item;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

/// Count, bytes and checksum of rows. The checksum is the sum of the rows' own, modulo 2^128, so that the
/// rows of a partition and those of its parts come to the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Totals {
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    pub(super) sum: u128,
}

impl Totals {
    pub(crate) fn add(&mut self, row: &Item) {
        self.rows += 1;
        self.bytes += (row.key.len() + row.value.len()) as u64;
        let mut hasher = Xxh3::new();
        hasher.update(&xxh3_128(&row.key).to_be_bytes());
        hasher.update(&row.value);
        self.sum = self.sum.wrapping_add(hasher.digest128());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(key: &'static str, value: &'static str) -> Item {
        Item {
            key: key.into(),
            value: value.into(),
            stamp: data_engine::Stamp(1),
            expires: None,
        }
    }

    fn totals(rows: &[(&'static str, &'static str)]) -> Totals {
        let mut totals = Totals::default();
        for (key, value) in rows {
            totals.add(&row(key, value));
        }
        totals
    }

    #[test]
    fn order_is_nothing_and_content_is_all() {
        let one = totals(&[("a", "1"), ("b", "2")]);
        assert_eq!(one, totals(&[("b", "2"), ("a", "1")]));
        assert_ne!(one, totals(&[("a", "2"), ("b", "1")]));
        assert_ne!(one, totals(&[("a", "1")]));
        assert_ne!(totals(&[("a", "bc")]), totals(&[("ab", "c")]));
    }
}
