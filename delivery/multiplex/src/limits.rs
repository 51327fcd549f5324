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

/// Streams that were reset before anybody looked at them; with more of them the connection ends.
pub const UNSEEN_RESETS: usize = 20;

/// Streams that a player may reset at once before their answers have gone out: seeking drops what is under way.
pub const RESET_BURST: u32 = MAX_STREAMS;

/// And how many a second after that. Beyond it a connection ends: opening and resetting streams costs the other side
/// nothing and the appliance work (CVE-2023-44487).
pub const RESETS_PER_S: u32 = 10;

/// How often a connection looks whether it is idle.
pub const LOOK_EVERY: Duration = Duration::from_secs(1);
