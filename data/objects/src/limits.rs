//! What the store takes at once, and why.

use std::time::Duration;

/// Most bytes of one read: a caller that streams a file asks for pieces, so memory stays flat however
/// large the file is.
pub const MAX_READ_BYTES: u64 = 64 << 20;

/// Bytes read from a file at once while it is hashed: one block of the tree.
pub const HASH_BUFFER_BYTES: usize = crate::tree::BLOCK_BYTES as usize;

/// Free bytes a disk must keep beside what is being copied in, so that the stores and logs on the same
/// disk can go on.
pub const RESERVED_DISK_BYTES: u64 = 256 << 20;

/// Bytes of one request of an upload to a bucket, and of one read that checks it. S3 wants parts of at
/// least 5 MiB; larger ones make a failed request dear.
pub const PART_BYTES: u64 = 8 << 20;

/// S3's bound on the parts of one upload: a longer object has larger parts.
pub const MAX_PARTS: u64 = 10_000;

/// Largest part: with [`PARTS_AT_ONCE`] it bounds the memory of one upload to 256 MiB.
pub const MAX_PART_BYTES: u64 = 64 << 20;

/// Longest object a bucket takes, 625 GiB: ten times a film's camera master.
pub const MAX_BUCKET_OBJECT_BYTES: u64 = MAX_PARTS * MAX_PART_BYTES;

/// Parts of one upload, or of the reading that checks it, under way at once: enough to fill a link whose
/// round trip is long, few enough that memory stays flat.
pub const PARTS_AT_ONCE: usize = 4;

/// Time to connect to a bucket's server: a packet lost twice still fits.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Time without a byte from a bucket's server after which a request has failed.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// Times a request to a bucket is repeated. The caller has a retry of its own, with its own patience.
pub const RETRIES: usize = 3;

/// Time after which a request is repeated no more.
pub const RETRY_TIMEOUT: Duration = Duration::from_mins(1);

/// Longest name of a pointer, in bytes: it is a file name with room for a suffix.
pub const MAX_POINTER_NAME_BYTES: usize = 128;

/// Longest value of a pointer: it names things and does not hold them, and it is held in memory whole.
pub const MAX_POINTER_BYTES: usize = 64 << 10;

/// Most pointers one store lists: they are few by design, and the list is held in memory whole.
pub const MAX_POINTERS: usize = 10_000;
