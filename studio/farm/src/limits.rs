//! The farm's constants, each with its reason.

use std::time::Duration;

/// How often a worker says that it is still at a chunk.
pub const BEAT: Duration = Duration::from_secs(2);

/// How long a claim holds without a word: five beats may be lost before the chunk is made again.
pub const LEASE: Duration = Duration::from_secs(10);

/// How long a claim waits for something to do before it is answered with nothing.
pub const CLAIM_WAIT: Duration = Duration::from_secs(5);

/// The pause after the studio could not be reached.
pub const RETRY: Duration = Duration::from_secs(2);

/// Chunks of one title on the board at once: more than any farm has encoders for it.
pub const OFFERED: usize = 256;

/// Workers a chunk may be lost with before its title is told: one that ends every worker it meets
/// must not go round for ever.
pub const LOSSES: u32 = 4;

/// Bytes of a chunk that is sent back: half a minute at 2160p is a tenth of it.
pub const CHUNK_BYTES: usize = 1 << 30;

/// Masters a worker keeps at once, the newest used; another one takes the place of the oldest.
pub const MASTERS_KEPT: usize = 4;

/// Failures that are remembered, so that the next try goes to another worker: as many as there are offers
/// of several titles at once.
pub const FAILURES_KEPT: usize = 1024;
