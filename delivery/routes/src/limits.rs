//! The limits of routes.

/// Most candidates kept for a prefix, its own announcers and those of the prefixes around it: twice what a
/// client of a large network has, and far more than a player ever tries.
pub const MAX_CANDIDATES: usize = 64;

/// Most prefixes of one list: three times what the whole internet announces.
pub const MAX_LIST_PREFIXES: usize = 4_000_000;

/// Most bytes of a line of a prefix list: a prefix with every community a session carries.
pub const MAX_LINE_BYTES: usize = 1_024;

/// Most communities kept of one announcement.
pub const MAX_COMMUNITIES: usize = 64;

const _: () = assert!(MAX_CANDIDATES <= u8::MAX as usize, "a rank is a byte");
