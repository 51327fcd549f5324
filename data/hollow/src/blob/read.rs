//! Reading blobs. Whatever the bytes say, no more than a block is allocated before it has been decoded.

use std::sync::Arc;

use bytes::Bytes;
use xxhash_rust::xxh3::xxh3_64;

use crate::blob::{BLOCK_PREFIX_BYTES, FORMAT, Header, Kind, MAGIC, PREFIX_BYTES};
use crate::dataset::Dataset;
use crate::error::HollowError;
use crate::limits::{BLOCK_BYTES, MAX_HEADER_BYTES, MAX_RECORDS};
use crate::record::Record;
use crate::state::{State, StateChange, entry, varint};

/// A blob being read; `what` names it in errors.
pub(super) struct Reader<'a> {
    what: &'a str,
    pub(super) header: Header,
    body: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn open(blob: &'a [u8], what: &'a str) -> Result<Self, HollowError> {
        let damaged = |why: &str| HollowError::damaged(what, why);
        let prefix = blob
            .get(..PREFIX_BYTES)
            .filter(|prefix| prefix.starts_with(MAGIC))
            .ok_or_else(|| damaged("it is no blob of a dataset"))?;
        let format = u16::from_le_bytes([prefix[8], prefix[9]]);
        if format > FORMAT {
            return Err(HollowError::Newer {
                what: what.to_owned(),
                format,
                known: FORMAT,
            });
        }
        let header_len = number(&prefix[10..]);
        if header_len > MAX_HEADER_BYTES {
            return Err(damaged("its header is too long"));
        }
        let header_end = PREFIX_BYTES + header_len;
        let sum = blob.get(header_end..header_end + 8);
        let sum = sum.ok_or_else(|| damaged("it ends in its header"))?;
        if xxh3_64(&blob[..header_end]).to_le_bytes() != sum {
            return Err(damaged("its header does not have its checksum"));
        }
        let header: Header = postcard::from_bytes(&blob[PREFIX_BYTES..header_end])
            .map_err(|error| damaged(&format!("its header cannot be read: {error}")))?;
        Ok(Self {
            what,
            header,
            body: &blob[header_end + 8..],
        })
    }

    fn damaged(&self, why: &str) -> HollowError {
        HollowError::damaged(self.what, why)
    }

    /// Refuses a blob of other records, another dataset or other versions.
    fn expect<R: Record>(
        &self,
        dataset: &Dataset<R>,
        kind: Kind,
        from: u64,
        to: u64,
    ) -> Result<(), HollowError> {
        let header = &self.header;
        let told = (header.dataset.as_str(), header.kind, header.from, header.to);
        if told != (dataset.name(), kind, from, to) {
            return Err(self.damaged("it is of another dataset or of other versions"));
        }
        if header.puts > MAX_RECORDS || header.removals > MAX_RECORDS {
            return Err(self.damaged("it holds too many records"));
        }
        dataset.fields().check(&header.fields, self.what)
    }

    /// The next block, decompressed.
    pub(super) fn block(&mut self) -> Result<Bytes, HollowError> {
        let torn = || HollowError::damaged(self.what, "it ends in a block");
        let (prefix, rest) = self
            .body
            .split_at_checked(BLOCK_PREFIX_BYTES)
            .ok_or_else(torn)?;
        let (raw_len, packed_len) = (number(prefix), number(&prefix[4..]));
        let (packed, rest) = rest.split_at_checked(packed_len).ok_or_else(torn)?;
        if raw_len == 0 || raw_len > BLOCK_BYTES || xxh3_64(packed).to_le_bytes() != prefix[8..] {
            return Err(self.damaged("a block does not have its checksum"));
        }
        self.body = rest;
        zstd::bulk::decompress(packed, raw_len)
            .ok()
            .filter(|raw| raw.len() == raw_len)
            .map(Bytes::from)
            .ok_or_else(|| self.damaged("a block cannot be decompressed"))
    }

    pub(super) fn end(&self) -> Result<(), HollowError> {
        if self.body.is_empty() {
            Ok(())
        } else {
            Err(self.damaged("something follows its last block"))
        }
    }

    /// Whether the state made of it is the one meant.
    fn arrived<R: Record>(&self, state: Arc<State<R>>) -> Result<Arc<State<R>>, HollowError> {
        if state.digest() == self.header.digest {
            Ok(state)
        } else {
            Err(self.damaged("it leads to other records than it should"))
        }
    }
}

fn number(bytes: &[u8]) -> usize {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize
}

/// The state a snapshot holds.
pub(crate) fn load<R: Record>(
    dataset: &Dataset<R>,
    blob: &[u8],
    to: u64,
    what: &str,
) -> Result<Arc<State<R>>, HollowError> {
    let mut reader = Reader::open(blob, what)?;
    reader.expect(dataset, Kind::Snapshot, 0, to)?;
    // A record packs into a byte at the least, so that a number in a header makes no table larger than that.
    let likely = (reader.header.puts as usize).min(blob.len());
    let mut change = StateChange::new(dataset, likely);
    for _ in 0..reader.header.put_blocks {
        let block = reader.block()?;
        change.adopt(&block).map_err(|error| of_blob(error, what))?;
    }
    reader.end()?;
    let state = change.finish(to)?;
    reader.arrived(state)
}

/// The state a delta leads to from `state`.
pub(crate) fn apply<R: Record>(
    dataset: &Dataset<R>,
    state: &State<R>,
    blob: &[u8],
    to: u64,
    what: &str,
) -> Result<Arc<State<R>>, HollowError> {
    let mut reader = Reader::open(blob, what)?;
    reader.expect(dataset, Kind::Delta, state.version(), to)?;
    let mut change = StateChange::of(dataset, state);
    let torn = |why: &str| HollowError::damaged(what, why);
    for _ in 0..reader.header.put_blocks {
        let block = reader.block()?;
        let mut rest = &block[..];
        while !rest.is_empty() {
            let entry = entry(rest).ok_or_else(|| torn("it holds half a record"))?;
            let put = change.put(entry.key_len, entry.record);
            put.map_err(|error| of_blob(error, what))?;
            rest = &rest[entry.len..];
        }
    }
    for _ in 0..reader.header.removal_blocks {
        let block = reader.block()?;
        let mut rest = &block[..];
        while !rest.is_empty() {
            let (len, start) = varint(rest).ok_or_else(|| torn("it holds half a key"))?;
            let key = rest.get(start..start + len);
            change.remove(key.ok_or_else(|| torn("it holds half a key"))?)?;
            rest = &rest[start + len..];
        }
    }
    reader.end()?;
    let state = change.finish(to)?;
    reader.arrived(state)
}

/// Says which blob a damaged block or record is of.
fn of_blob(error: HollowError, what: &str) -> HollowError {
    match error {
        HollowError::Damaged { what: part, why } => {
            HollowError::damaged(what, format!("{part}: {why}"))
        }
        other => other,
    }
}
