//! AES-128 in CBC over some blocks of some bytes of a sample.

use aes::Aes128;
use aes::cipher::{
    BlockDecryptMut as _, BlockEncryptMut as _, InnerIvInit as _, KeyInit as _,
    generic_array::GenericArray,
};
use media_isobmff::{Pattern, Subsample};

/// Bytes of a block.
const BLOCK: usize = 16;

/// Encrypts and decrypts the samples of one track. Each protected range begins anew at the track's vector; bytes
/// after the last whole block of a range stay as they are. Does not print its key.
pub struct Cipher {
    aes: Aes128,
    vector: [u8; BLOCK],
    pattern: Pattern,
}

impl Cipher {
    /// Of a key and what the track says of its use.
    pub fn new(key: &[u8; BLOCK], vector: [u8; BLOCK], pattern: Pattern) -> Self {
        Self {
            aes: Aes128::new(GenericArray::from_slice(key)),
            vector,
            pattern,
        }
    }

    /// Encrypts the protected parts of a sample; all of it when there are no parts.
    pub fn encrypt(&self, sample: &mut [u8], parts: &[Subsample]) {
        for_each_range(sample, parts, |range| {
            let vector = GenericArray::from_slice(&self.vector);
            let mut chain = cbc::Encryptor::inner_iv_init(self.aes.clone(), vector);
            for_each_block(range, self.pattern, |block| {
                chain.encrypt_block_mut(GenericArray::from_mut_slice(block));
            });
        });
    }

    /// The reverse.
    pub fn decrypt(&self, sample: &mut [u8], parts: &[Subsample]) {
        for_each_range(sample, parts, |range| {
            let vector = GenericArray::from_slice(&self.vector);
            let mut chain = cbc::Decryptor::inner_iv_init(self.aes.clone(), vector);
            for_each_block(range, self.pattern, |block| {
                chain.decrypt_block_mut(GenericArray::from_mut_slice(block));
            });
        });
    }
}

impl std::fmt::Debug for Cipher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cipher(withheld)")
    }
}

/// Parts that run past the sample are cut off where it ends.
fn for_each_range(sample: &mut [u8], parts: &[Subsample], mut with: impl FnMut(&mut [u8])) {
    if parts.is_empty() {
        with(sample);
        return;
    }
    let mut rest = sample;
    for part in parts {
        let clear = usize::from(part.clear).min(rest.len());
        let after = &mut rest[clear..];
        let protected = (part.protected as usize).min(after.len());
        let (range, after) = after.split_at_mut(protected);
        with(range);
        rest = after;
    }
}

fn for_each_block(range: &mut [u8], pattern: Pattern, mut with: impl FnMut(&mut [u8])) {
    let (crypt, skip) = match (usize::from(pattern.crypt), usize::from(pattern.skip)) {
        (0, _) => (1, 0),
        (crypt, skip) => (crypt, skip),
    };
    let whole = range.len() - range.len() % BLOCK;
    let blocks = range[..whole].chunks_exact_mut(BLOCK).enumerate();
    let meant = blocks.filter(|(at, _)| at % (crypt + skip) < crypt);
    meant.for_each(|(_, block)| with(block));
}

#[cfg(test)]
mod tests;
