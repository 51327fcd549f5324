//! Fill: which files should lie on which appliance before anybody asks, and what has to be moved for it.
//!
//! A [`History`] counts views of one region by title and hour; a [`Forecast`] says what the next day will bring there,
//! and [`inform`] adds what regions know of one another.
//! [`Ranked`] orders files by the bytes a stored byte will serve, and [`place`] puts them on the boxes of a site,
//! the hottest where much can be sent and the rest where there is room. [`plan`] is the difference to what a box
//! holds, cut to what its [`Window`] lets through by the clocks where it is. What was not placed and is watched all the
//! same is kept by [`Eviction`]. All of it is the same for the same input, so that the service, a measurement and a
//! simulation can run one code.
//!
//! Titles, files and boxes are numbers here. This crate must not know how views are counted, how a file is
//! fetched, nor which appliance is up.

mod eviction;
mod forecast;
mod history;
pub mod limits;
mod placement;
mod plan;
mod regions;
mod ring;
mod window;

pub use eviction::Eviction;
pub use forecast::{Forecast, Launch};
pub use history::History;
pub use placement::{BoxFacts, Candidate, Heat, Placed, Ranked, place};
pub use plan::{Held, Plan, Wanted, plan};
pub use regions::inform;
pub use ring::{score, seed_of};
pub use window::{Hours, Window};
