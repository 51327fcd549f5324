//! The catalogue: every published title, durable in a table and served from memory.
//!
//! Readers share a [`Snapshot`] that never changes; a writer makes the next one and swaps it in. The
//! rule for who is offered a title ([`offered`]) lives here because both what is shown and what may be
//! played follow it. This crate must not know how titles are shown, found or played.

mod limits;
mod offer;
mod snapshot;
mod titles;

pub use offer::{Asker, BadTerritory, NotOffered, Territory, offered};
pub use snapshot::Snapshot;
pub use titles::TitleCatalog;
