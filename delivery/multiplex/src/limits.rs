//! The limits of streams. What a request and its answer may take is limited by the appliance
//! ([`delivery_edge::limits`]).

use std::time::Duration;

/// Most streams of a connection at once: the fewest that RFC 9113 (section 6.5.2) recommends, and more than a player
/// uses.
pub const MAX_STREAMS: u32 = 100;

/// Bytes of a request's body that may come before they are refused: none are read.
pub const BODY_WINDOW: u32 = 16 << 10;

/// Bytes of an answer that may wait for the socket in each stream: two pieces.
pub const SEND_BUFFER: usize = 2 * delivery_edge::limits::STREAM_PIECE;

/// Bytes that may come by a stream of HTTP/3: a head, and what came of a body before that was looked at.
pub const REQUEST_BYTES: usize = delivery_edge::limits::MAX_HEAD_BYTES + BODY_WINDOW as usize;

/// Bytes that may come by a stream of one direction while its connection lasts: what a browser says of priorities
/// with ten thousand requests.
pub const CONTROL_BYTES: usize = 256 << 10;

/// Streams of one direction that may be open at once: HTTP/3 has three, and browsers open one more that means nothing.
pub const MAX_OPEN_CONTROL_STREAMS: u32 = 8;

/// Streams of one direction that may come while a connection lasts.
pub const MAX_CONTROL_STREAMS: u32 = 32;

/// Bytes of a QUIC connection that may come before they are looked at: heads.
pub const QUIC_WINDOW: u32 = 64 << 10;

/// Bytes of a QUIC connection that were sent and may yet be lost: 160 Mbit/s over 50 ms.
pub const QUIC_SEND_WINDOW: u64 = 1 << 20;

/// Most QUIC handshakes under way; more are refused.
pub const MAX_GREETINGS: usize = 1_024;

/// With so many, further ones begin once their address is proven (RFC 9000, section 8.1), which takes a round trip.
pub const UNPROVEN_GREETINGS: usize = 128;

/// Streams that were reset before anybody looked at them; with more of them the connection ends.
pub const UNSEEN_RESETS: usize = 20;

/// Streams that a player may reset at once before their answers have gone out: seeking drops what is under way.
pub const RESET_BURST: u64 = MAX_STREAMS as u64;

/// And how many a second after that. Beyond it a connection ends: opening and resetting streams costs the other side
/// nothing and the appliance work (CVE-2023-44487).
pub const RESETS_PER_S: u64 = 10;

/// How often a connection looks whether it is idle.
pub const LOOK_EVERY: Duration = Duration::from_secs(1);
