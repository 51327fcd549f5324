//! The `Upload-Checksum` header of tus: the hash of one request's bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// The algorithms that are offered, as `Tus-Checksum-Algorithm` names them.
pub(crate) const ALGORITHMS: &str = "sha256,blake3";

/// What is wrong with the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadChecksum {
    /// Not offered.
    #[error("checksums can be made with {ALGORITHMS}")]
    Algorithm,
    /// Not the base64 of 32 bytes.
    #[error("Upload-Checksum is an algorithm, a space and the checksum in base64")]
    Value,
}

/// Checks bytes against the checksum they were announced with.
#[derive(Debug)]
pub(crate) struct Verifier {
    hasher: Hasher,
    expected: [u8; 32],
}

#[derive(Debug)]
enum Hasher {
    Sha256(Sha256),
    Blake3(Box<blake3::Hasher>),
}

impl Verifier {
    pub(crate) fn parse(header: &str) -> Result<Self, BadChecksum> {
        let (algorithm, value) = header.trim().split_once(' ').ok_or(BadChecksum::Value)?;
        let hasher = match algorithm {
            "sha256" => Hasher::Sha256(Sha256::new()),
            "blake3" => Hasher::Blake3(Box::default()),
            _ => return Err(BadChecksum::Algorithm),
        };
        let value = STANDARD
            .decode(value.trim())
            .map_err(|_| BadChecksum::Value)?;
        let expected = value.try_into().map_err(|_| BadChecksum::Value)?;
        Ok(Self { hasher, expected })
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match &mut self.hasher {
            Hasher::Sha256(hasher) => hasher.update(bytes),
            Hasher::Blake3(hasher) => {
                hasher.update(bytes);
            }
        }
    }

    /// Whether the bytes were the announced ones.
    pub(crate) fn holds(self) -> bool {
        let found: [u8; 32] = match self.hasher {
            Hasher::Sha256(hasher) => hasher.finalize().into(),
            Hasher::Blake3(hasher) => hasher.finalize().into(),
        };
        found == self.expected
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_algorithms_accept_their_own_and_refuse_others() {
        let sha = format!("sha256 {}", STANDARD.encode(Sha256::digest(b"film")));
        let blake = format!(
            "blake3 {}",
            STANDARD.encode(blake3::hash(b"film").as_bytes())
        );
        for header in [sha, blake] {
            for (bytes, holds) in [(b"film", true), (b"fllm", false)] {
                let mut verifier = Verifier::parse(&header).unwrap();
                bytes.chunks(3).for_each(|piece| verifier.update(piece));
                assert_eq!(verifier.holds(), holds, "{header}");
            }
        }
    }

    #[test]
    fn other_headers_are_refused() {
        let refused = |header| Verifier::parse(header).err();
        assert_eq!(refused("md5 AAAA"), Some(BadChecksum::Algorithm));
        assert_eq!(refused("sha256 AAAA"), Some(BadChecksum::Value));
        assert_eq!(refused("sha256"), Some(BadChecksum::Value));
    }

    proptest! {
        #[test]
        fn any_header_is_survived(text in ".{0,100}") {
            let _parsed = Verifier::parse(&text);
        }
    }
}
