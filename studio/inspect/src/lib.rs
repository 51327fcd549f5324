//! studio-inspect
