//! Values that do not compress, cut from one pool.

use bytes::Bytes;
use platform_entropy::{SeededEntropy, SharedEntropy};

use crate::limits::VALUE_BYTES;

/// Far over what a block of the store holds, so that compression finds nothing twice.
const POOL_BYTES: usize = 8 << 20;

/// Seed of all choices of a run, so that runs are alike.
const SEED: u64 = 7;

/// Random bytes, and random choices.
#[derive(Debug, Clone)]
pub(crate) struct Values {
    pool: Bytes,
    pub(crate) entropy: SharedEntropy,
}

impl Values {
    pub(crate) fn new() -> Self {
        let entropy = SeededEntropy::shared(SEED);
        let mut pool = vec![0; POOL_BYTES];
        entropy.fill(&mut pool);
        Self {
            pool: pool.into(),
            entropy,
        }
    }

    /// The value of a number, in memory of its own as one that came over a wire: a store that keeps what it was
    /// given must not be spared that memory.
    pub(crate) fn value(&self, number: usize) -> Bytes {
        let from = number.wrapping_mul(7_919) % (POOL_BYTES - VALUE_BYTES);
        Bytes::copy_from_slice(&self.pool[from..from + VALUE_BYTES])
    }

    /// So many numbers below a bound.
    pub(crate) fn picks(&self, count: usize, below: usize) -> Vec<usize> {
        let pick = |_| (platform_entropy::unit(&*self.entropy) * below as f64) as usize;
        (0..count).map(pick).collect()
    }
}
