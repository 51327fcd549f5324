//! Idempotency tokens: what makes a write safe to repeat.

use std::sync::atomic::{AtomicU64, Ordering};

use data_engine::{Stamp, Stamps};
use platform_clock::SharedClock;
use platform_entropy::SharedEntropy;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Names one write. The client makes it before the first attempt and sends the same one with each repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IdempotencyToken {
    /// When the write was asked for, by the client's clock: of two writes to an item the later stands.
    pub generation_time: Stamp,
    /// Tells writes of the same microsecond apart.
    pub nonce: u128,
}

impl IdempotencyToken {
    /// A number that is the same for each repeat of the write and differs between items: jitter that a
    /// retry does not change.
    pub(crate) fn chance(&self, key: &[u8]) -> u64 {
        let nonce = (self.nonce >> 64) as u64 ^ self.nonce as u64;
        xxh3_64_with_seed(key, nonce ^ self.generation_time.0)
    }
}

/// Makes tokens whose generation times only grow.
#[derive(Debug)]
pub struct Tokens {
    stamps: Stamps,
    base: u128,
    made: AtomicU64,
}

impl Tokens {
    /// Tokens by this clock. Each source draws its own base, so that no two make the same token.
    pub fn new(clock: SharedClock, entropy: &SharedEntropy) -> Self {
        let mut base = [0; 16];
        entropy.fill(&mut base);
        Self {
            stamps: Stamps::new(clock),
            base: u128::from_le_bytes(base),
            made: AtomicU64::new(0),
        }
    }

    /// A token for a write that is asked for now.
    pub fn next(&self) -> IdempotencyToken {
        let made = self.made.fetch_add(1, Ordering::Relaxed);
        IdempotencyToken {
            generation_time: self.stamps.next(),
            nonce: self.base.wrapping_add(u128::from(made)),
        }
    }
}

#[cfg(test)]
mod tests {
    use platform_clock::{ManualClock, Timestamp};
    use platform_entropy::SeededEntropy;

    use super::*;

    #[test]
    fn tokens_grow_and_sources_differ() {
        let clock = ManualClock::at(Timestamp::from_millis(1_000));
        let one = Tokens::new(clock.clone(), &SeededEntropy::shared(1));
        let other = Tokens::new(clock, &SeededEntropy::shared(2));
        let (first, second) = (one.next(), one.next());
        assert!(first.generation_time < second.generation_time);
        assert_ne!(first.nonce, second.nonce);
        let theirs = other.next();
        assert_eq!(first.generation_time, theirs.generation_time);
        assert_ne!(first.nonce, theirs.nonce);
        assert_ne!(first.chance(b"a"), first.chance(b"b"));
        assert_eq!(first.chance(b"a"), first.chance(b"a"));
    }
}
