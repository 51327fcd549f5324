//! What sign-in costs, how long it lasts, and how much of it there may be at once.

use std::time::Duration;

/// Memory of one password hash. With the two below, OWASP's first recommendation for argon2id.
pub const ARGON2_MEMORY_KIB: u32 = 19 * 1024;

/// Passes over that memory.
pub const ARGON2_PASSES: u32 = 2;

/// Lanes of one hash; hashes run beside each other instead.
pub const ARGON2_LANES: u32 = 1;

/// Random bytes of a password's salt (RFC 9106, section 3.1).
pub const SALT_BYTES: usize = 16;

/// Hashes computed at once: sign-in must not take every core from playback.
pub const HASHES_AT_ONCE: usize = 2;

/// Hashes waiting or running. One more is told to come back: at some 50 ms each the last one waits
/// under a second.
pub const HASHES_ADMITTED: usize = 32;

/// Random bytes of a bearer token.
pub const TOKEN_BYTES: usize = 32;

/// A session ends this long after its last use.
pub const SESSION_LIFE: Duration = Duration::from_hours(30 * 24);

/// A session's end is moved at most this often: a write per request would cost more than it gives.
pub const SESSION_TOUCH: Duration = Duration::from_hours(1);

/// Sign-ins one address may try in a row with one name.
pub const NAME_BURST: u32 = 10;

/// A try with that name is given back this often.
pub const NAME_REFILL: Duration = Duration::from_secs(30);

/// Sign-ins one address may try in a row with any names: a household behind one address fits.
pub const ADDRESS_BURST: u32 = 60;

/// A try with any name is given back this often.
pub const ADDRESS_REFILL: Duration = Duration::from_secs(10);

/// Addresses and names remembered by the limiter: some 2 MB at most.
pub const MAX_BUCKETS: usize = 10_000;

/// Fewest characters of a chosen password (NIST SP 800-63B, section 5.1.1).
pub const MIN_PASSWORD_CHARS: usize = 8;

/// Most bytes of a password: long phrases fit, and nobody makes us hash a megabyte.
pub const MAX_PASSWORD_BYTES: usize = 256;

/// Most characters of an account's name.
pub const MAX_NAME_CHARS: usize = 64;

/// Most characters of a plan's name.
pub const MAX_PLAN_NAME_CHARS: usize = 64;

/// Most plays at once any plan may allow.
pub const MAX_PLAN_STREAMS: u32 = 100;

/// Rows read at a time when every account or session is walked.
pub const WALK_PAGE: usize = 500;
