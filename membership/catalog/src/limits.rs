//! Limits of the catalogue.

/// Letters of an ISO 3166-1 alpha-2 territory code.
pub(crate) const TERRITORY_LETTERS: usize = 2;
