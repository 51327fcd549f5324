//! Backups: everything the service keeps, in a folder, consistent while it serves.
//!
//! A backup folder holds `rows.dump` (every store row, of one moment), `files/` (the data folder's other
//! files as they lie there) and, written last, `backup.json`, which names each file with its length and its
//! BLAKE3 hash. What refers is taken before what it refers to: rows, then events, then what rows and events
//! name; nothing is collected meanwhile. Appliances' caches are not part of it: they fill again.

mod copy;
mod make;
mod restore;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub(crate) use make::{Sources, make};
pub(crate) use restore::restore;

/// The newest form of a backup, and the one that is made.
const FORMAT: u32 = 1;

/// The file that makes a folder a backup.
const MANIFEST: &str = "backup.json";
const ROWS: &str = "rows.dump";
const FILES: &str = "files";

/// The store's folder in a data folder: its rows are dumped, its files are not copied.
pub(crate) const STORE: &str = "store";
/// The event log's folder in a data folder.
pub(crate) const EVENTS: &str = "events";
/// The appliances' folder in a data folder.
const CACHES: &str = "edge";

/// What a backup says about itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    format: u32,
    /// When it was begun, in milliseconds since the Unix epoch.
    pub(crate) made_at: u64,
    /// Rows in the dump.
    pub(crate) rows: u64,
    dump: Copied,
    files: Vec<Copied>,
}

impl Manifest {
    /// Bytes of everything.
    pub(crate) fn bytes(&self) -> u64 {
        let files = self.files.iter().map(|file| file.bytes);
        self.dump.bytes + files.sum::<u64>()
    }

    /// Files beside the rows.
    pub(crate) fn files(&self) -> usize {
        self.files.len()
    }
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Copied {
    /// Where it lies, from the data folder on.
    path: PathBuf,
    bytes: u64,
    blake3: String,
}
