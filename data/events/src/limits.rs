//! Sizes of the log, and why.

/// Bytes after which a segment is closed and the next begun: small enough to scan at a start in well under a
/// second, large enough that a busy topic has few.
pub const SEGMENT_BYTES: u64 = 64 << 20;

/// Most bytes of an event's key.
pub const MAX_KEY_BYTES: usize = 4 << 10;

/// Most bytes of an event's payload; anything larger belongs in the object store, with its hash in the event.
pub const MAX_PAYLOAD_BYTES: usize = 1 << 20;

/// Bytes that may wait for one sync; an append that finds more waits for that sync first.
pub const MAX_PENDING_BYTES: usize = 8 << 20;

/// Most bytes of keys and payloads that one read gives, so that its memory is bounded whatever its limit.
pub const MAX_READ_BYTES: usize = 4 << 20;

/// Most bytes of a topic's or a group's name: they are file names.
pub const MAX_NAME_BYTES: usize = 100;

/// Most topics: each keeps a file open.
pub const MAX_TOPICS: usize = 256;

/// Places remembered per topic from which a later read can go on without scanning the segment from its
/// start: more than there are readers of one topic.
pub const MAX_PLACES: usize = 1_024;

/// Free bytes a disk must keep; an append that finds less is refused while nothing is half written.
pub const RESERVED_DISK_BYTES: u64 = 64 << 20;

const _: () = assert!(MAX_KEY_BYTES + MAX_PAYLOAD_BYTES < MAX_READ_BYTES);
const _: () = assert!((MAX_PENDING_BYTES as u64) < SEGMENT_BYTES);
