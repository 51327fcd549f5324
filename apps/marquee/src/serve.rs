//! The composition: which services are made, how they are handed to one another, and what listens where.

mod api;
pub(crate) mod appliance;
pub(crate) mod backups;
mod changes;
mod chores;
mod delivery;
mod ground;
mod membership;
mod owner;
mod places;
mod planner;
mod records;
pub(crate) mod region;
mod routes;
mod secret;
mod stores;
mod studio;
pub(crate) mod worker;
