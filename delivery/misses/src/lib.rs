//! Misses: bytes that did not come from where they should have, and why.
//!
//! A decision weighed everyone who could serve a play. The boxes nearest by what networks announced are where its bytes
//! belong ([`Ideal`]); what another box sent is a miss. None of them held the files: a content miss. Those that did
//! were full or failing: a health miss. Anything else is another. [`Join`] brings decisions together with what
//! appliances say they sent, in whichever order the two arrive, and says how much of it found its decision; it is pure.
//! [`MissesService`] feeds it from the topics of both, and tells the sums to operators.
//!
//! What is known begins with what the topics still hold, a week, and is kept in memory. This crate must not know how
//! decisions are made nor what a release holds.

mod console;
mod ideal;
mod join;
pub mod limits;
mod report;
mod service;
mod sums;

pub use console::console_router;
pub use ideal::{Ideal, Kind};
pub use join::{Join, Sent};
pub use report::{HourRow, PlaceRow, ReleaseRow, Report};
pub use service::MissesService;
pub use sums::{Completeness, Row, Sums};
