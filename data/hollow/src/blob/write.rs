//! Writing blobs.

use bytes::Bytes;
use xxhash_rust::xxh3::xxh3_64;

use crate::blob::{FORMAT, Header, Kind, MAGIC};
use crate::dataset::Dataset;
use crate::error::HollowError;
use crate::limits::{BLOCK_BYTES, ZSTD_LEVEL};
use crate::record::Record;
use crate::state::{Entry, Rows, State, put_entry, put_varint};

/// What turns one version's records into another's.
#[derive(Debug)]
pub(crate) struct Changes<'a> {
    /// By key.
    pub(crate) puts: Vec<Entry<'a>>,
    /// Keys, in order.
    pub(crate) removals: Vec<&'a [u8]>,
}

/// What leads from `from` to `to`.
pub(crate) fn diff<'a>(from: &'a Rows, to: &'a Rows) -> Changes<'a> {
    let same = |entry: &Entry<'_>| {
        let old = from.get(entry.key());
        old.is_some_and(|old| old.record == entry.record)
    };
    let mut puts: Vec<_> = to.iter().filter(|entry| !same(entry)).collect();
    puts.sort_unstable_by_key(Entry::key);
    let gone = from.iter().filter(|entry| to.get(entry.key()).is_none());
    let mut removals: Vec<_> = gone.map(|entry| entry.key()).collect();
    removals.sort_unstable();
    Changes { puts, removals }
}

/// A version, whole, by key.
pub(crate) fn snapshot<R: Record>(
    dataset: &Dataset<R>,
    state: &State<R>,
) -> Result<Bytes, HollowError> {
    let changes = Changes {
        puts: state.rows().sorted(),
        removals: Vec::new(),
    };
    write(dataset, Kind::Snapshot, 0, state, &changes)
}

/// What leads from version `from` to `state`.
pub(crate) fn delta<R: Record>(
    dataset: &Dataset<R>,
    from: u64,
    state: &State<R>,
    changes: &Changes<'_>,
) -> Result<Bytes, HollowError> {
    write(dataset, Kind::Delta, from, state, changes)
}

fn write<R: Record>(
    dataset: &Dataset<R>,
    kind: Kind,
    from: u64,
    to: &State<R>,
    changes: &Changes<'_>,
) -> Result<Bytes, HollowError> {
    let mut body = Body::default();
    for entry in &changes.puts {
        body.entry(|block| put_entry(block, entry.key_len, entry.record))?;
    }
    body.end_block()?;
    let put_blocks = body.blocks;
    for key in &changes.removals {
        body.entry(|block| {
            put_varint(block, key.len());
            block.extend_from_slice(key);
        })?;
    }
    body.end_block()?;
    let header = Header {
        dataset: dataset.name().to_owned(),
        kind,
        from,
        to: to.version(),
        fields: dataset.fields().names().to_vec(),
        puts: changes.puts.len() as u64,
        removals: changes.removals.len() as u64,
        digest: to.digest(),
        put_blocks,
        removal_blocks: body.blocks - put_blocks,
    };
    framed(&header, &body.bytes)
}

/// Puts the header before the body.
pub(super) fn framed(header: &Header, body: &[u8]) -> Result<Bytes, HollowError> {
    let what = "header";
    let header =
        postcard::to_allocvec(header).map_err(|source| HollowError::Encode { what, source })?;
    let mut blob = Vec::with_capacity(header.len() + body.len() + 32);
    blob.extend_from_slice(MAGIC);
    blob.extend_from_slice(&FORMAT.to_le_bytes());
    blob.extend_from_slice(&(header.len() as u32).to_le_bytes());
    blob.extend_from_slice(&header);
    blob.extend_from_slice(&xxh3_64(&blob).to_le_bytes());
    blob.extend_from_slice(body);
    Ok(blob.into())
}

/// Blocks, compressed as they fill.
#[derive(Default)]
struct Body {
    bytes: Vec<u8>,
    open: Vec<u8>,
    blocks: u32,
}

impl Body {
    fn entry(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), HollowError> {
        let start = self.open.len();
        write(&mut self.open);
        if self.open.len() > BLOCK_BYTES {
            let entry = self.open.split_off(start);
            self.end_block()?;
            self.open = entry;
        }
        Ok(())
    }

    fn end_block(&mut self) -> Result<(), HollowError> {
        if self.open.is_empty() {
            return Ok(());
        }
        let packed = zstd::bulk::compress(&self.open, ZSTD_LEVEL)
            .map_err(|error| HollowError::damaged("a block to be written", error.to_string()))?;
        self.bytes
            .extend_from_slice(&(self.open.len() as u32).to_le_bytes());
        self.bytes
            .extend_from_slice(&(packed.len() as u32).to_le_bytes());
        self.bytes
            .extend_from_slice(&xxh3_64(&packed).to_le_bytes());
        self.bytes.extend_from_slice(&packed);
        self.blocks += 1;
        self.open.clear();
        Ok(())
    }
}
