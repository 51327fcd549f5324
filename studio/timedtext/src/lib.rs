//! studio-timedtext
