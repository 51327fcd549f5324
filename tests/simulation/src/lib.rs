//! A world in which everything that can go wrong with a store does, from one seed.
//!
//! [`FaultyEngine`] is a model of an engine that delays and reorders calls, applies some twice or late,
//! loses answers, dies at any call, and on a power cut forgets a part of what was not made durable. A
//! [`World`] runs tasks on it one at a time, so that a seed gives the same history each time; its tests
//! run thousands of short histories over each abstraction and hold what is read against a model.
//!
//! `MARQUEE_SEED=17 cargo test -p tests-simulation NAME` replays one history; `MARQUEE_HISTORIES=20000` runs
//! that many. This crate must not know how real engines work.

mod engine;
mod faults;
mod journal;
mod last_write;
mod world;

pub use engine::FaultyEngine;
pub use faults::Faults;
pub use journal::Cut;
pub use last_write::{Effect, Tried, assert_last_write};
pub use world::{World, each_seed};
