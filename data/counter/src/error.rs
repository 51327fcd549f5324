//! Why a counter refused or failed.

use data_cache::CacheError;
use data_engine::EngineError;
use data_timeseries::TimeSeriesError;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum CounterError {
    /// No namespace has this name; it must be configured first.
    #[error("no namespace of counters is called {name:?}; configure it first")]
    UnknownNamespace {
        /// The name asked for.
        name: String,
    },
    /// A namespace's name or configuration cannot be used.
    #[error("counters {name:?} cannot be configured so: {reason}")]
    Configuration {
        /// The namespace's name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A counter's name is empty or too long.
    #[error("a counter's name has {bytes} bytes; it must have 1 to {limit}")]
    Name {
        /// Its length.
        bytes: usize,
        /// The most that is taken.
        limit: usize,
    },
    /// The counter is of a kind that cannot do this.
    #[error("a best-effort counter has no events to {what}")]
    BestEffort {
        /// What was asked for.
        what: &'static str,
    },
    /// A stored record cannot be read.
    #[error("a counter's stored record cannot be read; restore the store from a backup")]
    Damaged,
    /// A stored record was written by a newer version; nothing was changed.
    #[error(
        "a counter's record has format {found}, and this marquee reads up to {reads}; use the version that wrote it"
    )]
    NewerFormat {
        /// The format found.
        found: u8,
        /// The newest format this version reads.
        reads: u8,
    },
    /// The cache refused or failed.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The time series refused or failed: a token that is too old is [`TimeSeriesError::TooLate`].
    #[error(transparent)]
    Events(#[from] TimeSeriesError),
    /// The engine refused or failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl CounterError {
    /// Whether the same call may succeed later without a change by the caller. An eventually consistent
    /// addition is safe to repeat with its token; a best-effort one may count twice.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Cache(error) => error.is_transient(),
            Self::Events(error) => error.is_transient(),
            Self::Engine(error) => error.is_transient(),
            _ => false,
        }
    }
}
