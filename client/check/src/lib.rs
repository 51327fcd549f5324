//! The checker: what players trip over in a stream, anybody's, found before they do.
//!
//! [`check`] reads an HLS playlist, an MPD or a CMAF track file, from a server or from a disk, loads every
//! initialization section and a spread of segments, and holds manifest, headers and media against one another.
//! What it finds is a [`Finding`] with the rule it breaks and the document that says so. The rules are pure;
//! only `source` and `check` touch the network and the disk.
//!
//! It must not know accounts, titles or releases. It decodes nothing itself: a caller may hand it a [`Decoder`], and keys
//! of what is encrypted.

mod check;
mod dash;
mod decode;
mod finding;
mod hls;
pub mod limits;
mod report;
mod source;
mod stream;
mod together;
mod track;

pub use check::{CheckError, Options, check};
pub use decode::Decoder;
pub use finding::{Finding, Rule, Severity};
pub use report::{Report, counted};
