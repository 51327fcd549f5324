//! The limits of reading MRT.

/// Most routes held of all sessions: a full table of eight sessions, about half a gigabyte. A collector's
/// dump has more, so it is read for one session.
pub const MAX_ROUTES: usize = 8_000_000;

/// Most bytes a file may have once decompressed: four times a large collector's table.
pub const MAX_DUMP_BYTES: u64 = 16 << 30;
