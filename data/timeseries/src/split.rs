//! Splitting wide partitions of single series.
//!
//! A read that sees a wide partition reports it ([`Detections`]). A split is then a record that moves from
//! phase to phase, one bounded step at a time: the original is read and its parts are planned, it is copied
//! into them, the parts are read back and compared by count and sum, and only then reads are re-routed, by
//! a filter in memory that says which partitions may be split. The original is kept for a while, read once
//! more, and removed. Every step ends in a compare-and-set of the record, and what it does before that can
//! be done again, so that a step that is cut off is repeated and two processes at once do no harm.
//!
//! Only partitions that no write can reach any more are split. Should a write overtake its own deadline all
//! the same, the last reading of the original finds it, and it is copied before the original goes.

mod detect;
mod filter;
mod parts;
mod record;
mod route;
mod step;
mod totals;
mod work;

pub use detect::{Detection, DetectionQueue, Detections};
pub use filter::SplitFilter;
pub use work::Progress;

pub(crate) use parts::Parts;
pub(crate) use route::{Routes, is_gone};
pub(crate) use work::Worklist;
