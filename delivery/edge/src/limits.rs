//! The appliance's limits.

use std::time::Duration;

/// A block that has not come from upstream by then has failed; a player's own patience is about as long.
pub const FILL_TIMEOUT: Duration = Duration::from_secs(8);

/// A neighbour that has not given a block by then is slower than the origin: it is asked next, in the player's time.
pub const NEAR_TIMEOUT: Duration = Duration::from_secs(2);

/// A neighbour that failed or lied is not asked for so long.
pub const ASIDE: Duration = Duration::from_secs(30);

/// That a neighbour lacks a file is believed for so long: it may be fetching it.
pub const LACKS_FOR: Duration = Duration::from_mins(1);

/// Most files a neighbour is known to lack; more are asked for again.
pub const MAX_LACKING: usize = 4_096;

/// Most neighbours that are asked.
pub const MAX_NEIGHBOURS: usize = 8;

/// Most bytes of one range of the fill service: an appliance asks for one block of 1 MiB.
pub const FILL_RANGE_BYTES: u64 = 8 << 20;

/// A player waits this long for a block, queueing for a permit included, then hears 504.
pub const WAIT_TIMEOUT: Duration = Duration::from_secs(15);

/// Connecting upstream takes at most this.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Tries of one fill: a connection that broke or a block damaged on the way deserves a second.
pub const FILL_TRIES: u32 = 2;

/// Blocks fetched at once because somebody waits for them: with 1 MiB each, the memory fills take.
pub const WAITED_FILLS: usize = 64;

/// Blocks fetched at once ahead of players; when all are in use, reading ahead is skipped.
pub const AHEAD_FILLS: usize = 32;

/// Most blocks a response may be read ahead.
pub const MAX_READ_AHEAD_BLOCKS: u32 = 8;

/// A block that failed is not asked for again this soon, so that players retrying do not pile onto an
/// upstream that is down.
pub const FAILURE_COOLDOWN: Duration = Duration::from_millis(500);

/// Most bytes of a hash tree: 64 a block, so files up to 128 GiB.
pub const MAX_OUTBOARD_BYTES: u64 = 8 << 20;

/// Most bytes of a release file: a title with a thousand renditions and subtitles is under one.
pub const MAX_RELEASE_BYTES: u64 = 4 << 20;

/// Releases whose file lists are kept in memory, the newest ones.
pub const MAX_RELEASES: usize = 4_096;

/// Files whose hash trees are kept in memory while nobody reads them: 64 bytes a block, so a film's
/// rendition is about 256 KB.
pub const MAX_IDLE_FILES: usize = 512;

/// How long between two looks at what is missing of the placed files, when nothing changed.
pub const FETCH_PAUSE: Duration = Duration::from_mins(1);

/// Most files told of in one report: their names are a few hundred kilobytes.
pub const MAX_TOLD_FILES: usize = 2_000;

/// Room the cache leaves on its disk for everybody else.
pub const DISK_RESERVE_BYTES: u64 = 256 << 20;

/// Tokens with unknown keys make the appliance ask for the keys at most this often.
pub const KEY_REFETCH_INTERVAL: Duration = Duration::from_secs(1);

/// A report that has not been answered by then has failed.
pub const REPORT_TIMEOUT: Duration = Duration::from_secs(5);

/// Most bytes of a report's reply: 500 withdrawals are 34 KB, the keys under 2 KB, 10,000 placed files 670 KB.
pub const MAX_REPLY_BYTES: u64 = 1 << 20;

/// The control plane cannot ask for reports further apart than this: withdrawals must arrive.
pub const MAX_REPORT_SECONDS: u32 = 30;

/// Seconds until the next report when one failed.
pub const REPORT_RETRY_SECONDS: u32 = 2;

/// Every stored block is looked at once in so long, evenly: 20 TB are then 33 MB a second.
pub const SCRUB_PERIOD: Duration = Duration::from_hours(7 * 24);

/// An appliance that stores next to nothing looks for new files at least so often.
pub const SCRUB_REST: Duration = Duration::from_hours(1);

/// Most event loops of an appliance: more than any machine has cores that one network card feeds.
pub const MAX_THREADS: u32 = 256;

/// Most bytes of a request's head: a token is 186 bytes, and what browsers add under 2 KiB.
pub const MAX_HEAD_BYTES: usize = 8 << 10;

/// Most fields of a request's head; browsers send about twenty.
pub const MAX_HEADERS: usize = 64;

/// A TLS handshake that is not over by then never ends.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// Steps of handshakes in one turn of an event loop: one may cost a signature, half a millisecond with RSA, and
/// those that are being sent to wait meanwhile.
pub const TURN_GREETINGS: u32 = 16;

/// Bytes sealed at once: a whole number of records, 16 of them, sent by one call.
pub const SEAL_STEP: usize = 256 << 10;

/// So many sealed bytes wait for what follows them at once.
pub const HELD_BYTES: usize = 16 << 10;

/// Bytes of a client hello that are looked at for what it offers: a record; browsers send under 2 KiB.
pub const HELLO_BYTES: usize = 16 << 10;

/// Connections that offer HTTP/2 and wait to be begun; more are closed.
pub const ARRIVALS: usize = 1_024;

/// Most connections of HTTP/2 and HTTP/3, which take more memory than those of HTTP/1.1.
pub const MAX_MULTIPLEXED: usize = 1 << 14;

/// Bytes of a film given to a stream at once: so much of each may lie in memory before it goes out.
pub const STREAM_PIECE: usize = 64 << 10;

/// Players may believe for so long that HTTP/3 is spoken here.
pub const ALTERNATIVE_FOR: Duration = Duration::from_hours(24);

/// How often a certificate's files are looked at.
pub const CERTIFICATE_CHECK: Duration = Duration::from_secs(10);

/// A head that has not come by then does not come: who sends a byte now and then must not hold a connection.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(20);

/// A connection nobody asked on for so long is closed; players ask every few seconds.
pub const IDLE_TIMEOUT: Duration = Duration::from_mins(1);

/// An answer that could not be found out by then is given up: longer than any of its parts may take.
pub const PENDING_TIMEOUT: Duration = Duration::from_secs(45);

/// A player takes at least [`STALL_BYTES`] of an answer in such a time, or is cut off.
pub const STALL_WINDOW: Duration = Duration::from_secs(30);

/// See [`STALL_WINDOW`]: far below the lowest rung's rate.
pub const STALL_BYTES: u64 = 64 << 10;

/// Answers under way are given so long to go out when the appliance stops.
pub const DRAIN: Duration = Duration::from_secs(5);

/// Most connections of an appliance when nothing else is said, at about 400 bytes each while they are idle, and what the
/// system takes.
pub const MAX_CONNECTIONS: u32 = 1 << 18;

/// Files that connections leave to films, fills and the rest of the process; a quarter of all it may open where that is
/// less.
pub const SPARED_FILES: usize = 512;

/// Idle connections let go of at once when there is no room for another.
pub const LET_GO: usize = 64;

/// Connections that wait to be accepted.
pub const BACKLOG: i32 = 4_096;

/// Connections accepted in one turn of an event loop, so that those that are there get theirs.
pub const ACCEPTS: usize = 64;

/// Accepting pauses so long when it failed and nobody could be let go of.
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Events taken from the system in one turn.
pub const EVENTS: usize = 1_024;

/// Steps one connection may take in a turn, of which one sends a part of a film: [`SEND_STEP`] of it at most.
pub const TURN_STEPS: usize = 4;

/// An event loop looks at the clock at least so often.
pub const TICK: Duration = Duration::from_millis(250);

/// A connection's times are looked at so often at least, whatever it was about when they were noted.
pub const LOOK_EVERY: Duration = Duration::from_secs(10);

/// Bytes read from a connection at once: two heads.
pub const READ_BYTES: usize = 2 * MAX_HEAD_BYTES;

/// Bytes of a film sent by one call: one viewer holds its event loop no longer than that takes.
pub const SEND_STEP: u64 = 512 << 10;

/// A body of at most so many bytes goes out with its head.
pub const INLINE_BYTES: u64 = 16 << 10;

/// How far apart bytes are looked for in the page cache: closer looks cost calls and seldom find a gap.
pub const PROBE_STRIDE: u64 = 256 << 10;

/// The page cache is looked into again when less than this of what was seen there is left.
pub const LOOK_AGAIN: u64 = 256 << 10;

/// Threads that wait for the disk: what keeps a solid-state disk's queue filled.
pub const DISK_THREADS: usize = 24;

/// Of these, threads that may read for whoever has got a first byte already: they keep the disk busy, and the
/// others find it soon.
pub const NEXT_READS: usize = 4;

/// Bytes read from the disk for whoever waits for a first byte: soon there, and enough to begin with.
pub const READ_FIRST: u64 = 64 << 10;

/// Bytes read from the disk at once.
pub const READ_STEP: u64 = SEND_STEP;

/// Files that an event loop finds again without asking anybody.
pub const MAX_RECENT_FILES: usize = 8_192;

/// The whole appliance may run ahead of its capacity by so many milliseconds.
pub const TOTAL_BURST_MS: u64 = 100;

/// A play may run ahead of its rate by so many milliseconds: a player fills its buffer in bursts.
pub const CLIENT_BURST_MS: u64 = 1_000;

/// Whatever the rate, so much may go at once.
pub const MIN_BURST_BYTES: u64 = 2 << 20;

/// An event loop hands on what it noted of answers so often.
pub const ACCESS_FLUSH: Duration = Duration::from_millis(200);

/// And when there is so much of it.
pub const ACCESS_FLUSH_EVENTS: usize = 256;

/// Hand-ons that may wait for the control plane; more are lost and counted.
pub const ACCESS_QUEUE: usize = 256;

/// What was sent is told to the control plane so often.
pub const ACCESS_PERIOD: Duration = Duration::from_secs(1);

/// Answers told at once: under 1 MB of JSON.
pub const ACCESS_BATCH: usize = 2_000;

const _: () = assert!(WAIT_TIMEOUT.as_secs() > FILL_TIMEOUT.as_secs());

/// Answers of a connection from one look at its round-trip time to the next; there is one more at its end.
pub(crate) const ROUND_TRIP_EVERY: u32 = 32;

/// Most networks whose round-trip times wait for a report.
pub(crate) const MAX_MEASURED_NETWORKS: usize = 4_096;
