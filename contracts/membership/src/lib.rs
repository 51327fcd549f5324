//! contracts-membership
