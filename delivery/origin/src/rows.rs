//! The keys of the ledger's rows: one letter for the kind, then hashes or numbers as bytes.

use bytes::Bytes;
use contracts_delivery::ReleaseId;
use data_objects::ContentHash;

/// The one partition: it is what makes publish and withdraw atomic. About 70 bytes a file and release,
/// so a hundred thousand files are 7 MB.
pub(crate) const PARTITION: &[u8] = b"origin";

/// How often the origin has been started.
pub(crate) const STARTS: &[u8] = b"g";

/// Present while the release is published.
pub(crate) fn release(id: ReleaseId) -> Bytes {
    key(b'r', &[id.0.as_bytes()])
}

/// Present while the published release names the file.
pub(crate) fn reference(file: ContentHash, id: ReleaseId) -> Bytes {
    key(b'f', &[file.as_bytes(), id.0.as_bytes()])
}

/// What every reference to the file begins with.
pub(crate) fn references(file: ContentHash) -> Bytes {
    key(b'f', &[file.as_bytes()])
}

/// Present while the file is stored and no release has been published with it; holds the start count.
pub(crate) fn stored(file: ContentHash) -> Bytes {
    key(b's', &[file.as_bytes()])
}

/// What every [`stored`] key begins with.
pub(crate) const ALL_STORED: &[u8] = b"s";

/// Present while a withdrawn file waits to be removed; holds when.
pub(crate) fn pending(file: ContentHash) -> Bytes {
    key(b'p', &[file.as_bytes()])
}

/// What every [`pending`] key begins with.
pub(crate) const ALL_PENDING: &[u8] = b"p";

/// An entry of the withdrawal log; holds the file's hash. Never removed: an appliance may come back
/// after any time, and an entry is 41 bytes.
pub(crate) fn withdrawal(seq: u64) -> Bytes {
    key(b'w', &[&seq.to_be_bytes()])
}

/// What follows every [`withdrawal`] key.
pub(crate) const AFTER_WITHDRAWALS: &[u8] = b"x";

/// The file in a [`stored`] or [`pending`] key.
pub(crate) fn file_of(key: &[u8]) -> Option<ContentHash> {
    Some(ContentHash::from_bytes(key.get(1..33)?.try_into().ok()?))
}

/// The number in a [`withdrawal`] key.
pub(crate) fn seq_of(key: &[u8]) -> Option<u64> {
    number(key.strip_prefix(b"w")?)
}

/// A number as rows hold it.
pub(crate) fn number(value: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(value.try_into().ok()?))
}

/// The row value of a number.
pub(crate) fn number_value(number: u64) -> Bytes {
    Bytes::copy_from_slice(&number.to_be_bytes())
}

fn key(kind: u8, parts: &[&[u8]]) -> Bytes {
    let mut key = Vec::with_capacity(1 + parts.iter().map(|part| part.len()).sum::<usize>());
    key.push(kind);
    for part in parts {
        key.extend_from_slice(part);
    }
    key.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_give_back_what_they_were_made_of() {
        let file = ContentHash::of(b"file");
        assert_eq!(file_of(&stored(file)), Some(file));
        assert_eq!(file_of(&pending(file)), Some(file));
        assert_eq!(seq_of(&withdrawal(7)), Some(7));
        assert_eq!(seq_of(&stored(file)), None);
        assert!(reference(file, ReleaseId(file)).starts_with(&references(file)));
        assert!(withdrawal(u64::MAX).as_ref() < AFTER_WITHDRAWALS);
    }
}
