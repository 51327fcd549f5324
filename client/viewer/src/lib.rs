//! A viewer without a screen: plays a title by its manifest, in real time, and reports how that went.
//!
//! [`play`] reads an HLS or DASH manifest, fetches segments as a player would, fails over from one
//! appliance to the next, renews a session whose tokens expired, and checks every segment it gets. All
//! decisions are made by a state machine given the time and the downloads' results; only `fetch` and
//! `play` touch the network. It must not know accounts, titles or the API that hands out sessions:
//! it gets a manifest's URL and a way to renew it.

mod error;
mod fetch;
pub mod limits;
mod places;
mod play;
mod player;
mod playhead;
mod presentation;
mod report;
mod session;
mod wellformed;

pub use error::{Failure, PlayError};
pub use play::{Options, Renew, play};
pub use report::{Event, LogEntry, Play, PlayReport};
pub use session::{ManifestFormat, Manifests, PlaybackSession};
