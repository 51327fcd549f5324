//! What the cache takes at once, and why.

use std::time::Duration;

/// Longest value. memcached's items are 1 MiB with key and header, and a value must fit whichever engine is
/// configured.
pub const MAX_VALUE_BYTES: usize = (1 << 20) - 1024;

/// Longest key on the wire, memcached's own bound: a longer one is hashed.
pub const MAX_KEY_BYTES: usize = 250;

/// Longest name of a namespace: with the hash of a long key it stays within [`MAX_KEY_BYTES`].
pub const MAX_NAMESPACE_BYTES: usize = 64;

/// Longest expiry: memcached takes a longer one for a date.
pub const MAX_TTL: Duration = Duration::from_hours(30 * 24);

/// Time one zone has for one call. In a region a server answers within a millisecond, and a store within
/// some tens: whoever waits longer for a cache had better ask the store.
pub const ZONE_TIMEOUT: Duration = Duration::from_millis(50);

/// Time to connect to a server; a call does not wait that long, but the next one finds the connection.
pub const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);

/// Calls of one server under way at once; the next is refused at once, as a queue would only be late.
pub const MAX_IN_FLIGHT: usize = 1024;

/// Connections to one memcached server, each with one call at a time. Redis shares one connection.
pub const MAX_CONNECTIONS: usize = 16;

/// Keys asked for in one request: a request stays below what a socket's buffer takes.
pub const MAX_BATCH: usize = 100;

/// Longest line a memcached server answers.
pub const MAX_LINE_BYTES: usize = 2048;

/// Failures one after another after which a zone is left alone for [`REST`].
pub const FAILURES_TO_REST: u32 = 3;

/// How long a failing zone is left alone, so that not every read waits for its timeout.
pub const REST: Duration = Duration::from_millis(500);

/// Keys remembered per zone as having missed a write. Beyond it the oldest are forgotten, and may be read
/// until they expire.
pub const MAX_SUSPECTS: u64 = 100_000;

/// Bytes counted per entry in process beside its key and value: what the table itself keeps.
pub const ENTRY_OVERHEAD_BYTES: usize = 96;

/// Bytes of an in-process cache unless its address says otherwise.
pub const DEFAULT_CAPACITY_BYTES: u64 = 64 << 20;
