//! The appliance: serves published files to players by byte range, from a cache that fills itself.
//!
//! A request's journey, and the modules along it: an event loop of `serve` reads its [`head`]; `prepare` checks
//! the token, that the file belongs to the token's release, and the range; the library opens the file; the file
//! gives its blocks, filling each that is missing from its [`Upstreams`] exactly once however many players wait, and
//! verifying it against the file's hash tree before it is stored or any byte of it leaves. Beside that the control
//! loop reports to the control plane and drops withdrawn files, and neighbours fetch what is stored here
//! ([`fill_router`]). Requests that come by other protocols ([`Multiplexed`]) are put to the same rules by
//! [`StreamService`].
//!
//! Opens no store and trusts no upstream. This crate must not know accounts, titles or manifests, nor
//! how HTTP/2 or HTTP/3 is spoken.

mod access;
mod appliance;
mod certificate;
mod conditions;
mod config;
mod control;
mod file;
mod fill_service;
pub mod head;
mod http_control;
mod http_fill;
mod keyring;
mod library;
pub mod limits;
mod metrics;
mod multiplexed;
mod placing;
mod prepare;
mod refusal;
mod releases;
mod round_trips;
mod scrub;
mod serve;
mod slot;
mod stored_files;
mod upstreams;

pub use appliance::{Appliance, OpenError};
pub use certificate::{BadTls, TlsFiles};
pub use config::{BadEdgeConfig, EdgeConfig};
pub use fill_service::fill_router;
pub use http_control::HttpControl;
pub use http_fill::{FillClient, HttpFill};
pub use multiplexed::{Entrance, Multiplexed};
pub use scrub::Scrubbed;
pub use serve::{BrokenOff, ListenError, Listeners, Pace, Seat, StreamAnswer, StreamService};
pub use upstreams::Upstreams;
