//! Records of two levels on any engine.
