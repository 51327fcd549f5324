//! The HTTP surface of accounts, and what every other surface of membership shares with it.

mod address;
mod api;
mod document;
mod identity;
mod input;
mod people;
mod problems;

pub use address::ClientAddress;
pub use api::router;
pub use document::ProblemDocument;
pub use identity::{Owner, SESSION_COOKIE, SharedAccounts, SignedIn, authenticate, require_owner};
pub use input::{Valid, ValidBody};

#[cfg(test)]
mod tests;
