//! Keys hashed and compared as they are encoded, without being written anywhere.
//!
//! A key written to memory and read back in other pieces keeps a processor from going on to the next lookup
//! while it waits for this one's memory; lookups one after the other are several times faster without.

use postcard::ser_flavors::Flavor;
use serde::Serialize;

/// Odd, with bits in no pattern: the golden ratio's.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
/// Another one, so that a key of zeros has a hash of its own.
const START: u64 = 0xc2b2_ae3d_27d4_eb4f;

/// What a record may be keyed by: anything that is encoded, and that [`RecordKey`] is implemented for.
///
/// The provided methods are right for every type. Those that override them are as right, and faster.
pub trait RecordKey: Serialize {
    /// The hash of the key as `postcard` would encode it, if it can be.
    #[inline]
    fn hashed(&self) -> Option<u64> {
        postcard::serialize_with_flavor(self, KeyHash::new()).ok()
    }

    /// Whether `postcard` would encode the key so.
    #[inline]
    fn is_encoded(&self, encoded: &[u8]) -> bool {
        postcard::serialize_with_flavor(self, Expect(encoded)).unwrap_or(false)
    }
}

impl RecordKey for u16 {}
impl RecordKey for u32 {}
impl RecordKey for u64 {}
impl RecordKey for u128 {}
impl<const N: usize> RecordKey for [u8; N] where Self: Serialize {}
impl<A: RecordKey, B: RecordKey> RecordKey for (A, B) {}

impl RecordKey for str {
    #[inline]
    fn hashed(&self) -> Option<u64> {
        let mut hash = KeyHash::new();
        let mut len = self.len();
        while len >= 0x80 {
            hash.take(len as u64 & 0x7f | 0x80, 1);
            len >>= 7;
        }
        hash.take(len as u64, 1);
        hash.extend(self.as_bytes());
        Some(hash.done())
    }

    #[inline]
    fn is_encoded(&self, encoded: &[u8]) -> bool {
        if self.len() >= 0x80 {
            return postcard::serialize_with_flavor(self, Expect(encoded)).unwrap_or(false);
        }
        let parts = encoded.split_first();
        parts.is_some_and(|(len, text)| {
            usize::from(*len) == self.len() && same(text, self.as_bytes())
        })
    }
}

impl RecordKey for String {
    #[inline]
    fn hashed(&self) -> Option<u64> {
        self.as_str().hashed()
    }

    #[inline]
    fn is_encoded(&self, encoded: &[u8]) -> bool {
        self.as_str().is_encoded(encoded)
    }
}

/// Whether two texts of one length are the same, in words of eight: without a call, and with one branch.
#[inline]
fn same(one: &[u8], other: &[u8]) -> bool {
    let (Some(last), Some(other_last)) = (one.last_chunk::<8>(), other.last_chunk::<8>()) else {
        return one == other;
    };
    let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
    let ((words, _), (other_words, _)) = (one.as_chunks::<8>(), other.as_chunks::<8>());
    let pairs = words.iter().zip(other_words);
    let all = pairs.fold(word(last) ^ word(other_last), |different, (one, other)| {
        different | (word(one) ^ word(other))
    });
    one.len() == other.len() && all == 0
}

/// The hash of an encoded key.
#[inline]
pub(crate) fn hash_bytes(key: &[u8]) -> u64 {
    let mut hash = KeyHash::new();
    hash.extend(key);
    hash.done()
}

/// Hashes bytes in words of eight, however they come in pieces.
struct KeyHash {
    state: u64,
    /// Bytes of a word not yet full, the first one lowest, and how many bits they are: 0 to 56.
    word: u64,
    bits: u32,
    len: u64,
}

impl KeyHash {
    #[inline]
    fn new() -> Self {
        Self {
            state: START,
            word: 0,
            bits: 0,
            len: 0,
        }
    }

    #[inline]
    fn mix(&mut self, word: u64) {
        let product = u128::from(self.state ^ word) * u128::from(FACTOR);
        self.state = (product as u64) ^ (product >> 64) as u64;
    }

    /// Takes the low `bytes` of `next`, 1 to 8, the first one lowest, the others zero.
    #[inline]
    fn take(&mut self, next: u64, bytes: u32) {
        self.word |= next << self.bits;
        self.bits += 8 * bytes;
        if self.bits >= 64 {
            self.mix(self.word);
            self.bits -= 64;
            // What the full word did not hold; shifted twice, as a shift by 64 is none.
            self.word = next >> 1 >> (8 * bytes - 1 - self.bits);
        }
        self.len += u64::from(bytes);
    }

    #[inline]
    fn extend(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.take(u64::from_le_bytes(*word), 8);
        }
        if rest.is_empty() {
            return;
        }
        let count = rest.len() as u32;
        let last = match bytes.last_chunk::<8>() {
            Some(last) => u64::from_le_bytes(*last) >> (64 - 8 * count),
            None => rest
                .iter()
                .rev()
                .fold(0, |last, byte| last << 8 | u64::from(*byte)),
        };
        self.take(last, count);
    }

    #[inline]
    fn done(mut self) -> u64 {
        self.mix(self.word);
        self.mix(self.len);
        self.state
    }
}

impl Flavor for KeyHash {
    type Output = u64;

    #[inline]
    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.take(byte.into(), 1);
        Ok(())
    }

    #[inline]
    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.extend(bytes);
        Ok(())
    }

    #[inline]
    fn finalize(self) -> postcard::Result<u64> {
        Ok(self.done())
    }
}

/// What is still expected; ends the encoding at the first byte that differs.
struct Expect<'a>(&'a [u8]);

impl Flavor for Expect<'_> {
    type Output = bool;

    #[inline]
    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.try_extend(&[byte])
    }

    #[inline]
    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        let rest = self.0.strip_prefix(bytes);
        self.0 = rest.ok_or(postcard::Error::SerializeBufferFull)?;
        Ok(())
    }

    #[inline]
    fn finalize(self) -> postcard::Result<bool> {
        Ok(self.0.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn agrees<K: RecordKey + ?Sized>(key: &K, other: &[u8]) {
        let encoded = postcard::to_allocvec(key).unwrap();
        assert_eq!(key.hashed(), Some(hash_bytes(&encoded)));
        assert!(key.is_encoded(&encoded));
        assert!(!key.is_encoded(&encoded[1..]));
        assert!(!key.is_encoded(&[&encoded[..], b"x"].concat()));
        assert_eq!(key.is_encoded(other), encoded == other);
    }

    proptest! {
        #[test]
        fn a_key_hashes_and_compares_as_its_encoding_does(
            text in ".{0,40}",
            times in 0..20_usize,
            number in any::<u64>(),
            bytes in any::<[u8; 9]>(),
            other in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            agrees(text.as_str(), &other);
            agrees(&text.repeat(times), &other);
            agrees(&number, &other);
            agrees(&bytes, &other);
            agrees(&(number, text), &other);
        }
    }

    #[test]
    fn near_keys_spread_over_low_bits() {
        let hashes = |bits: u32| {
            let low = |number: u64| hash_bytes(&number.to_le_bytes()) % (1 << bits);
            (0..4_096).map(low).collect::<HashSet<_>>().len()
        };
        assert!(hashes(28) > 4_090, "{}", hashes(28));
        // Of 4,096 balls in 4,096 boxes, 63 % of the boxes get one.
        assert!((2_450..2_720).contains(&hashes(12)), "{}", hashes(12));
        let lengths: HashSet<_> = (0..64).map(|len| hash_bytes(&vec![0; len])).collect();
        assert_eq!(lengths.len(), 64);
    }
}
