//! Steering: which appliances are up, which of them should serve a play, and the keys they accept.
//!
//! Appliances report every two seconds; whoever falls silent is out until it reports again. A ranking is
//! a pure function ([`decision`]) of that and of the routes appliances announced. The keys that sign playback
//! tokens are made, rotated and handed out here.
//!
//! This crate must not know what a release holds, and serves no film itself.

mod console;
pub mod decision;
mod event;
mod held;
mod keys;
pub mod limits;
mod registry;
mod replay;
mod ring;
mod router;
mod service;

pub use console::console_router;
pub use event::{DecisionEvent, STEERING_TOPIC, WeighedAppliance};
pub use keys::KeysError;
pub use registry::{ApplianceState, ApplianceView};
pub use replay::{Comparison, Outcome};
pub use router::report_router;
pub use service::{OpenError, SteeringService};
