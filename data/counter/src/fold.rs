//! What events come to.

use data_timeseries::{Event, EventItem, EventTime};
use serde::{Deserialize, Serialize};

use crate::{CounterError, Token};

/// The item of an addition: its delta, eight bytes, big-endian.
const DELTA: &[u8] = b"d";
/// The item of a clearing.
const CLEAR: &[u8] = b"c";

/// A count, and the events it holds: all those before `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    /// Wider than any delta, so that no order of additions overflows.
    pub(crate) value: i128,
    pub(crate) until: EventTime,
}

impl Checkpoint {
    pub(crate) fn new(until: EventTime) -> Self {
        Self { value: 0, until }
    }

    /// Counts an event. Events come in the order of time and id, which is the same for everyone.
    pub(crate) fn add(&mut self, event: &Event) -> Result<(), CounterError> {
        if event.item(CLEAR).is_some() {
            self.value = 0;
            return Ok(());
        }
        let delta = event
            .item(DELTA)
            .and_then(|delta| delta.as_ref().try_into().ok());
        let delta = i64::from_be_bytes(delta.ok_or(CounterError::Damaged)?);
        self.value += i128::from(delta);
        Ok(())
    }

    /// The count as callers see it; what lies beyond 64 bits is held at their edge.
    pub(crate) fn shown(&self) -> i64 {
        self.value.clamp(i64::MIN.into(), i64::MAX.into()) as i64
    }
}

pub(crate) fn addition(token: &Token, delta: i64) -> Event {
    let item = EventItem::new(DELTA, delta.to_be_bytes().to_vec());
    Event::new(token.time, token.nonce.clone(), vec![item])
}

pub(crate) fn clearing(token: &Token) -> Event {
    let item = EventItem::new(CLEAR, "");
    Event::new(token.time, token.nonce.clone(), vec![item])
}

#[cfg(test)]
mod tests {
    use platform_clock::Timestamp;

    use super::*;

    #[test]
    fn deltas_add_up_and_a_clearing_begins_again() {
        let token = Token::of(Timestamp::from_millis(1), "t");
        let mut count = Checkpoint::new(EventTime::default());
        for delta in [i64::MAX, i64::MAX, -1] {
            count.add(&addition(&token, delta)).unwrap();
        }
        assert_eq!(count.shown(), i64::MAX);
        count.add(&addition(&token, -i64::MAX)).unwrap();
        assert_eq!(count.shown(), i64::MAX - 1, "nothing was lost at the edge");
        count.add(&clearing(&token)).unwrap();
        assert_eq!(count.shown(), 0);
    }

    #[test]
    fn what_is_no_addition_is_refused() {
        let mut count = Checkpoint::new(EventTime::default());
        let strange = Event::new(EventTime::default(), "e", vec![EventItem::new(DELTA, "no")]);
        assert!(matches!(count.add(&strange), Err(CounterError::Damaged)));
    }
}
