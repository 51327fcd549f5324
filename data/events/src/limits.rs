//! Sizes of the log, and why.

use std::time::Duration;

/// Bytes after which a segment is closed and the next begun, unless a topic says otherwise: small enough that
/// retention, which drops whole segments, is fine grained; large enough that a busy topic has few.
pub const SEGMENT_BYTES: u64 = 64 << 20;

/// Fewest bytes a topic may give its segments: more than a segment's header, so that each holds an event.
pub const MIN_SEGMENT_BYTES: u64 = 64;

/// Most bytes a topic may give its segments: an index has a place for every stretch of one.
pub const MAX_SEGMENT_BYTES: u64 = 1 << 30;

/// Most bytes of an event's key.
pub const MAX_KEY_BYTES: usize = 4 << 10;

/// Most bytes of an event's payload; anything larger belongs in the object store, with its hash in the event.
pub const MAX_PAYLOAD_BYTES: usize = 1 << 20;

/// Most events of one append: it is acknowledged as a whole.
pub const MAX_APPEND_EVENTS: usize = 10_000;

/// Most bytes of keys and payloads of one append.
pub const MAX_APPEND_BYTES: usize = 4 << 20;

/// Bytes that may wait for a partition's next sync; an append that finds more waits for room first.
pub const MAX_PENDING_BYTES: usize = 8 << 20;

/// Most bytes of a batch's body on the disk; a longer one is damage, whatever its checksum.
pub const MAX_BODY_BYTES: usize = MAX_PENDING_BYTES;

/// Most bytes of keys and payloads that one read gives, so that its memory is bounded whatever its limit.
pub const MAX_READ_BYTES: usize = 4 << 20;

/// Bytes fetched at once while batches are read: a disk's good stride, little to waste on a short read.
pub const WINDOW_BYTES: usize = 256 << 10;

/// Bytes between two places of a segment's index: one window finds any event from the place before it.
pub const INDEX_STRIDE_BYTES: u64 = 256 << 10;

/// Segments of a partition whose indexes stay in memory.
pub const MAX_INDEXES: usize = 64;

/// Most bytes of a topic's or a group's name: they are file names.
pub const MAX_NAME_BYTES: usize = 100;

/// Most topics of a log.
pub const MAX_TOPICS: usize = 256;

/// Most partitions of a topic.
pub const MAX_PARTITIONS: u32 = 256;

/// Free bytes a disk must keep; an append that finds less is refused while nothing is half written.
pub const RESERVED_DISK_BYTES: u64 = 64 << 20;

/// How far an event's time may lie ahead of the log's clock: clocks that differ by more are wrong, and what
/// they date would outlive its retention. Kafka's own default.
pub const MAX_AHEAD: Duration = Duration::from_hours(1);

/// How long a partition's writer waits for work before its thread ends.
pub const WRITER_IDLE: Duration = Duration::from_secs(10);

/// Stack of a writer's thread, which calls little and keeps its batches on the heap.
pub const WRITER_STACK_BYTES: usize = 256 << 10;

/// Longest that a writer waits for as many appends as it acknowledged last, before it syncs without them:
/// short beside a sync, long enough for a publisher to answer an acknowledgement.
pub const MAX_GATHER: Duration = Duration::from_micros(500);

/// A group's member that is silent for this long has its partitions given to others. Kafka's brokers accept
/// nothing under six seconds.
pub const SESSION_TIMEOUT: Duration = Duration::from_secs(10);

/// How often a waiting consumer says that it is there: a third of what it is allowed, so that two may be late.
pub const HEARTBEAT: Duration = Duration::from_secs(3);

/// Most members of a group: more than this read nothing, as there are no more partitions.
pub const MAX_MEMBERS: usize = MAX_PARTITIONS as usize;

/// Events a consumer asks for at once.
pub const CONSUMER_EVENTS: usize = 1_000;

const _: () = assert!(MAX_KEY_BYTES + MAX_PAYLOAD_BYTES < MAX_READ_BYTES);
const _: () = assert!(MAX_APPEND_BYTES + MAX_APPEND_EVENTS * 32 < MAX_PENDING_BYTES);
