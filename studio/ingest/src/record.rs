//! What is remembered of an upload beside its bytes.

use data_objects::ContentHash;
use platform_clock::Timestamp;
use serde::{Deserialize, Serialize};

/// Written once when the upload is created, and again when it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The declared length.
    pub(crate) length: u64,
    /// The sender's name of the file; a note.
    pub(crate) filename: String,
    /// The `Upload-Metadata` header as it came, to be told again.
    pub(crate) metadata: String,
    /// BLAKE3 of the whole file as the sender announced it.
    pub(crate) fingerprint: Option<ContentHash>,
    /// When it is given up.
    pub(crate) expires_at: Timestamp,
    /// Finished, checked and in use: it no longer expires.
    pub(crate) kept: bool,
}
