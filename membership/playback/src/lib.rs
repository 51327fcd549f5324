//! Playback: may this viewer play this title now, and from where.
//!
//! A play is a session: authorized by a pure rule, steered to appliances, given manifests whose URLs a
//! token signs, kept alive by heartbeats and ended by the client or by silence. Sessions live in a table,
//! so a restart ends nobody's film. This crate must not know how appliances store or find bytes.

mod authorize;
mod error;
mod events;
mod http;
mod keys;
pub mod limits;
mod manifest;
mod pathways;
mod service;
mod session;
mod store;
mod stream;

pub use authorize::{Facts, Refusal, RunningStream, authorize};
pub use error::PlaybackError;
pub use http::{PlaybackApi, router};
pub use keys::{KeyVault, KeysError};
pub use service::{Offer, Playback, PlaybackConfig, PlaybackParts, StartRequest};
pub use session::DeviceKind;
