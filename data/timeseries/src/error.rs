//! Why the store refused or failed.

use std::time::Duration;

use data_engine::EngineError;

use crate::EventTime;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum TimeSeriesError {
    /// No namespace has this name; it must be configured first.
    #[error("no namespace is called {name:?}; configure it first")]
    UnknownNamespace {
        /// The name asked for.
        name: String,
    },
    /// A namespace's name or configuration cannot be used.
    #[error("namespace {name:?} cannot be configured so: {reason}")]
    Configuration {
        /// The namespace's name.
        name: String,
        /// What is wrong with it, and what to do.
        reason: String,
    },
    /// Something is over a limit; the same call will fail again.
    #[error("{what} has {size}; the limit is {limit}")]
    TooLarge {
        /// What it is, with its unit.
        what: &'static str,
        /// Its size.
        size: usize,
        /// The most that is taken.
        limit: usize,
    },
    /// An event, a series id or an event id is empty.
    #[error("{what} is empty")]
    Empty {
        /// What it is.
        what: &'static str,
    },
    /// The event happened too long ago: what lies before the limit is closed. A retry cannot help.
    #[error("an event of {time} is {} s too late for this namespace; it was not written", by.as_secs())]
    TooLate {
        /// When it happened.
        time: EventTime,
        /// How far before the limit that is.
        by: Duration,
    },
    /// The event lies in the future; set the writer's clock.
    #[error("an event of {time} lies {} s too far ahead of this machine's clock; set the clock that gave it", by.as_secs())]
    TooEarly {
        /// When it is said to happen.
        time: EventTime,
        /// How far after the limit that is.
        by: Duration,
    },
    /// A range ends before it begins.
    #[error("the range ends at {until}, before it begins at {from}")]
    InvertedRange {
        /// Its beginning.
        from: EventTime,
        /// Its end.
        until: EventTime,
    },
    /// The page token was not made here, or was changed on its way.
    #[error("this is not a page token; pass the one that came with the page, unchanged")]
    MalformedPageToken,
    /// The page token belongs to another namespace, series or query.
    #[error("this page token belongs to another query; begin again without it")]
    ForeignPageToken,
    /// A record was written by a newer version; nothing was changed.
    #[error(
        "a stored record has format {found}, and this marquee reads up to {reads}; use the version that wrote it"
    )]
    NewerFormat {
        /// The format found.
        found: u8,
        /// The newest format this version reads.
        reads: u8,
    },
    /// Something stored cannot be read.
    #[error("a stored {what} cannot be read; restore the store from a backup")]
    Damaged {
        /// What it is.
        what: &'static str,
    },
    /// The batched writer gave up on events that were handed to it before.
    #[error("{events} events were not written: {reason}")]
    Lost {
        /// How many, since the last flush.
        events: u64,
        /// The last failure.
        reason: String,
    },
    /// The batched writer was closed.
    #[error("the store is closing; nothing more is taken")]
    Closed,
    /// The engine refused or failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl TimeSeriesError {
    /// Whether the same call may succeed later without a change by the caller. Repeating a write is safe.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_transient())
    }
}
