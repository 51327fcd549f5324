//! What an engine takes, and why.

/// Most bytes of a partition key, or of an item key. A stored key is both together, with the partition's
/// zero bytes doubled: at most 24 KiB, inside the 64 KiB that fjall and Cassandra take.
pub const MAX_KEY_BYTES: usize = 8 << 10;

/// Most bytes of a value. Anything larger belongs in the object store, which streams.
pub const MAX_VALUE_BYTES: usize = 8 << 20;

/// Most bytes of a table's name; with its prefix it must fit fjall's 255.
pub const MAX_TABLE_NAME_BYTES: usize = 200;

/// Free bytes a disk must keep. A store whose log cannot be extended stops taking writes until it is
/// opened again, so writes are refused while there is still room for what is already buffered.
pub const RESERVED_DISK_BYTES: u64 = 64 << 20;

/// Locks that compare-and-set writers of different partitions share out: enough that two busy partitions
/// rarely meet, few enough to cost nothing.
pub const COMPARE_STRIPES: usize = 64;

const _: () = assert!(2 * MAX_KEY_BYTES + 2 + MAX_KEY_BYTES < 64 << 10);
