//! What an appliance sent, for whoever counts misses and uses.

use platform_clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{FileName, ReleaseId, SessionId};

/// The topic of what was sent; an event is a JSON list of [`AccessEvent`], its key the appliance's name.
pub const ACCESS_TOPIC: &str = "access";

/// One answer to a request with a good token. It does not name the client's address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessEvent {
    /// When the request had come.
    pub at: Timestamp,
    /// The play.
    pub session: SessionId,
    /// What the token opens.
    pub release: ReleaseId,
    /// The file.
    pub file: FileName,
    /// The answer's HTTP status.
    pub status: u16,
    /// Where in the file it began, in bytes.
    pub start: u64,
    /// Bytes of the file that were sent.
    pub sent: u64,
    /// Until the last of them was handed to the system, in milliseconds.
    pub took_ms: u32,
    /// Whether some of it was not stored, and had to be fetched first.
    pub filled: bool,
}
