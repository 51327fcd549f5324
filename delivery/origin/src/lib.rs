//! The origin: where releases are published, and where appliances fill from.
//!
//! Files lie in [`data_objects::Objects`] under their hash. Which releases are published, which files
//! each of them holds and which files were withdrawn is the ledger, one partition of one table, so that
//! publishing and withdrawing are each one atomic write: a crash leaves a release published or not,
//! never between. The store is an [`Upstream`](contracts_delivery::Upstream), which appliances
//! fill from; the control plane reads the withdrawals.
//!
//! This crate must not know of players, tokens or appliances.

mod errors;
mod ledger;
pub mod limits;
mod rows;
mod service;
mod store;
#[cfg(test)]
mod tests;

pub use store::{HeldRemovals, OriginStore};
