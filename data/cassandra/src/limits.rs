//! What this engine waits for, asks for and sends at most, and why.

use std::time::Duration;

/// The newest layout of tables and records that this version reads and writes.
pub const FORMAT: i32 = 1;

/// How long a node may take to accept a connection: within a datacenter that takes milliseconds.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a request may take with all its retries: more than the servers' own timeouts (2 to 10 s), so that
/// their answer, which says more, comes first.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a change of the schema and the agreement of all nodes on it may take.
pub const SCHEMA_TIMEOUT: Duration = Duration::from_mins(1);

/// How long a repeatable request waits for one node before another is asked too: far above the usual few
/// milliseconds, so that only a node that hangs doubles the load.
pub const SPECULATIVE_DELAY: Duration = Duration::from_millis(250);

/// Nodes asked beside the first.
pub const SPECULATIVE_REQUESTS: usize = 1;

/// How long a closed connection goes unnoticed at most.
pub const KEEPALIVE: Duration = Duration::from_secs(20);

/// How many bytes a row is taken to have before any was read: the first fetch of a table is small, and what
/// it finds sizes the next.
pub const FIRST_ROW_BYTES: usize = 64 << 10;

/// Most rows of one fetch, however small they are: what a server reads within its timeout.
pub const MAX_FETCH_ROWS: usize = 5_000;

/// Most bytes of one request. Servers take frames of 16 MiB; a request repeats the partition's key with every
/// item.
pub const MAX_REQUEST_BYTES: usize = 15 << 20;

/// Bytes of a statement in a request beside its keys and value: its identifier, lengths, stamp and expiry.
pub const STATEMENT_BYTES: usize = 80;

/// The last second at which every supported version can let a value expire (19 January 2038, less a minute for
/// clocks that differ); a value that expires later is stored without a time to live and hidden by readers.
pub const LAST_EXPIRY_SECONDS: u64 = i32::MAX as u64 - 60;

/// Characters of a table's name that its CQL name shows; with the 33 of its generation it must fit 48.
pub const READABLE_CHARS: usize = 15;

/// Replicas of a keyspace that this engine creates and whose address does not say: one may be lost.
pub const REPLICATION: u8 = 3;

/// How often opening a table that another process drops at the same time is begun again.
pub const OPEN_ATTEMPTS: usize = 5;

const _: () = assert!(READABLE_CHARS + 33 <= 48);
