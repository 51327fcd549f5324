//! How the workflows pace themselves, and why.

use std::time::Duration;

use crate::Policy;

/// Workflows asked for per page when a store is opened: their ids fit a page of memory many times over.
pub const PAGE: usize = 1_000;

/// How often a call to the workflows' own store is tried before the workflow ends: a store that takes no
/// answer for a quarter of a minute is one that a person must look at.
pub const STORE: Policy = Policy {
    attempts: 8,
    first_pause: Duration::from_millis(100),
    longest_pause: Duration::from_secs(10),
};

/// Doublings of a pause after which it grows no more, whatever the policy: a factor of 65,536.
pub const MAX_DOUBLINGS: u32 = 16;
