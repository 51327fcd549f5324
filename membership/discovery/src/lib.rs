//! membership-discovery
