//! Moving what is live out of blocks that are mostly dead.

use crate::error::HollowError;
use crate::limits::{BLOCK_BYTES, DEAD_SHARE, REWRITE_FACTOR};
use crate::record::hash_bytes;
use crate::state::arena::entry;
use crate::state::change::Change;
use crate::state::table::Place;

impl Change {
    /// Rewrites the deadest blocks when too much is dead, but not much more than the change itself wrote:
    /// a long run of changes pays as it goes, and none of them pays for all.
    pub(crate) fn rewrite(&mut self) -> Result<(), HollowError> {
        let (all, live) = self.rows.arena.bytes();
        let dead = all.saturating_sub(live);
        if dead < BLOCK_BYTES as u64 || dead <= all / DEAD_SHARE {
            return Ok(());
        }
        let budget = self.written * REWRITE_FACTOR + BLOCK_BYTES as u64;
        let until = self.written + budget;
        for number in self.deadest_first() {
            if self.written >= until {
                break;
            }
            self.move_live(number)?;
        }
        Ok(())
    }

    fn deadest_first(&self) -> Vec<usize> {
        let blocks = &self.rows.arena.blocks;
        let mut numbers: Vec<_> = (0..blocks.len())
            .filter(|number| Some(*number) != self.number)
            .filter(|number| blocks[*number].live < blocks[*number].bytes.len())
            .collect();
        let live_share = |number: &usize| {
            let block = &blocks[*number];
            block.live * 1_000 / block.bytes.len()
        };
        numbers.sort_by_key(live_share);
        numbers
    }

    fn move_live(&mut self, number: usize) -> Result<(), HollowError> {
        let bytes = self.rows.arena.blocks[number].bytes.clone();
        let mut byte = 0;
        while byte < bytes.len() {
            let entry = entry(&bytes[byte..]).expect("a block in the arena is whole entries");
            let (hash, from) = (
                hash_bytes(entry.key()),
                Place {
                    block: number,
                    byte,
                },
            );
            if self
                .rows
                .table
                .find(hash, |place| (place == from).then_some(()))
                .is_some()
            {
                let to = self.write(entry.key_len, entry.record)?;
                self.rows.table.replace(hash, from, to);
                self.bury(from, entry.len);
            }
            byte += entry.len;
        }
        Ok(())
    }
}
