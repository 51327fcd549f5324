//! Content-addressed objects: a blob's name is the BLAKE3 hash of its bytes.
//!
//! A put is verified and atomic; beside every object lies its outboard, a hash tree over 1 MiB blocks,
//! so that any block can be verified alone. [`Objects`] is the store, in a folder of this machine or in
//! an S3 bucket; [`Pointers`] are its few small records that change, by compare-and-set; [`tree`] is pure
//! and serves whoever holds blocks without the store. Both engines run the suite in [`conformance`].
//! This crate must not know what the objects hold.
//!
//! The folder is an engine of its own: `object_store`'s local one writes without syncing, so that what it
//! acknowledged can be lost with the power. The bucket stands on `object_store`, over the HTTP client that
//! the rest of Marquee uses.

mod bucket;
pub mod conformance;
mod error;
mod folder;
mod format;
mod hash;
pub mod limits;
mod location;
mod objects;
mod pointers;
mod store;
pub mod tree;

pub use bucket::{S3Config, S3Credentials, Writers};
pub use error::ObjectError;
pub use hash::{BadHash, ContentHash};
pub use objects::{ObjectInfo, Objects, Verified};
pub use pointers::{Pointer, PointerVersion, Pointers, SetIf};
