//! Randomness as an input.
//!
//! Keys, session ids and jitter take an [`Entropy`]; the operating system is one source, a seeded
//! generator is the other, so that a simulation replays. This crate must not know what is drawn.

use std::sync::Arc;

use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// A source of random bytes.
pub trait Entropy: Send + Sync + std::fmt::Debug {
    /// Fills `buffer` with random bytes.
    fn fill(&self, buffer: &mut [u8]);
}

/// An entropy handle that is cheap to clone and to store.
pub type SharedEntropy = Arc<dyn Entropy>;

/// The operating system's generator: fit for keys.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl SystemEntropy {
    /// Ready to share.
    pub fn shared() -> SharedEntropy {
        Arc::new(Self)
    }
}

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        // A kernel that cannot give randomness cannot run a service that signs with it.
        getrandom::fill(buffer).expect("the operating system gives random bytes");
    }
}

/// A deterministic generator for tests and simulations: never for keys.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<StdRng>);

impl SeededEntropy {
    /// A generator that always draws the same bytes from the same seed.
    pub fn shared(seed: u64) -> SharedEntropy {
        Arc::new(Self(Mutex::new(StdRng::seed_from_u64(seed))))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.lock().fill_bytes(buffer);
    }
}

/// A 128-bit identifier as 26 lower-case base-32 characters (RFC 4648 alphabet without padding).
/// Unguessable when drawn from [`SystemEntropy`].
pub fn random_id(entropy: &dyn Entropy) -> String {
    let mut bytes = [0_u8; 16];
    entropy.fill(&mut bytes);
    base32(&bytes)
}

/// A uniform number in `0..1`.
pub fn unit(entropy: &dyn Entropy) -> f64 {
    let mut bytes = [0_u8; 8];
    entropy.fill(&mut bytes);
    (u64::from_le_bytes(bytes) >> 11) as f64 / (1_u64 << 53) as f64
}

fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(ALPHABET[(buffer >> bits) as usize & 31]));
        }
    }
    if bits > 0 {
        text.push(char::from(ALPHABET[(buffer << (5 - bits)) as usize & 31]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_26_characters_and_differ() {
        let entropy = SeededEntropy::shared(7);
        let (a, b) = (random_id(&*entropy), random_id(&*entropy));
        assert_eq!(a.len(), 26);
        assert_ne!(a, b);
    }

    #[test]
    fn the_same_seed_draws_the_same() {
        assert_eq!(
            random_id(&*SeededEntropy::shared(3)),
            random_id(&*SeededEntropy::shared(3))
        );
    }

    #[test]
    fn base32_follows_rfc_4648() {
        assert_eq!(base32(b"foobar"), "mzxw6ytboi");
    }
}
