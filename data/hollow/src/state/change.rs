//! Making the next state's records from a state's.

use bytes::Bytes;
use xxhash_rust::xxh3::xxh3_64;

use crate::error::HollowError;
use crate::limits::{BLOCK_BYTES, MAX_BLOCKS, MAX_RECORDS, TAIL_BYTES};
use crate::record::hash_bytes;
use crate::state::arena::{Block, ENTRY_OVERHEAD, Entry, entry, put_entry};
use crate::state::rows::Rows;
use crate::state::table::Place;

/// The next records in the making. What it was made from stays as it is.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) rows: Rows,
    /// The block being written, and its number.
    open: Vec<u8>,
    pub(crate) number: Option<usize>,
    /// Bytes of entries written so far.
    pub(crate) written: u64,
}

impl Change {
    pub(crate) fn of(rows: &Rows) -> Self {
        Self {
            rows: rows.clone(),
            open: Vec::new(),
            number: None,
            written: 0,
        }
    }

    fn at(&self, place: Place) -> Entry<'_> {
        if Some(place.block) == self.number {
            return entry(&self.open[place.byte..])
                .expect("entries of the open block were written whole");
        }
        self.rows.arena.at(place)
    }

    fn find(&self, hash: u64, key: &[u8]) -> Option<Place> {
        let is = |place: Place| self.at(place).key() == key;
        self.rows
            .table
            .find(hash, |place| is(place).then_some(place))
    }

    /// The record with this encoded key as it stands now.
    pub(crate) fn get(&self, key: &[u8]) -> Option<Entry<'_>> {
        self.find(hash_bytes(key), key).map(|place| self.at(place))
    }

    /// Adds or replaces a record; writes nothing when it stands already.
    pub(crate) fn put(&mut self, key_len: usize, record: &[u8]) -> Result<(), HollowError> {
        let key = &record[..key_len];
        let hash = hash_bytes(key);
        let old = self.find(hash, key);
        if let Some(place) = old {
            let entry = self.at(place);
            if entry.record == record {
                return Ok(());
            }
            let (len, digest) = (entry.len, xxh3_64(entry.record));
            self.rows.digest = self.rows.digest.wrapping_sub(digest);
            let new = self.write(key_len, record)?;
            self.rows.table.replace(hash, place, new);
            self.bury(place, len);
        } else {
            self.make_room()?;
            let new = self.write(key_len, record)?;
            self.rows.table.add(hash, new);
            self.rows.count += 1;
        }
        self.rows.digest = self.rows.digest.wrapping_add(xxh3_64(record));
        Ok(())
    }

    /// Takes a record out; returns whether it was there.
    pub(crate) fn remove(&mut self, key: &[u8]) -> bool {
        let hash = hash_bytes(key);
        let Some(place) = self.find(hash, key) else {
            return false;
        };
        let entry = self.at(place);
        let (len, digest) = (entry.len, xxh3_64(entry.record));
        self.rows.table.remove(hash, place);
        self.rows.digest = self.rows.digest.wrapping_sub(digest);
        self.rows.count -= 1;
        self.bury(place, len);
        true
    }

    /// Takes a snapshot's block over as it is. Its keys must be new.
    pub(crate) fn adopt(&mut self, bytes: &Bytes) -> Result<(), HollowError> {
        let damaged = |why: &str| HollowError::damaged("a snapshot's block", why);
        let block = self.number_for_block()?;
        self.rows.arena.blocks[block] = Block {
            live: bytes.len(),
            bytes: bytes.clone(),
        };
        let mut byte = 0;
        while byte < bytes.len() {
            let entry = entry(&bytes[byte..]).ok_or_else(|| damaged("it holds half a record"))?;
            let hash = hash_bytes(entry.key());
            if self.find(hash, entry.key()).is_some() {
                return Err(damaged("it holds a record twice"));
            }
            self.make_room()?;
            self.rows.table.add(hash, Place { block, byte });
            self.rows.count += 1;
            self.rows.digest = self.rows.digest.wrapping_add(xxh3_64(entry.record));
            byte += entry.len;
        }
        Ok(())
    }

    /// The next records. Rewrites blocks that are mostly dead, within a budget.
    pub(crate) fn finish(mut self) -> Result<Rows, HollowError> {
        self.rewrite()?;
        self.close();
        Ok(self.rows)
    }

    fn make_room(&self) -> Result<(), HollowError> {
        if self.rows.count < MAX_RECORDS {
            Ok(())
        } else {
            Err(HollowError::Full("134,217,728 records"))
        }
    }

    /// Writes an entry to the open block.
    pub(crate) fn write(&mut self, key_len: usize, record: &[u8]) -> Result<Place, HollowError> {
        if self.open.len() + record.len() + ENTRY_OVERHEAD > BLOCK_BYTES {
            self.close();
        }
        let block = match self.number {
            Some(number) => number,
            None => self.begin()?,
        };
        let byte = self.open.len();
        put_entry(&mut self.open, key_len, record);
        let len = self.open.len() - byte;
        self.rows.arena.blocks[block].live += len;
        self.written += len as u64;
        Ok(Place { block, byte })
    }

    /// Continues the last block when it is short, else begins one.
    fn begin(&mut self) -> Result<usize, HollowError> {
        let arena = &self.rows.arena;
        let short = arena.tail.filter(|tail| {
            let len = arena.blocks[*tail].bytes.len();
            len > 0 && len < TAIL_BYTES
        });
        let number = if let Some(tail) = short {
            self.open = arena.blocks[tail].bytes.to_vec();
            tail
        } else {
            self.number_for_block()?
        };
        self.rows.arena.tail = Some(number);
        self.number = Some(number);
        Ok(number)
    }

    fn number_for_block(&mut self) -> Result<usize, HollowError> {
        let arena = &mut self.rows.arena;
        if let Some(number) = arena.free.pop() {
            return Ok(number);
        }
        if arena.blocks.len() >= MAX_BLOCKS {
            return Err(HollowError::Full("16,383 blocks of 1 MiB"));
        }
        arena.blocks.push(Block::default());
        Ok(arena.blocks.len() - 1)
    }

    /// Ends the open block.
    fn close(&mut self) {
        let Some(number) = self.number.take() else {
            return;
        };
        let mut bytes = std::mem::take(&mut self.open);
        bytes.shrink_to_fit();
        let block = &mut self.rows.arena.blocks[number];
        block.bytes = Bytes::from(bytes);
        if block.live == 0 {
            self.release(number);
        }
    }

    /// Counts an entry's bytes as dead.
    pub(crate) fn bury(&mut self, place: Place, len: usize) {
        let block = &mut self.rows.arena.blocks[place.block];
        block.live -= len;
        if block.live == 0 && Some(place.block) != self.number {
            self.release(place.block);
        }
    }

    fn release(&mut self, number: usize) {
        let arena = &mut self.rows.arena;
        arena.blocks[number] = Block::default();
        arena.free.push(number);
        if arena.tail == Some(number) {
            arena.tail = None;
        }
    }
}
