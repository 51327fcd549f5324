//! What the connection takes, and why.

use std::time::Duration;

use data_kv::limits as kv;

/// Most bytes of a message: a request or a page at its largest, and what each item is wrapped in.
pub const MAX_MESSAGE_BYTES: usize = 64 << 20;

/// Bytes that wrap an item in a page at most, beside its key and value.
const ITEM_OVERHEAD_BYTES: usize = 64;

/// Most bytes of an error in a status: an item that is damaged is named by an id and a key.
pub const MAX_DETAILS_BYTES: usize = 2 * kv::MAX_KEY_BYTES + (4 << 10);

/// Most bytes of a status's message, which is for people: what it cuts is in the details.
pub const MAX_STATUS_MESSAGE_BYTES: usize = 1 << 10;

/// Most bytes of an answer's headers, where a status travels: its details grow by a third, its message by
/// up to three times.
pub const MAX_HEADER_BYTES: u32 = 48 << 10;

/// Time for a call that has no other limit: a write of the largest request to a slow disk.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// Time beyond the one a page is asked to end within, for one late fetch and the way.
pub const PAGE_OVERRUN: Duration = Duration::from_secs(2);

/// Of a call's own deadline one part in so many is left for the way back when a page ends early.
pub const WAY_BACK_SHARE: u32 = 8;

/// Time to connect: servers are near.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Silence after which a connection is asked whether it still stands.
pub const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// Calls of one connection under way at once; more wait on the client's side.
pub const MAX_CALLS: u32 = 256;

/// Time for calls under way once the server is told to stop.
pub const SHUTDOWN_GRACE: Duration = Duration::from_secs(10);

/// Least bytes of a shared secret: shorter ones are guessed, not kept.
pub const MIN_SECRET_BYTES: usize = 16;

const _: () =
    assert!(kv::MAX_REQUEST_BYTES + kv::MAX_OPERATIONS * ITEM_OVERHEAD_BYTES < MAX_MESSAGE_BYTES);
const _: () = assert!(
    MAX_DETAILS_BYTES * 4 / 3 + MAX_STATUS_MESSAGE_BYTES * 3 + (4 << 10)
        < MAX_HEADER_BYTES as usize
);
const _: () = assert!(
    kv::MAX_PAGE_BYTES
        + kv::MAX_VALUE_BYTES
        + kv::MAX_FETCHES * kv::MAX_FETCH_ITEMS * ITEM_OVERHEAD_BYTES
        < MAX_MESSAGE_BYTES
);
