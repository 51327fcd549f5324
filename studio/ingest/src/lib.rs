//! Uploads of masters, resumable by tus 1.0 (core, creation, checksum, expiration, termination).
//!
//! A byte that was acknowledged survives a power cut: it is synced before the answer. What an upload
//! may do next is decided by a pure state machine ([`transfer`]); a file shell carries it out, on a
//! thread of its own, so that a client that goes away never leaves a write behind. A file's name from
//! outside is kept as a note and never becomes a path.
//!
//! This crate must not know what is made of a finished upload, nor who may upload: the app puts its
//! own layer before [`router`].

mod checksum;
mod disk;
mod error;
pub mod limits;
mod metadata;
mod receive;
mod record;
mod routes;
pub mod transfer;
mod tus;
mod uploads;
mod writer;

pub use error::UploadError;
pub use limits::UploadLimits;
pub use metadata::{Metadata, MetadataError};
pub use routes::{PATH, router};
pub use uploads::{FinishedUpload, Found, Uploads};
