//! studio-encode
