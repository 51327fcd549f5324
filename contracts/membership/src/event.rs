//! What happens to a play, as written to the event log.

use contracts_delivery::{ApplianceId, ReleaseId, SessionId};
use serde::{Deserialize, Serialize};

use crate::{AccountId, TitleId};

/// The topic of [`PlayEvent`]s; the key is the session id.
pub const PLAYS_TOPIC: &str = "plays";

/// Something that happened to a play.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum PlayEvent {
    /// A session was given out.
    Started {
        /// The play.
        session: SessionId,
        /// Who plays.
        account: AccountId,
        /// What is played.
        title: TitleId,
        /// Which version of it.
        release: ReleaseId,
        /// The appliances offered, best first.
        appliances: Vec<ApplianceId>,
        /// Where it is watched; empty where there is one region alone.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        region: String,
    },
    /// The client told where it is.
    Progressed {
        /// The play.
        session: SessionId,
        /// Position in the title, in milliseconds.
        position_ms: u64,
    },
    /// The session ended, by the client's word or by silence.
    Ended {
        /// The play.
        session: SessionId,
        /// Position in the title when last heard of, in milliseconds.
        position_ms: u64,
    },
}
