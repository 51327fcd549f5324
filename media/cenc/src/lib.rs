//! Common encryption (ISO/IEC 23001-7), scheme `cbcs`: a CMAF track file in clear becomes one whose samples are
//! encrypted, and back.
//!
//! [`cover`] writes a protected track file, [`Cipher`] does the sample's bytes, and [`Divider`] knows which bytes
//! those are in each codec: what a player must read before it decrypts stays in clear. This crate must not know where
//! keys come from, nor who may have them.

mod cipher;
mod cover;
mod divide;

pub use cipher::Cipher;
pub use cover::{CoverError, Key, cover, uncover};
pub use divide::{DivideError, Divider};
