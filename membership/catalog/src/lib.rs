//! membership-catalog
