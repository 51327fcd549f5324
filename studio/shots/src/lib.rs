//! studio-shots
