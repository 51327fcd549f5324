//! Why a play did not begin or go on.

use contracts_delivery::{OriginError, SteeringError};
use contracts_membership::{CatalogError, TitleId};
use data_engine::EngineError;
use data_events::EventError;
use membership_viewing::ViewingError;

use crate::Refusal;

/// What went wrong with a play.
#[derive(Debug, thiserror::Error)]
pub enum PlaybackError {
    /// The catalogue has no such title.
    #[error("there is no title {0}")]
    NoSuchTitle(TitleId),
    /// The play may not begin.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The session ended, or never was; a new one may be asked for.
    #[error("this session is over; start the title again")]
    Over,
    /// The stream was asked for from beyond the title's end.
    #[error("the title ends at {duration_ms} ms")]
    PastTheEnd {
        /// The title's length.
        duration_ms: u64,
    },
    /// A stream in clear was asked for of a title that is not kept in clear.
    #[error("this title is encrypted: play it by its HLS or DASH manifest")]
    Encrypted,
    /// Nothing can serve the title; a retry helps once something is up.
    #[error("nothing that could serve this title is up")]
    NothingUp(#[from] SteeringError),
    /// The origin does not answer or lacks the files; a retry may help.
    #[error("the origin failed")]
    Origin(#[from] OriginError),
    /// A track file is not what its release says.
    #[error("a track file cannot be read: {0}")]
    BadTrack(String),
    /// Other requests of the account kept changing its sessions; a retry helps.
    #[error("the account's sessions kept changing")]
    Contended,
    /// A record that cannot be read back; the store was written by something else.
    #[error("a session record cannot be read")]
    Damaged(#[from] serde_json::Error),
    /// The store failed; a retry may help.
    #[error("the session store failed")]
    Store(#[from] EngineError),
    /// The event log failed; it says whether a retry may help.
    #[error("the event log failed")]
    Log(#[from] EventError),
    /// The catalogue failed; a retry may help.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// Bookmarks failed; a retry may help.
    #[error(transparent)]
    Viewing(#[from] ViewingError),
}
