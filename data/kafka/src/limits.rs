//! What a client of the cluster is allowed, and why.

use std::time::Duration;

use data_events::limits::{MAX_APPEND_BYTES, MAX_KEY_BYTES, MAX_PAYLOAD_BYTES};

/// How long an append may take, with every retry: then its outcome is unknown.
pub const DELIVERY_TIMEOUT: Duration = Duration::from_secs(30);

/// How long one request may take.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a call waits for the cluster, with the client's own retries.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a connection may take to be made.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Bytes of events that wait to be sent; an append that finds more waits for room.
pub const SEND_BUFFER_BYTES: usize = 32 << 20;

/// Bytes of one batch on the wire: large enough that publishers that meet share one.
pub const BATCH_BYTES: usize = 256 << 10;

/// Largest batch that a topic takes: the largest event with its key and headers, which is over the brokers'
/// own default.
pub const MAX_MESSAGE_BYTES: usize = 2 << 20;

/// How long a broker holds a request of somebody who waits for an event. A new one follows at once.
pub const WATCH_WAIT: Duration = Duration::from_secs(5);

/// How long a poll of a group's membership lasts before its owner is looked at again.
pub const MEMBER_POLL: Duration = Duration::from_millis(500);

/// Most partitions that are read at once, and most that are watched: each watched one has a connection.
pub const MAX_READERS: usize = 256;

/// Smallest segment that brokers take.
pub const MIN_SEGMENT_BYTES: u64 = 1 << 20;

/// How often a topic that was just created is looked for, until every broker knows it.
pub const CREATED_PAUSE: Duration = Duration::from_millis(20);

const _: () = assert!(MAX_KEY_BYTES + MAX_PAYLOAD_BYTES < MAX_MESSAGE_BYTES);
const _: () = assert!(MAX_APPEND_BYTES < SEND_BUFFER_BYTES);
const _: () = assert!(BATCH_BYTES < MAX_MESSAGE_BYTES);
