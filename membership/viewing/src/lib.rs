//! membership-viewing
