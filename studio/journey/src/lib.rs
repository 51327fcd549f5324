//! studio-journey
