//! A decision told to the event log, whole enough to be made again by another ranker.

use contracts_delivery::{ApplianceId, ReleaseId, SessionId};
use data_objects::ContentHash;
use ipnet::IpNet;
use platform_clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::decision::{Ranker, Weight, affinity, seed, word};
use crate::limits::MAX_RANKED;

/// The topic of [`DecisionEvent`]s; the key is the session id.
pub const STEERING_TOPIC: &str = "steering";

/// One decision. It names the client's network and not its address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecisionEvent {
    /// When.
    pub at: Timestamp,
    /// The play; none where a decision was only asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    /// What is played.
    pub release: ReleaseId,
    /// The most specific prefix announced around the client; absent when none is.
    pub network: Option<IpNet>,
    /// The rate set aside, in kilobits a second.
    pub nominal_kbps: u32,
    /// How it was ranked.
    pub ranker: String,
    /// Everyone who was weighed, best first; the player was told the first of them.
    pub weighed: Vec<WeighedAppliance>,
}

/// An appliance and what it weighed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WeighedAppliance {
    /// Which.
    pub appliance: ApplianceId,
    /// What it weighed.
    #[serde(flatten)]
    pub weight: Weight,
}

impl DecisionEvent {
    /// What another ranker makes of what was weighed, best first; no place is kept for an origin.
    pub fn ranked_by(&self, ranker: &Ranker) -> Vec<&WeighedAppliance> {
        let seed = seed(self.release);
        let mut order: Vec<&WeighedAppliance> = self.weighed.iter().collect();
        order.sort_by_cached_key(|one| {
            let name = word(&ContentHash::of(one.appliance.0.as_bytes()));
            one.weight.key(ranker, affinity(seed, name))
        });
        order.truncate(ranker.longest().min(MAX_RANKED));
        order
    }
}
