//! platform-observe
