//! Viewing: where a viewer stopped, and what a viewer wants to watch.
//!
//! Bookmarks and the viewer's own list, by account. This crate must not know how rows are made of them,
//! nor how a play runs.

mod bookmark;
mod http;
pub mod limits;
mod store;

pub use bookmark::Bookmark;
pub use http::{ViewingApi, router};
pub use store::{ListedTitle, Viewing, ViewingError};
