//! Which sizes and rates a title is encoded at.
//!
//! The fixed ladder is published as data: as many of its rungs as fit under the source. A title's own
//! ladder comes from trials of a few of its frames over size and rate factor, weighed by a quick encode of
//! all of them: the convex hull of what they give, rungs on it at even steps of quality, and each rung's bits over the title's parts at equal slope.
//!
//! Pure arithmetic: this crate must not know how a rung is encoded or scored, nor touch a file.

mod allocate;
mod budget;
mod choose;
mod complexity;
mod curve;
mod fit;
mod fixed;
mod hull;
mod ladder;
pub mod limits;
mod pilot;
mod sample;

pub use allocate::{Part, allocate};
pub use budget::{Budget, measure_budget};
pub use choose::choose;
pub use complexity::by_complexity;
pub use curve::{Curve, Trial};
pub use fit::{candidates, fixed_ladder};
pub use fixed::{FIXED, FixedRung};
pub use hull::{Rated, below, front, hull, slope};
pub use ladder::{Ladder, Trials};
pub use pilot::{Portion, Weights, portions, whole};
pub use sample::{Purpose, Sample, Tried, harmonic, pooled, samples};

use serde::{Deserialize, Serialize};

/// One rendition to make: a size, and how many bits it may spend.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rung {
    /// The ladder's name for it, such as `480p`; unique within a ladder.
    pub name: String,
    /// Pixels across, even.
    pub width: u32,
    /// Pixels down, even.
    pub height: u32,
    /// The rate the encoder may not exceed over its buffer, in kilobits (1000 bits) a second.
    pub max_kbps: u32,
    /// The constant rate factor aimed at while under the cap; x264's scale, lower is better.
    pub crf: u8,
}

impl Rung {
    /// The size of the rate buffer, in kilobits: two seconds at the cap, so that a segment's worth of
    /// motion may borrow from a still one without starving a player's own buffer.
    pub const fn buffer_kbits(&self) -> u32 {
        self.max_kbps * 2
    }
}
