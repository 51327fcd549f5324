//! The origin's limits.

use std::time::Duration;

/// A withdrawn file stays on disk this long, served to nobody, so that publishing it again by mistake
/// or by design costs no second upload.
pub const REMOVAL_GRACE: Duration = Duration::from_mins(2);

/// How often files whose grace is over are looked for.
pub const SWEEP_INTERVAL: Duration = Duration::from_secs(15);

/// Most withdrawals in one answer: 32 bytes each, so that a report's reply stays under 100 KB.
pub const WITHDRAWALS_PAGE: usize = 1_000;
