//! What one request may add to an upload, and what of it is kept: pure, no files and no clock.
//!
//! Invariants, whatever the order of events: an upload never grows past its declared length; bytes
//! that were acknowledged are never dropped; unchecked bytes of a request that was to be checked are
//! never kept.

use platform_clock::Timestamp;

/// What is known of an upload before a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The declared length.
    pub length: u64,
    /// Bytes that are there.
    pub offset: u64,
    /// When it is given up.
    pub expires_at: Timestamp,
    /// Whether a title is being made of it.
    pub kept: bool,
}

/// What a request wants to add.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// Where its bytes begin.
    pub at: u64,
    /// How many there are, when it says so.
    pub bytes: Option<u64>,
    /// Whether they come with a checksum.
    pub checked: bool,
}

/// Why a request may not add anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The upload's time is over.
    Expired,
    /// A title is being made of it.
    InUse,
    /// The bytes do not begin where the upload ends.
    WrongOffset,
    /// They would pass the declared length.
    TooLong,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// All its bytes came; the checksum, if there was one, holds or not.
    Whole {
        /// True as well when there was none.
        checksum_holds: bool,
    },
    /// It broke off.
    Interrupted,
    /// The disk refused more.
    DiskFailed,
}

/// What follows from the end of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settlement {
    /// The upload's length from now on.
    pub offset: u64,
    /// What the sender is told.
    pub verdict: Verdict,
}

/// What the sender is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The bytes are there.
    Accepted,
    /// What is there is kept; more has to come.
    Interrupted,
    /// The bytes were wrong and were dropped.
    WrongChecksum,
    /// There were more bytes than declared; the request's were dropped.
    TooLong,
    /// The disk refused; what was there before is there.
    DiskFailed,
}

/// A request that is adding bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfer {
    length: u64,
    start: u64,
    offset: u64,
    checked: bool,
    overflowed: bool,
}

impl Transfer {
    /// Decides whether a request may begin.
    ///
    /// # Errors
    /// [`Refusal`]; nothing changes.
    pub fn begin(standing: Standing, wish: Wish, now: Timestamp) -> Result<Self, Refusal> {
        let Standing {
            length,
            offset,
            expires_at,
            kept,
        } = standing;
        if kept {
            return Err(Refusal::InUse);
        }
        if now >= expires_at {
            return Err(Refusal::Expired);
        }
        if wish.at != offset {
            return Err(Refusal::WrongOffset);
        }
        if wish
            .bytes
            .is_some_and(|bytes| bytes > length.saturating_sub(offset))
        {
            return Err(Refusal::TooLong);
        }
        Ok(Self {
            length,
            start: offset,
            offset,
            checked: wish.checked,
            overflowed: false,
        })
    }

    /// Decides whether the next `bytes` may be written, and counts them when so.
    pub fn accept(&mut self, bytes: u64) -> bool {
        self.overflowed |= bytes > self.length.saturating_sub(self.offset);
        if !self.overflowed {
            self.offset += bytes;
        }
        !self.overflowed
    }

    /// Where the next bytes go.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Where the request began.
    pub fn start(&self) -> u64 {
        self.start
    }

    /// Bytes the upload still lacks.
    pub fn lacking(&self) -> u64 {
        self.length.saturating_sub(self.offset)
    }

    /// Decides what is kept.
    pub fn settle(self, end: End) -> Settlement {
        let verdict = match end {
            _ if self.overflowed => Verdict::TooLong,
            End::Whole {
                checksum_holds: true,
            } => Verdict::Accepted,
            End::Whole {
                checksum_holds: false,
            } => Verdict::WrongChecksum,
            End::Interrupted => Verdict::Interrupted,
            End::DiskFailed => Verdict::DiskFailed,
        };
        let keeps = match verdict {
            Verdict::Accepted => true,
            Verdict::Interrupted | Verdict::DiskFailed => !self.checked,
            Verdict::WrongChecksum | Verdict::TooLong => false,
        };
        Settlement {
            offset: if keeps { self.offset } else { self.start },
            verdict,
        }
    }
}

#[cfg(test)]
mod tests;
