//! The parts of `marquee play`: what is meant, and how a session is renewed.

pub(crate) mod renew;
pub(crate) mod target;
