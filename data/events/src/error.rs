//! Why the log refused or failed.

use std::io;
use std::path::{Path, PathBuf};

use platform_clock::Timestamp;

use crate::Offset;

/// What went wrong with the log.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// A name that could not be a file's.
    #[error(
        "\"{0}\" names no topic or group: use 1 to 100 of a-z, 0-9, '-' and '.', a letter or digit first"
    )]
    BadName(String),
    /// A topic's settings are outside their ranges.
    #[error("a topic cannot have {what} {value}; use {least} to {most}")]
    BadSettings {
        /// Which setting.
        what: &'static str,
        /// What was asked for.
        value: u64,
        /// Its least value.
        least: u64,
        /// Its greatest.
        most: u64,
    },
    /// A key, payload, or append is over its limit; the same call will fail again.
    #[error("the {what} has {size}; the limit is {limit}: send less at once")]
    TooLarge {
        /// "event's key in bytes" or the like.
        what: &'static str,
        /// Its size.
        size: usize,
        /// The most it may have.
        limit: usize,
    },
    /// An event's time lies further ahead of the log's clock than clocks differ.
    #[error("the event is dated {at}, and it is {now}: set the clock that dated it")]
    TimeAhead {
        /// The event's time.
        at: Timestamp,
        /// The log's.
        now: Timestamp,
    },
    /// There are as many as there may be.
    #[error("there are {limit} {what} already, which is the most there may be")]
    TooMany {
        /// "topics" or "members".
        what: &'static str,
        /// How many there may be.
        limit: usize,
    },
    /// Nobody created the topic.
    #[error("there is no topic {0}: create it first")]
    UnknownTopic(String),
    /// The topic has fewer partitions.
    #[error("topic {topic} has no partition {partition}: it has {partitions}, counted from 0")]
    NoPartition {
        /// The topic.
        topic: String,
        /// What was asked for.
        partition: u32,
        /// How many it has.
        partitions: u32,
    },
    /// The topic exists with another count of partitions, by which its keys are spread.
    #[error(
        "topic {topic} has {has} partitions and cannot be given {asked}: use a topic of another name"
    )]
    WrongPartitions {
        /// The topic.
        topic: String,
        /// How many it has.
        has: u32,
        /// How many were asked for.
        asked: u32,
    },
    /// The events were dropped at their retention.
    #[error(
        "topic {topic}, partition {partition} begins at {first} now; {from} is gone: go on from there"
    )]
    Retired {
        /// The topic.
        topic: String,
        /// The partition.
        partition: u32,
        /// What was asked for.
        from: Offset,
        /// The first event there still is.
        first: Offset,
    },
    /// The log does not reach that far.
    #[error("topic {topic}, partition {partition} ends at {next}; there was never a {from}")]
    AfterEnd {
        /// The topic.
        topic: String,
        /// The partition.
        partition: u32,
        /// What was asked for.
        from: Offset,
        /// The offset the next event gets.
        next: Offset,
    },
    /// The event was copied here before: its origin is not above the last one of the partition.
    #[error(
        "topic {topic}, partition {partition} has what was copied up to {last} already, and was given {origin}"
    )]
    Duplicate {
        /// The topic.
        topic: String,
        /// The partition.
        partition: u32,
        /// Where the event came from.
        origin: Offset,
        /// The last origin that the partition has.
        last: Offset,
    },
    /// The group has been rebalanced since, or the member was silent too long: its partitions are others' now.
    #[error(
        "group {group} has moved on from generation {generation}: read from what it has committed"
    )]
    Fenced {
        /// The group.
        group: String,
        /// The generation of the call.
        generation: u64,
    },
    /// Another process has the folder.
    #[error("another marquee runs on the event log in {0}; stop it, or choose another folder")]
    InUse(PathBuf),
    /// What was acknowledged does not read back: the disk has damaged it. Nothing was cut.
    #[error(
        "topic {topic}, partition {partition} is damaged at offset {offset}, byte {byte} of {segment}"
    )]
    Damaged {
        /// The topic.
        topic: String,
        /// The partition.
        partition: u32,
        /// The first event that cannot be read.
        offset: Offset,
        /// The file it is in.
        segment: PathBuf,
        /// Where in the file.
        byte: u64,
    },
    /// A file was written by a later version.
    #[error(
        "{path} has format {version}; this marquee reads up to {newest}: run the version that wrote it"
    )]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// Its format.
        version: u64,
        /// The newest that is known here.
        newest: u64,
    },
    /// The disk is full; nothing was written, and the call may be retried once there is room.
    #[error("the disk is full; nothing was written: free some space and try again")]
    Full,
    /// A write or sync failed earlier, so what the disk holds is not known; open the log again.
    #[error(
        "a write to topic {topic}, partition {partition} failed; restart to read back what the disk holds"
    )]
    Broken {
        /// The topic.
        topic: String,
        /// The partition.
        partition: u32,
    },
    /// A server did not answer in time; what was asked may have happened or may happen yet.
    #[error("the log's server did not {what} in time; try again")]
    Timeout {
        /// What it was to do.
        what: &'static str,
    },
    /// A server could not be reached or asked for patience.
    #[error("the log's server cannot {what} now: {reason}; try again")]
    Unavailable {
        /// What it was to do.
        what: &'static str,
        /// What it said.
        reason: String,
    },
    /// A server refused for good.
    #[error("the log's server refused to {what}: {reason}")]
    Refused {
        /// What it was to do.
        what: &'static str,
        /// What it said.
        reason: String,
    },
    /// The file system failed.
    #[error("cannot {what} {path}")]
    Io {
        /// What was being done.
        what: &'static str,
        /// To which file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl EventError {
    /// Whether the same call may succeed later without a change by the caller.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Full | Self::Io { .. } | Self::Timeout { .. } | Self::Unavailable { .. }
        )
    }

    pub(crate) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            what,
            path: path.to_owned(),
            source,
        }
    }
}
