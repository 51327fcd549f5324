//! Which rendition to fetch next: the adaptive-bitrate controller.
//!
//! A pure state machine over measured downloads and the buffer's length; it allocates nothing and needs
//! no standard library, so it runs in a browser and in the headless viewer alike. It must not know
//! segments, manifests or clocks: rungs are numbers of bits a second, time comes in as durations.

#![cfg_attr(not(test), no_std)]

mod controller;
mod decision;
mod ladder;
pub mod limits;
mod samples;

pub use controller::{Controller, Thresholds};
pub use decision::{Decision, Reason};
pub use ladder::Ladder;
pub use samples::Samples;
