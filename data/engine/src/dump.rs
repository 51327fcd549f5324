//! A store's rows as one stream of bytes: how a backup keeps them and any engine takes them back.
//!
//! A stream begins with `MQDP` and a version (2 bytes). Frames follow: the body's length (4), a CRC32C of
//! the body (4), the body; its first byte says what it is. A table's rows follow the table; the last frame
//! says how many rows there were, so that a stream cut short is seen. Numbers are little-endian.

mod entry;
mod read;
mod restore;
mod write;

pub use entry::{DumpEntry, DumpedRow};
pub use read::DumpReader;
pub use restore::{Restored, restore};
pub use write::DumpWriter;

use crate::EngineError;
use crate::limits::{MAX_KEY_BYTES, MAX_TABLE_NAME_BYTES, MAX_VALUE_BYTES};

const MAGIC: &[u8; 4] = b"MQDP";

/// The newest version this reads, and the one it writes.
pub const DUMP_VERSION: u16 = 1;

/// Most bytes of a frame's body: a row of the longest keys and value, and its numbers.
const MAX_BODY_BYTES: usize = 2 * MAX_KEY_BYTES + MAX_VALUE_BYTES + MAX_TABLE_NAME_BYTES + 64;

/// Why a dump could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// The stream does not begin as a dump does.
    #[error("this is not a dump of a store")]
    NotADump,
    /// A newer version wrote the dump; nothing was restored.
    #[error(
        "the dump has version {found}, and this marquee reads up to {DUMP_VERSION}; use the version that wrote it"
    )]
    Newer {
        /// The version found.
        found: u16,
    },
    /// A frame is damaged, or the stream ends too early; what came before was restored.
    #[error("the dump is damaged at byte {at}: {reason}; use another backup")]
    Damaged {
        /// Where the frame begins.
        at: u64,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The stream failed; a retry may help.
    #[error("the dump cannot be written or read")]
    Io(#[from] std::io::Error),
    /// The store failed.
    #[error("the store behind the dump failed")]
    Engine(#[from] EngineError),
}
