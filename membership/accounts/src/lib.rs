//! membership-accounts
