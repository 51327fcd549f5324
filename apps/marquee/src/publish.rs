//! The parts of `marquee publish`: fingerprint, upload, bars, following a title.

pub(crate) mod bars;
pub(crate) mod fingerprint;
pub(crate) mod follow;
pub(crate) mod tus;
