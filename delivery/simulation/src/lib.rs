//! A day of a large service, simulated from a seed: who watches what, who serves it, what is filled in the night
//! before, and what happens when a part of it is lost.
//!
//! Decisions are made by `delivery-steering`, placements and what boxes keep beside them by `delivery-fill`: the same
//! code that runs in the service, and no copy of it. The world is cut into continents that do not share appliances,
//! each simulated by itself ([`simulate`]). One play in so many is simulated, on boxes that can send one bit in so
//! many; how much that distorts is told by other seeds.
//!
//! [`Capacity`] is the arithmetic that a network is planned with before there is one. This crate must not know how
//! anything is shown.

mod audience;
mod cache;
mod capacity;
mod chance;
mod day;
mod fault;
pub mod limits;
mod night;
mod run;
mod scale;
mod tally;
mod world;

pub use audience::{Audience, Taste, pace};
pub use capacity::{Capacity, Needs};
pub use chance::{Chance, Weighted};
pub use fault::Fault;
pub use night::Filled;
pub use run::{Effect, Progress, Report, Spread, effect, simulate};
pub use scale::Scale;
pub use tally::{Fetched, Served, Tally};
