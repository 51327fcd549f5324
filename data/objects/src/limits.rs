//! What the store takes at once, and why.

/// Most bytes of one read: a caller that streams a file asks for pieces, so memory stays flat however
/// large the file is.
pub const MAX_READ_BYTES: u64 = 64 << 20;

/// Bytes read from a file at once while it is hashed: one block of the tree.
pub const HASH_BUFFER_BYTES: usize = crate::tree::BLOCK_BYTES as usize;

/// Free bytes a disk must keep beside what is being copied in, so that the stores and logs on the same
/// disk can go on.
pub const RESERVED_DISK_BYTES: u64 = 256 << 20;
