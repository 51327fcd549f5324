//! What was decided, and why.

use core::fmt;

/// Which rung to fetch next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// The rung's index in the ladder.
    pub rung: usize,
    /// Why.
    pub reason: Reason,
    /// What the network was expected to carry, in bits a second.
    pub estimate_bps: u64,
}

/// Why a rung was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The first choice: a third of the way up, or what is assumed to be carried.
    Start,
    /// The buffer is still filling and the rung can be sustained.
    Filling,
    /// Less than the minimum is buffered: two rungs down, a stall is near.
    BufferLow,
    /// The estimate no longer carries the rung.
    EstimateFell,
    /// Less than the target is buffered: not up.
    BelowTarget,
    /// Every recent download sustains a higher rung.
    Sustained,
    /// Well above the target: one rung up.
    BufferHigh,
    /// The rung is right as it is.
    Steady,
}

impl Reason {
    /// A few plain words, for logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Filling => "filling",
            Self::BufferLow => "buffer low",
            Self::EstimateFell => "estimate fell",
            Self::BelowTarget => "below target",
            Self::Sustained => "sustained",
            Self::BufferHigh => "buffer high",
            Self::Steady => "steady",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
