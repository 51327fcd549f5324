//! The cipher against the standard's vectors, and against itself.

use media_isobmff::{Pattern, Subsample};
use proptest::prelude::*;

use super::Cipher;

/// NIST SP 800-38A, F.2.1: AES-128 in CBC.
const KEY: [u8; 16] = [
    0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c,
];
const VECTOR: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const PLAIN: [u8; 32] = [
    0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40, 0x9f, 0x96, 0xe9, 0x3d, 0x7e, 0x11, 0x73, 0x93, 0x17, 0x2a,
    0xae, 0x2d, 0x8a, 0x57, 0x1e, 0x03, 0xac, 0x9c, 0x9e, 0xb7, 0x6f, 0xac, 0x45, 0xaf, 0x8e, 0x51,
];
const CIPHERED: [u8; 32] = [
    0x76, 0x49, 0xab, 0xac, 0x81, 0x19, 0xb2, 0x46, 0xce, 0xe9, 0x8e, 0x9b, 0x12, 0xe9, 0x19, 0x7d,
    0x50, 0x86, 0xcb, 0x9b, 0x50, 0x72, 0x19, 0xee, 0x95, 0xdb, 0x11, 0x3a, 0x91, 0x76, 0x78, 0xb2,
];

fn cipher(crypt: u8, skip: u8) -> Cipher {
    Cipher::new(&KEY, VECTOR, Pattern { crypt, skip })
}

#[test]
fn whole_samples_are_plain_cbc_and_the_rest_of_a_block_stays() {
    let mut sample = PLAIN.to_vec();
    sample.extend([1, 2, 3]);
    cipher(0, 0).encrypt(&mut sample, &[]);
    assert_eq!(sample[..32], CIPHERED);
    assert_eq!(sample[32..], [1, 2, 3]);
}

#[test]
fn one_block_in_ten_is_encrypted_and_the_chain_goes_over_those_between() {
    let mut sample = vec![0xaa; 5 + 16 * 11];
    sample[5..21].copy_from_slice(&PLAIN[..16]);
    sample[5 + 160..].copy_from_slice(&PLAIN[16..]);
    let parts = [Subsample {
        clear: 5,
        protected: 16 * 11,
    }];
    cipher(1, 9).encrypt(&mut sample, &parts);
    assert_eq!(sample[..5], [0xaa; 5]);
    assert_eq!(sample[5..21], CIPHERED[..16]);
    assert!(sample[21..165].iter().all(|byte| *byte == 0xaa));
    assert_eq!(sample[165..], CIPHERED[16..]);
}

#[test]
fn each_range_begins_anew() {
    let mut sample = [&PLAIN[..16], &PLAIN[..16]].concat();
    let part = Subsample {
        clear: 0,
        protected: 16,
    };
    cipher(1, 9).encrypt(&mut sample, &[part, part]);
    assert_eq!(sample[..16], sample[16..]);
}

proptest! {
    #[test]
    fn what_is_encrypted_comes_back(
        sample in proptest::collection::vec(any::<u8>(), 0..600),
        parts in proptest::collection::vec((0_u16..100, 0_u32..200), 0..5),
        (crypt, skip) in (0_u8..4, 0_u8..10),
    ) {
        let parts: Vec<_> = parts.into_iter().map(|(clear, protected)| Subsample { clear, protected }).collect();
        let cipher = cipher(crypt, skip);
        let mut changed = sample.clone();
        cipher.encrypt(&mut changed, &parts);
        cipher.decrypt(&mut changed, &parts);
        prop_assert_eq!(changed, sample);
    }
}
