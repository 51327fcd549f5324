//! Datasets held whole in memory by every consumer, after Netflix's Hollow and RAW Hollow.
//!
//! A [`Producer`] takes a dataset's whole new content, refuses it where a validator does, stores what changed
//! as blobs (a delta there, one back, now and then a snapshot) and announces a version. A [`Consumer`] hears of
//! it, goes there by the cheapest way that is undamaged, and swaps the new [`State`] in: readers have one
//! version, whole. A raw dataset is written record by record by an [`Editor`] instead; its [`RawConsumer`]s show
//! an edit to whoever reads after it.
//!
//! Records are [`Record`]s in the code and bytes in memory: a lookup decodes nothing. Blobs lie in an object
//! store, announcements and edits on an event log, behind [`Blobs`] and [`Announcements`]. This crate must not
//! know what the records mean.

mod announcement;
mod blob;
mod consumer;
mod dataset;
mod error;
mod history;
mod index;
pub mod limits;
mod producer;
mod raw;
mod record;
mod state;
mod store;
pub mod testing;

pub use consumer::Consumer;
pub use dataset::Dataset;
pub use error::HollowError;
pub use index::{IndexKey, Keys, ManyIndex, PrefixIndex, UniqueIndex};
pub use producer::{Producer, ProducerOptions, Published};
pub use raw::{Editor, RawConsumer, Token};
pub use record::{Record, RecordKey, RecordRef};
pub use state::State;
pub use store::{Announcements, Blobs, HollowStore, StoreError};
