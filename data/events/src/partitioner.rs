//! Which partition a key belongs to: Kafka's default partitioner, so that every engine agrees.

use std::sync::atomic::{AtomicU32, Ordering};

/// Where events without a key go: each partition in turn.
#[derive(Debug, Default)]
pub struct Turns(AtomicU32);

impl Turns {
    /// The partition of an event: its key's, or the next in turn.
    pub fn partition(&self, key: &[u8], partitions: u32) -> u32 {
        if key.is_empty() {
            self.0.fetch_add(1, Ordering::Relaxed) % partitions.max(1)
        } else {
            partition_of(key, partitions)
        }
    }
}

/// The partition that holds every event of a key: murmur2 without its sign, modulo the partitions.
pub fn partition_of(key: &[u8], partitions: u32) -> u32 {
    (murmur2(key) & 0x7fff_ffff) % partitions.max(1)
}

/// Austin Appleby's `MurmurHash2` (32 bits) with the seed that Kafka's clients use.
fn murmur2(bytes: &[u8]) -> u32 {
    const SEED: u32 = 0x9747_b28c;
    const MIX: u32 = 0x5bd1_e995;
    let mut hash = SEED ^ bytes.len() as u32;
    let (words, rest) = bytes.as_chunks::<4>();
    for word in words {
        let mut word = u32::from_le_bytes(*word).wrapping_mul(MIX);
        word ^= word >> 24;
        hash = hash.wrapping_mul(MIX) ^ word.wrapping_mul(MIX);
    }
    for (index, byte) in rest.iter().enumerate().rev() {
        hash ^= u32::from(*byte) << (8 * index);
    }
    if !rest.is_empty() {
        hash = hash.wrapping_mul(MIX);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(MIX);
    hash ^ (hash >> 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_as_kafkas_clients_do() {
        // The vectors of Kafka's own UtilsTest.
        let vectors: [(&[u8], i32); 7] = [
            (b"21", -973_932_308),
            (b"foobar", -790_332_482),
            (b"a-little-bit-long-string", -985_981_536),
            (b"a-little-bit-longer-string", -1_486_304_829),
            (
                b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8",
                -58_897_971,
            ),
            (b"abc", 479_470_107),
            (b"", 275_646_681),
        ];
        for (key, hash) in vectors {
            assert_eq!(murmur2(key), hash.cast_unsigned(), "{key:?}");
        }
    }

    #[test]
    fn events_without_a_key_take_turns() {
        let turns = Turns::default();
        let drawn: Vec<_> = (0..6).map(|_| turns.partition(b"", 3)).collect();
        assert_eq!(drawn, [0, 1, 2, 0, 1, 2]);
        assert_eq!(turns.partition(b"abc", 5), partition_of(b"abc", 5));
    }
}
