//! Between the protocol's messages and `data-kv`'s types. Pure.
//!
//! What a message leaves out is empty; what it says that has no meaning is an invalid request, or, in an
//! answer, a failed call.

mod error;
mod items;
mod requests;
mod responses;

pub(crate) use error::{from_status, to_status};

use data_kv::KvError;

/// A message that means nothing.
pub(crate) fn meaningless(what: &str) -> KvError {
    KvError::Invalid {
        reason: format!("{what} has no meaning to this version"),
    }
}

#[cfg(test)]
mod tests;
