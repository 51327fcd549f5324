//! studio-ladder
