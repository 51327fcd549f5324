//! What appliances are compared by, and the few values each criterion has.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A way to compare two appliances; the lesser value is the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Criterion {
    /// How far it can be relied on: [`Standing`].
    Standing,
    /// How much of what is wanted it holds: [`Content`].
    Content,
    /// How it was announced: the most specific prefix, the shortest path, the least discriminator.
    Route,
    /// Where it stands: in the provider's network, at an exchange, the origin.
    Tier,
    /// The band its load is in.
    Load,
    /// The band its round-trip time is in, or the one its distance promises.
    Proximity,
    /// What clients of the same network got from it: [`Throughput`].
    Throughput,
    /// 40 for an idle appliance, 20 for one of 100 Gbit/s, 40 for a near one, in hundredths.
    Score,
}

impl Criterion {
    /// Every criterion.
    pub const ALL: [Self; 8] = [
        Self::Standing,
        Self::Content,
        Self::Route,
        Self::Tier,
        Self::Load,
        Self::Proximity,
        Self::Throughput,
        Self::Score,
    ];

    /// Bits that hold every value.
    pub(super) const fn bits(self) -> u32 {
        match self {
            Self::Standing | Self::Content | Self::Tier | Self::Load | Self::Throughput => 2,
            Self::Proximity => 4,
            Self::Route => 6,
            Self::Score => 14,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Standing => "standing",
            Self::Content => "content",
            Self::Route => "route",
            Self::Tier => "tier",
            Self::Load => "load",
            Self::Proximity => "proximity",
            Self::Throughput => "throughput",
            Self::Score => "score",
        }
    }
}

impl fmt::Display for Criterion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Criterion {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let named = |criterion: &Self| criterion.name() == text;
        Self::ALL.into_iter().find(named).ok_or(())
    }
}

/// How far an appliance can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Up, with room for the play.
    Well,
    /// Up, but the play would take it over what it can send.
    Full,
    /// Up, but clients failed on it.
    Suspected,
}

/// How much of what is wanted an appliance holds. The origin counts as holding nothing: what it sends
/// takes the way that a fill would.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Content {
    /// Every file wanted.
    All,
    /// Some of them.
    Some,
    /// None, or nothing is known: it would fill.
    Nothing,
}

/// What clients of the same network got from an appliance, beside what the play needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Throughput {
    /// Twice the play's rate or more.
    Ample,
    /// Nobody has measured it lately.
    Unknown,
    /// The play's rate or more.
    Enough,
    /// Less than the play needs.
    Short,
}
