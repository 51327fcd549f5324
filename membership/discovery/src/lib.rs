//! Discovery: what a viewer is shown to choose from.
//!
//! Home's rows, a title's card and its likes, and search. Everything is made from the catalogue's
//! snapshot and the viewer's bookmarks and list; titles that are not offered to the viewer do not
//! appear. This crate must not know how a play runs.

mod card;
mod fold;
mod home;
mod http;
mod index;
mod likes;
pub mod limits;
mod query;
mod shelf;

pub use http::{DiscoveryApi, router};
