//! Where a play's bytes belong.

use contracts_delivery::{ApplianceId, Tier};
use delivery_steering::decision::{Content, Standing};
use delivery_steering::{DecisionEvent, WeighedAppliance};
use serde::{Deserialize, Serialize};

/// Why bytes came from elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// They came from where they belong.
    Hit,
    /// No box there held the files.
    Content,
    /// Those that held them were full or failing.
    Health,
    /// A box there was well and held them: the player went elsewhere by itself, or another criterion decided.
    Other,
}

/// The boxes that are nearest to a client by what networks announced, whatever they hold and however they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ideal {
    boxes: Vec<ApplianceId>,
    /// What it counts as when bytes come from elsewhere.
    miss: Kind,
}

impl Ideal {
    /// Of a decision that weighed somebody: the boxes announced best, and of them those of the nearest tier.
    pub fn of(decision: &DecisionEvent) -> Option<Self> {
        let remoteness = |one: &WeighedAppliance| one.weight.remoteness();
        let best = decision.weighed.iter().map(remoteness).min()?;
        let there: Vec<&WeighedAppliance> = decision
            .weighed
            .iter()
            .filter(|one| remoteness(one) == best)
            .collect();
        // An origin is not filled: it has everything.
        let holds = |one: &&&WeighedAppliance| {
            one.weight.content == Content::All || one.weight.tier == Tier::Origin
        };
        let miss = match there
            .iter()
            .filter(holds)
            .map(|one| one.weight.standing)
            .min()
        {
            None => Kind::Content,
            Some(Standing::Well) => Kind::Other,
            Some(Standing::Full | Standing::Suspected) => Kind::Health,
        };
        let mut boxes: Vec<ApplianceId> = there.iter().map(|one| one.appliance.clone()).collect();
        boxes.sort_unstable();
        Some(Self { boxes, miss })
    }

    /// What bytes of that box count as.
    pub fn kind(&self, from: &ApplianceId) -> Kind {
        if self.boxes.contains(from) {
            Kind::Hit
        } else {
            self.miss
        }
    }

    /// The boxes by the name of the first of them.
    pub fn name(&self) -> &str {
        self.boxes.first().map_or("", |first| &first.0)
    }
}
