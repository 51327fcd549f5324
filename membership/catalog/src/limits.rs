//! Limits of the catalogue.

use std::time::Duration;

/// Letters of an ISO 3166-1 alpha-2 territory code.
pub(crate) const TERRITORY_LETTERS: usize = 2;

/// How long an edit may take to be visible where it was made; it is durable before. Here that is one read of
/// the event log, so only a store in trouble takes longer.
pub(crate) const VISIBLE_WITHIN: Duration = Duration::from_secs(10);

/// Edits between two snapshots: a start reads fewer edits than this, a few KiB each.
pub(crate) const EDITS_PER_SNAPSHOT: u64 = 256;
