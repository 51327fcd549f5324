//! Why an engine refused or failed.

/// What went wrong in an engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The table exists with the other kind: a programming error.
    #[error("table {table} was created with another kind")]
    WrongKind {
        /// The table's name.
        table: String,
    },
    /// The table was never opened: a programming error.
    #[error("table {table} was not opened")]
    NotOpen {
        /// The table's name.
        table: String,
    },
    /// The store is held by another process, or was written by a newer version.
    #[error("cannot open the store in {folder}: {reason}")]
    Open {
        /// The store's folder.
        folder: std::path::PathBuf,
        /// What stood in the way, and what to do.
        reason: String,
    },
    /// A key or value is over the engine's limit; the same call will fail again.
    #[error("{what} has {bytes} bytes; the limit is {limit}")]
    TooLarge {
        /// "key", "value" or "table name".
        what: &'static str,
        /// Its size.
        bytes: usize,
        /// The most an engine takes.
        limit: usize,
    },
    /// The disk is full; nothing was written, and the call may be retried once there is room.
    #[error("the disk is full; nothing was written")]
    Full,
    /// The engine failed in a way a retry may or may not cure.
    #[error("the store failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl EngineError {
    /// Whether the same call may succeed later without a change by the caller.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Full | Self::Failed(_))
    }
}
