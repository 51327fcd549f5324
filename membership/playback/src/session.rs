//! A play as it is stored, and when its slot and itself are over.

use std::net::IpAddr;

use contracts_delivery::{RankedAppliance, ReleaseId, SessionId};
use contracts_membership::{AccountId, TitleId};
use membership_viewing::is_view;
use platform_clock::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::RunningStream;
use crate::limits::{SILENCE_ENDS, SLOT_SILENCE};

/// What a play is watched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeviceKind {
    /// A browser.
    Web,
    /// A television.
    Tv,
    /// A phone or tablet.
    Phone,
    /// A program without a screen.
    Headless,
}

/// One play.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) account: AccountId,
    pub(crate) title: TitleId,
    pub(crate) title_name: String,
    pub(crate) release: ReleaseId,
    pub(crate) duration_ms: u64,
    pub(crate) device: DeviceKind,
    /// Where the client was when the ranking was made.
    pub(crate) client: IpAddr,
    /// Tallest rendition the plan allows, in pixels.
    pub(crate) max_height: u32,
    /// Best first; never empty.
    pub(crate) appliances: Vec<RankedAppliance>,
    pub(crate) started_at: Timestamp,
    /// On a whole second, as tokens have it.
    pub(crate) expires_at: Timestamp,
    /// When the client was last heard of.
    pub(crate) seen_at: Timestamp,
    pub(crate) position_ms: u64,
    /// When it came to count as a view.
    #[serde(default)]
    pub(crate) viewed_at: Option<Timestamp>,
    /// Whether a heartbeat ever came: a player that sends none is not silent, only quiet.
    pub(crate) heard: bool,
}

impl Session {
    /// Whether it counts against the plan's streams.
    pub(crate) fn holds_slot(&self, now: Timestamp) -> bool {
        now < self.seen_at.plus(SLOT_SILENCE)
    }

    /// Whether its token's time is over; a renewal revives it.
    pub(crate) fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at <= now
    }

    /// The client told where it is: the play may come to count as a view.
    pub(crate) fn progress(&mut self, position_ms: u64, now: Timestamp) {
        self.position_ms = position_ms.min(self.duration_ms);
        self.heard = true;
        let running_ms = now.since(self.started_at).as_millis() as u64;
        if self.viewed_at.is_none() && is_view(self.position_ms, self.duration_ms, running_ms) {
            self.viewed_at = Some(now);
        }
    }

    /// Whether nobody will come back to it.
    pub(crate) fn is_abandoned(&self, now: Timestamp) -> bool {
        if self.heard {
            self.seen_at.plus(SILENCE_ENDS) <= now
        } else {
            self.has_expired(now) && !self.holds_slot(now)
        }
    }

    /// As its account sees it beside others.
    pub(crate) fn running(&self) -> RunningStream {
        RunningStream {
            title_name: self.title_name.clone(),
            device: self.device,
            started_at: self.started_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::http::fixture::session;

    #[test]
    fn a_slot_frees_a_minute_after_the_last_heartbeat() {
        let session = session();
        let seen = session.seen_at;
        assert!(session.holds_slot(seen.plus(Duration::from_millis(59_999))));
        assert!(!session.holds_slot(seen.plus(SLOT_SILENCE)));
    }

    #[test]
    fn silence_ends_who_spoke_and_expiry_ends_who_never_did() {
        let mut session = session();
        let silent = session.seen_at.plus(SILENCE_ENDS);
        assert!(!session.is_abandoned(silent));
        assert!(session.is_abandoned(session.expires_at));
        session.heard = true;
        assert!(session.is_abandoned(silent));
    }
}
