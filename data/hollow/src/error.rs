//! Why a dataset could not be written or read.

use std::time::Duration;

use data_objects::ContentHash;

use crate::store::StoreError;

/// What went wrong with a dataset.
#[derive(Debug, thiserror::Error)]
pub enum HollowError {
    /// A name that could not be a topic's.
    #[error("\"{0}\" names no dataset: use 1 to 64 of a-z, 0-9 and '-', a letter or digit first")]
    BadName(String),
    /// The record type is no struct with named fields, or has too many.
    #[error("the record type of dataset {dataset} {why}")]
    BadRecordType {
        /// The dataset.
        dataset: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A record's encoding does not begin with its key's: the key must be the first field.
    #[error("record {0} does not begin with its key; make the key its first field")]
    KeyNotFirst(String),
    /// A record, key or index key is over its limit; the same call will fail again.
    #[error("a {what} has {bytes} bytes; the limit is {limit}")]
    TooLarge {
        /// Which.
        what: &'static str,
        /// Its size.
        bytes: usize,
        /// The most it may have.
        limit: usize,
    },
    /// The dataset is at its limit of records or bytes.
    #[error("the dataset is full: it takes {0}")]
    Full(&'static str),
    /// The new state names a record twice.
    #[error("two records have the key {0}")]
    DuplicateKey(String),
    /// Two records have the same key of a unique index.
    #[error("records {first} and {second} have the same key of the unique index {index}")]
    NotUnique {
        /// The index's name.
        index: &'static str,
        /// A record's key.
        first: String,
        /// Another's.
        second: String,
    },
    /// A validator refused the new state; nothing was written or announced.
    #[error("the new state was not announced: {validator}: {reason}")]
    Refused {
        /// The validator's name.
        validator: &'static str,
        /// What it found.
        reason: String,
    },
    /// The bytes are not what they should be; another copy or another way to the version may be whole.
    #[error("{what} is damaged: {why}")]
    Damaged {
        /// Which blob, announcement, edit or record.
        what: String,
        /// What does not fit.
        why: String,
    },
    /// Written by a later version of this program.
    #[error("{what} has format {format}; this program knows formats up to {known}: update it")]
    Newer {
        /// What was read.
        what: String,
        /// Its format.
        format: u16,
        /// The latest one known here.
        known: u16,
    },
    /// The blob's records have other fields than this program's.
    #[error(
        "{what} holds records of other fields: field {place} is `{theirs}` there and `{ours}` here; fields may only be added at the end"
    )]
    OtherFields {
        /// Which blob or edit.
        what: String,
        /// The first field that differs, from 1.
        place: usize,
        /// Its name in the blob.
        theirs: String,
        /// Its name here.
        ours: String,
    },
    /// The version was never announced, or its blobs are no longer kept.
    #[error("dataset {dataset} has no version {version} to go back to")]
    NoSuchVersion {
        /// The dataset.
        dataset: String,
        /// The version asked for.
        version: u64,
    },
    /// Every way to the announced version leads over a blob that is missing or damaged. A consumer stays
    /// at the version it has.
    #[error(
        "version {wanted} of dataset {dataset} cannot be reached: every snapshot or delta leading there is missing or damaged; still at version {at}"
    )]
    NoWay {
        /// The dataset.
        dataset: String,
        /// The version announced.
        wanted: u64,
        /// The version kept.
        at: u64,
    },
    /// Raw edits between the state and the topic's first are gone, and no snapshot holds them.
    #[error("edits {from} to {until} of dataset {dataset} are gone and in no snapshot")]
    Gap {
        /// The dataset.
        dataset: String,
        /// The first one missing.
        from: u64,
        /// The first one there.
        until: u64,
    },
    /// The edit did not arrive in time; a retry may help.
    #[error("edit {token} of dataset {dataset} has not arrived within {within:?}")]
    Late {
        /// The dataset.
        dataset: String,
        /// The edit waited for.
        token: u64,
        /// How long was waited.
        within: Duration,
    },
    /// A value could not be encoded.
    #[error("a {what} cannot be encoded")]
    Encode {
        /// Record, key, edit or header.
        what: &'static str,
        /// What the encoder said.
        #[source]
        source: postcard::Error,
    },
    /// The store of blobs or announcements failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The work was cut off because the process is ending.
    #[error("work on dataset {0} was cut off")]
    CutOff(String),
}

impl HollowError {
    /// Whether the same call may succeed later without a change by the caller.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Store(error) => error.is_transient(),
            Self::Late { .. } | Self::CutOff(_) => true,
            _ => false,
        }
    }

    /// Whether another blob may lead to the same version.
    pub(crate) fn is_of_one_blob(&self) -> bool {
        match self {
            Self::Damaged { .. } | Self::Newer { .. } | Self::OtherFields { .. } => true,
            Self::Store(error) => matches!(error, StoreError::NoSuchBlob(_)),
            _ => false,
        }
    }

    pub(crate) fn damaged(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Damaged {
            what: what.into(),
            why: why.into(),
        }
    }
}

/// What a blob is called in messages.
pub(crate) fn blob_name(hash: ContentHash) -> String {
    format!("blob {hash}")
}
