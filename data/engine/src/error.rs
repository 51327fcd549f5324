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
    /// The store is held by another process, is damaged, or cannot be used as it is configured.
    #[error("cannot open the store in {place}: {reason}")]
    Open {
        /// The store's folder, or its address without credentials.
        place: String,
        /// What stood in the way, and what to do.
        reason: String,
    },
    /// The store was written by a newer version; nothing was changed.
    #[error(
        "the store in {place} has format {found}, and this marquee reads up to {reads}; use the version that wrote it"
    )]
    NewerFormat {
        /// The store's folder, or its address without credentials.
        place: String,
        /// The format found.
        found: u32,
        /// The newest format this version reads.
        reads: u32,
    },
    /// A key, a value, a batch or a name is over the engine's limit; the same call will fail again.
    #[error("{what} has {size} {unit}; the limit is {limit}")]
    TooLarge {
        /// "key", "value", "batch" or "table name".
        what: &'static str,
        /// "bytes" or "items".
        unit: &'static str,
        /// Its size.
        size: usize,
        /// The most an engine takes.
        limit: usize,
    },
    /// The write's stamp lies too far ahead of the engine's clock; set the writer's clock.
    #[error("the write is stamped {} s ahead of this machine's clock; set the writer's clock", ahead.as_secs())]
    ClockAhead {
        /// How far ahead.
        ahead: std::time::Duration,
    },
    /// The disk is full; nothing was written, and the call may be retried once there is room.
    #[error("the disk is full; nothing was written")]
    Full,
    /// The store did not answer in time, or answered that it cannot now. A write may or may not have
    /// been applied; the same call with the same stamp is safe to repeat.
    #[error("the store did not answer; the call can be repeated")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The engine failed in a way a retry may or may not cure.
    #[error("the store failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl EngineError {
    /// Whether the same call may succeed later without a change by the caller.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Full | Self::Unavailable(_) | Self::Failed(_))
    }
}
