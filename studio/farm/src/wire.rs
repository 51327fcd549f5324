//! What workers and the farm say to one another.

use serde::{Deserialize, Serialize};
use studio_encode::{ChunkTask, Effort};

use crate::board::Lease;

/// A worker asks for work.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Ask {
    /// Its own name, unlike every other's.
    pub(crate) worker: String,
}

/// Work.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Claim {
    pub(crate) lease: Lease,
    pub(crate) task: ChunkTask,
    /// Names the master, the same for every chunk of it.
    pub(crate) master: String,
    pub(crate) master_bytes: u64,
}

/// A worker is still at it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Beat {
    pub(crate) lease: Lease,
    /// Frames done.
    pub(crate) frames: u64,
}

/// What it should do.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Orders {
    /// Not: drop the chunk, nobody waits for it.
    pub(crate) go_on: bool,
}

/// A chunk could not be made.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub(crate) worker: String,
    pub(crate) lease: Lease,
    pub(crate) message: String,
    pub(crate) transient: bool,
}

/// Which claim a master is fetched or a chunk is sent for.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Held {
    pub(crate) offer: u64,
    pub(crate) claim: u32,
    /// How a chunk was made.
    #[serde(default)]
    pub(crate) effort: Effort,
    /// CPU time it took.
    #[serde(default)]
    pub(crate) cpu_ms: u64,
}

impl Held {
    pub(crate) const fn lease(&self) -> Lease {
        Lease {
            offer: self.offer,
            claim: self.claim,
        }
    }
}

pub(crate) const CLAIM: &str = "/studio/v1/farm/claim";
pub(crate) const BEAT: &str = "/studio/v1/farm/beat";
pub(crate) const MASTER: &str = "/studio/v1/farm/master";
pub(crate) const CHUNK: &str = "/studio/v1/farm/chunk";
pub(crate) const FAILURE: &str = "/studio/v1/farm/failure";
