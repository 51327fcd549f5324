//! Events by series and time on any engine.
