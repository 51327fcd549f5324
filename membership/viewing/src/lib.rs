//! Viewing: where a viewer stopped, what a viewer wants to watch, and what was watched.
//!
//! Bookmarks and the viewer's own list, by account; how often titles were watched, of all. This crate must
//! not know how rows are made of them, nor how a play runs.

mod bookmark;
mod http;
pub mod limits;
mod shelf;
mod store;
mod views;

pub use bookmark::Bookmark;
pub use http::{ViewingApi, router};
pub use store::{ListedTitle, Viewing, ViewingError, ViewingParts};
pub use views::{Views, is_view};
