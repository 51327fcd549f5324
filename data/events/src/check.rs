//! What may be written. Pure; every engine checks with these.

use platform_clock::Timestamp;

use crate::limits::{
    MAX_AHEAD, MAX_APPEND_BYTES, MAX_APPEND_EVENTS, MAX_KEY_BYTES, MAX_NAME_BYTES,
    MAX_PAYLOAD_BYTES,
};
use crate::{Ends, EventError, NewEvent, Offset};

/// Refuses a topic or group name that could not be a file's.
pub fn name(name: &str) -> Result<(), EventError> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let fit = name.len() <= MAX_NAME_BYTES
        && name.bytes().next().is_some_and(plain)
        && name
            .bytes()
            .all(|byte| plain(byte) || matches!(byte, b'-' | b'.'));
    if fit {
        Ok(())
    } else {
        Err(EventError::BadName(name.to_owned()))
    }
}

/// Refuses events over the limits, or dated far ahead of `now`.
pub fn events(events: &[NewEvent], now: Timestamp) -> Result<(), EventError> {
    at_most("append in events", events.len(), MAX_APPEND_EVENTS)?;
    for event in events {
        at_most("event's key in bytes", event.key.len(), MAX_KEY_BYTES)?;
        at_most(
            "event's payload in bytes",
            event.payload.len(),
            MAX_PAYLOAD_BYTES,
        )?;
        if let Some(at) = event.at.filter(|at| *at > now.plus(MAX_AHEAD)) {
            return Err(EventError::TimeAhead { at, now });
        }
    }
    let bytes = events.iter().map(NewEvent::bytes).sum();
    at_most("append in bytes", bytes, MAX_APPEND_BYTES)
}

/// Refuses a partition that the topic does not have.
pub fn partition(topic: &str, partition: u32, partitions: u32) -> Result<(), EventError> {
    if partition < partitions {
        return Ok(());
    }
    Err(EventError::NoPartition {
        topic: topic.to_owned(),
        partition,
        partitions,
    })
}

/// Refuses an offset outside of what the partition holds.
pub fn offset(topic: &str, partition: u32, from: Offset, ends: Ends) -> Result<(), EventError> {
    let topic = || topic.to_owned();
    let Ends { first, next } = ends;
    if from < first {
        return Err(EventError::Retired {
            topic: topic(),
            partition,
            from,
            first,
        });
    }
    if from > next {
        return Err(EventError::AfterEnd {
            topic: topic(),
            partition,
            from,
            next,
        });
    }
    Ok(())
}

/// The highest origin after `events`, each of which must be above all before it.
pub fn origins(
    topic: &str,
    partition: u32,
    mut last: Option<Offset>,
    events: &[NewEvent],
) -> Result<Option<Offset>, EventError> {
    for origin in events.iter().filter_map(|event| event.origin) {
        if let Some(last) = last.filter(|last| origin <= *last) {
            return Err(EventError::Duplicate {
                topic: topic.to_owned(),
                partition,
                origin,
                last,
            });
        }
        last = Some(origin);
    }
    Ok(last)
}

fn at_most(what: &'static str, size: usize, limit: usize) -> Result<(), EventError> {
    if size > limit {
        return Err(EventError::TooLarge { what, size, limit });
    }
    Ok(())
}
