//! What an appliance's session with its network says of one prefix.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::Community;

/// The number of an appliance, given by whoever builds the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Announcer(pub u32);

/// The attributes of an announcement by which one is preferred to another (RFC 4271, section 9.1.2.2).
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Route {
    /// Length of the AS path: a set counts as one, confederations as none.
    pub path_len: u16,
    /// The multi-exit discriminator; absent counts as 0.
    pub med: u32,
    /// Communities, as they came; shared by the prefixes of one message. At most
    /// [`crate::limits::MAX_COMMUNITIES`].
    pub communities: Arc<[Community]>,
}

impl Route {
    /// Whether the network is about to take the session down and wants no new traffic on it.
    pub fn is_draining(&self) -> bool {
        self.communities.contains(&Community::GRACEFUL_SHUTDOWN)
    }

    /// What routes to one prefix are compared by; the lesser is preferred.
    pub fn preference(&self) -> (bool, u16, u32) {
        (self.is_draining(), self.path_len, self.med)
    }
}

/// A route, and whose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// The appliance.
    pub by: Announcer,
    /// What it announced.
    pub route: Route,
}
