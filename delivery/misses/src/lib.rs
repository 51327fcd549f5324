//! Misses: bytes that did not come from where they should have, and why.
//!
//! A decision weighed everyone who could serve a play. The boxes nearest by what networks announced are where its bytes
//! belong ([`Ideal`]); what another box sent is a miss. None of them held the files: a content miss. Those that did
//! were full or failing: a health miss. Anything else is another. [`Join`] brings decisions together with what
//! appliances say they sent, in whichever order the two arrive, and says how much of it found its decision.
//!
//! This crate must not know where events come from nor how the sums are shown.

mod ideal;
mod join;
pub mod limits;
mod sums;

pub use ideal::{Ideal, Kind};
pub use join::{Join, Sent};
pub use sums::{Completeness, Row, Sums};
