//! Idempotency tokens.

use bytes::Bytes;
use data_timeseries::EventTime;
use platform_clock::{Clock, Timestamp};
use platform_entropy::Entropy;

/// Names one addition: when it was asked for, and which of that moment it is. Repeating an addition with
/// its first token counts once, as long as the namespace still takes events of that time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub(crate) time: EventTime,
    pub(crate) nonce: Bytes,
}

impl Token {
    /// A token for an addition that is asked for now.
    pub fn new(clock: &dyn Clock, entropy: &dyn Entropy) -> Self {
        let mut nonce = [0; 16];
        entropy.fill(&mut nonce);
        Self::of(clock.now(), nonce.to_vec())
    }

    /// A token of something that happened at a moment and has a name of its own, such as a play.
    pub fn of(moment: Timestamp, name: impl Into<Bytes>) -> Self {
        Self {
            time: EventTime::at(moment),
            nonce: name.into(),
        }
    }
}
