//! Steering as other planes see it: which appliances should serve a client, best first.

use std::fmt;
use std::net::IpAddr;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{ReleaseId, SessionId};

/// Longest name of an appliance or a worker, in bytes.
pub const MAX_NAME_BYTES: usize = 64;

/// Whether an operator may name an appliance or a worker so: letters, digits and hyphens, at most
/// [`MAX_NAME_BYTES`]. Such a name is a file name, too, and leads nowhere else.
pub fn is_plain_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=MAX_NAME_BYTES).contains(&name.len()) && name.bytes().all(plain)
}

/// An appliance's name, chosen by its operator; see [`is_plain_name`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApplianceId(pub String);

impl fmt::Display for ApplianceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How near to viewers an appliance stands. Lower tiers are preferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Inside an internet provider's network.
    Isp,
    /// At an internet exchange.
    Exchange,
    /// The origin itself.
    Origin,
}

impl Tier {
    /// How long a client may keep a ranking headed by this tier, in seconds.
    pub const fn ttl_seconds(self) -> u32 {
        match self {
            Self::Isp => 300,
            Self::Exchange => 60,
            Self::Origin => 30,
        }
    }
}

/// What steering knows of who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientFacts {
    /// Where the request came from.
    pub address: IpAddr,
}

/// A play that is to be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SteeringRequest {
    /// Who asks.
    pub client: ClientFacts,
    /// The play.
    pub session: SessionId,
    /// What is played.
    pub release: ReleaseId,
    /// The rate to set aside for it, in bits a second: that of the best rendition it may choose.
    pub nominal_bps: u64,
    /// The appliance it uses; it stays first unless it broke. None for a new play.
    pub using: Option<ApplianceId>,
    /// What the client measured of that appliance, in bits a second.
    pub measured_bps: Option<u64>,
}

/// One appliance in a ranking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RankedAppliance {
    /// Which.
    pub appliance: ApplianceId,
    /// Where it serves; a token's prefix is joined to this. Ends with `/`.
    pub base_url: Url,
    /// Where it stands.
    pub tier: Tier,
    /// Why it has this place, in a few words.
    pub reason: String,
}

/// The places of a play.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranking {
    /// Appliances that can serve it, best first.
    pub appliances: Vec<RankedAppliance>,
    /// The region it is watched in: that of the appliances its network was announced to, whether they can serve it or
    /// not. Empty where there is one alone.
    pub region: String,
}

/// Why no ranking could be given.
#[derive(Debug, thiserror::Error)]
pub enum SteeringError {
    /// Nothing that could serve is up; a retry helps once an appliance reports.
    #[error("no appliance is up to serve this")]
    NothingUp,
}

/// Ranks appliances.
#[async_trait]
pub trait Steering: Send + Sync {
    /// Appliances that can serve a play; there is at least one. The play's rate is set aside on the first.
    async fn rank(&self, request: &SteeringRequest) -> Result<Ranking, SteeringError>;

    /// The play goes on: what is set aside for it stays so.
    fn heard(&self, session: SessionId);

    /// The play is over: what was set aside for it is free.
    fn ended(&self, session: SessionId);
}
