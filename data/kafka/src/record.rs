//! Events as Kafka's records. Pure.

use data_events::{Event, NewEvent, Offset};
use krafka::{ConsumerRecord, Record};
use platform_clock::Timestamp;

/// The header that holds the offset an event was copied from, as a big-endian number.
const ORIGIN: &str = "marquee-origin";

/// An event of a partition, dated `now` unless it says otherwise.
pub(crate) fn encode(topic: &str, partition: u32, event: NewEvent, now: Timestamp) -> Record {
    let at = event.at.unwrap_or(now).millis();
    let record = Record::new(topic, event.payload)
        .partition(partition.cast_signed())
        .timestamp(at.cast_signed());
    let record = if event.key.is_empty() {
        record
    } else {
        record.key(event.key)
    };
    match event.origin {
        Some(origin) => record.header(ORIGIN, origin.0.to_be_bytes().to_vec()),
        None => record,
    }
}

/// A record as an event. A null key or value, which other programs may write, is an empty one.
pub(crate) fn decode(record: ConsumerRecord) -> Event {
    let origin = record.headers.iter().find(|(name, _)| name == ORIGIN);
    let origin = origin.and_then(|(_, value)| value.as_deref()?.try_into().ok());
    Event {
        offset: Offset(record.offset.max(0).cast_unsigned()),
        at: Timestamp::from_millis(record.timestamp.max(0).cast_unsigned()),
        key: record.key.unwrap_or_default(),
        payload: record.value.unwrap_or_default(),
        origin: origin.map(u64::from_be_bytes).map(Offset),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_event_comes_back(key in ".{0,8}", payload in ".{0,8}", at in 0..u64::MAX / 2, origin: Option<u64>) {
            let event = NewEvent {
                at: Some(Timestamp::from_millis(at)),
                origin: origin.map(Offset),
                ..NewEvent::new(key.clone(), payload.clone())
            };
            let sent = encode("t", 3, event, Timestamp::default());
            let mut came = ConsumerRecord::new("t", 3, 7, sent.key, sent.value);
            came.timestamp = sent.timestamp.unwrap_or_default();
            came.headers = sent.headers;
            let event = decode(came);
            prop_assert_eq!((event.offset, event.at.millis()), (Offset(7), at));
            prop_assert_eq!((event.key, event.payload), (Bytes::from(key), Bytes::from(payload)));
            prop_assert_eq!(event.origin, origin.map(Offset));
        }
    }

    #[test]
    fn what_others_wrote_is_read() {
        let mut record = ConsumerRecord::new("t", 0, -1, None, None);
        record.headers = vec![(ORIGIN.to_owned(), Some(Bytes::from_static(b"short")))];
        let event = decode(record);
        assert_eq!(
            (event.key.len(), event.payload.len(), event.origin),
            (0, 0, None)
        );
    }
}
