//! The catalogue: every published title, as a raw dataset that is held in memory where it is read.
//!
//! A studio's edit is durable and visible in one step ([`TitleCatalog`]); readers share a [`Snapshot`] that
//! never changes. The rule for who is offered a title ([`offered`]) lives here because both what is shown and
//! what may be played follow it. This crate must not know how titles are shown, found or played.

mod first_table;
mod limits;
mod offer;
mod record;
mod snapshot;
mod titles;

pub use offer::{Asker, BadTerritory, NotOffered, Territory, offered};
pub use snapshot::Snapshot;
pub use titles::TitleCatalog;
