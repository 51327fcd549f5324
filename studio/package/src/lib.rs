//! studio-package
