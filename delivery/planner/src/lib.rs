//! The planner: which files every appliance should keep for the coming day, told from the plays of the last weeks.
//!
//! [`Planner::plan`] takes in what the log of plays says since the last time, foresees the next day of every region,
//! and places the files of the titles in the catalogue on the region's appliances, site by site. `delivery-fill` does
//! the reckoning; here is what it reckons with. Appliances fetch what was placed by themselves, each in its own night.
//!
//! This crate must not know how a play is served, nor how an appliance fetches.

pub mod limits;
mod planner;
mod stock;
mod watched;

pub use planner::{PlanError, Planner, SiteBox};
