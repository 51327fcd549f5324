//! Why a download failed and why a play did not happen.

use url::Url;

/// Why one download failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// 403: the token has expired or never was good; a renewed session helps.
    #[error("refused with status 403")]
    Refused,
    /// Another status than was asked for.
    #[error("answered with status {0}")]
    Status(u16),
    /// No connection, or one that broke.
    #[error("unreachable: {0}")]
    Unreachable(String),
    /// Nothing came for too long.
    #[error("timed out")]
    TimedOut,
    /// The bytes are not what they should be.
    #[error("sent something malformed: {0}")]
    Malformed(String),
}

/// Why a title was not played to its end.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlayError {
    /// The manifest could not be fetched; a retry helps once its server answers.
    #[error("the manifest {url} {failure}")]
    ManifestFetch {
        /// Which.
        url: Url,
        /// Why.
        failure: Failure,
    },
    /// The manifest makes no sense or needs what this viewer does not do; a retry does not help.
    #[error("the manifest {url} cannot be played: {reason}")]
    Manifest {
        /// Which.
        url: Url,
        /// Why.
        reason: String,
    },
    /// Appliances refuse the session and it cannot be renewed; start another.
    #[error("the session is refused and {0}")]
    Refused(String),
    /// Every appliance failed again and again; a retry helps once one is up.
    #[error("no appliance serves the title; the last one {0}")]
    NothingServes(Failure),
    /// An option is out of its range.
    #[error("{0}")]
    BadOption(&'static str),
}
