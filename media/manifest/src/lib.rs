//! HLS playlists, DASH manifests and Content Steering documents: text in, text out.
//!
//! [`hls`] follows RFC 8216bis, [`dash`] the on-demand profile of ISO/IEC 23009-1, [`steering`] the
//! document both share. Each has a writer for what Marquee publishes and a reader for the same and for
//! others' streams of that shape. Readers are bounded and never panic. This crate must not know where a
//! manifest comes from or goes: it opens no file and no socket, and knows neither releases nor tokens.

pub mod dash;
pub mod hls;
pub mod limits;
mod range;
pub mod steering;

pub use range::ByteRange;
