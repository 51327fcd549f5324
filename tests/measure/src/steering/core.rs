//! How long this thread had no core, by the system's account: what it was made to wait for is not its work.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::time::Duration;

use anyhow::Context as _;
use platform_clock::SharedClock;

/// This thread's time on a core, read now and then.
pub(super) struct Core {
    account: File,
    clock: SharedClock,
    at: Duration,
    ran: Duration,
}

impl Core {
    pub(super) fn watch(clock: &SharedClock) -> anyhow::Result<Self> {
        let account = File::open("/proc/thread-self/schedstat");
        let mut core = Self {
            account: account.context("the system keeps no account of a thread's time")?,
            clock: clock.clone(),
            at: Duration::ZERO,
            ran: Duration::ZERO,
        };
        core.missed()?;
        Ok(core)
    }

    /// How long it had none since this was asked last.
    pub(super) fn missed(&mut self) -> anyhow::Result<Duration> {
        let (at, ran) = (self.clock.monotonic(), self.ran()?);
        let (passed, had) = (at.saturating_sub(self.at), ran.saturating_sub(self.ran));
        (self.at, self.ran) = (at, ran);
        Ok(passed.saturating_sub(had))
    }

    /// Its first number: nanoseconds on a core since the thread began.
    fn ran(&self) -> anyhow::Result<Duration> {
        let mut text = [0; 64];
        let read = self.account.read_at(&mut text, 0)?;
        let first = text[..read].split(|byte| *byte == b' ').next();
        let number = first.and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
        Ok(Duration::from_nanos(number.context("no time on a core")?))
    }
}
