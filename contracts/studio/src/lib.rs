//! contracts-studio
