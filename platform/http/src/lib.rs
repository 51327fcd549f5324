//! platform-http
