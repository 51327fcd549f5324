//! Steering: which appliances are up, which of them should serve a play, and the keys they accept.
//!
//! Appliances report every two seconds; whoever falls silent is out until it reports again, and whoever fares badly by
//! its reports, by probes or for players is ranked last. A ranking is
//! a pure function ([`decision`]) of that and of the routes appliances announced. The keys that sign playback
//! tokens are made, rotated and handed out here.
//!
//! This crate must not know what a release holds, and serves no film itself.

mod console;
pub mod decision;
mod event;
mod health;
mod held;
mod keys;
pub mod limits;
mod neighbours;
mod places;
mod probe;
mod registry;
mod replay;
mod ring;
mod router;
mod service;

pub use console::console_router;
pub use event::{DecisionEvent, STEERING_TOPIC, WeighedAppliance};
pub use health::Fault;
pub use keys::KeysError;
pub use places::{BadPlaces, Places};
pub use probe::{HttpProber, Prober};
pub use registry::{ApplianceState, ApplianceView, Fetched};
pub use replay::{Comparison, Outcome};
pub use router::report_router;
pub use service::{OpenError, SteeringService};
