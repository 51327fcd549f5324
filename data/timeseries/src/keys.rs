//! Keys of partitions and rows.
//!
//! A partition's key is the part of a split it belongs to (0: as written), the start of its time bucket, its
//! event bucket and the series' id. A row's key is the event's time, its id and the item's key, so that a
//! partition holds events in the order of time and id. Numbers are big-endian. In an event's id every zero
//! byte is followed by 0xff, and 0x00 0x01 ends it: ids keep their order, and none is a prefix of another.

use bytes::{BufMut as _, Bytes, BytesMut};
use data_engine::Item;
use xxhash_rust::xxh3::xxh3_64;

use crate::{EventTime, TimeSeriesError};

/// Ends an event's id.
const END: [u8; 2] = [0, 1];
/// The byte after [`END`]'s last: what comes after every row of an event.
const AFTER: u8 = 2;
const TIME_BYTES: usize = 8;

/// The key of one partition.
pub(crate) fn partition(part: u32, bucket: u64, event_bucket: u32, series: &[u8]) -> Bytes {
    let mut key = BytesMut::with_capacity(16 + series.len());
    key.put_u32(part);
    key.put_u64(bucket);
    key.put_u32(event_bucket);
    key.put_slice(series);
    key.freeze()
}

/// The same partition's key in a part of its split.
pub(crate) fn part_of(partition: &[u8], part: u32) -> Bytes {
    let mut key = BytesMut::from(partition);
    key[..4].copy_from_slice(&part.to_be_bytes());
    key.freeze()
}

/// The start of a partition's time bucket.
pub(crate) fn bucket_of(partition: &[u8]) -> Option<u64> {
    let bucket = partition.get(4..12)?;
    Some(u64::from_be_bytes(bucket.try_into().ok()?))
}

/// What every row of a time begins with, and the least key of that time.
pub(crate) fn time(time: EventTime) -> Bytes {
    Bytes::copy_from_slice(&time.micros().to_be_bytes())
}

/// The time a key or an edge begins with.
pub(crate) fn time_of(key: &[u8]) -> Option<EventTime> {
    let micros = key.get(..TIME_BYTES)?.try_into().ok()?;
    Some(EventTime::from_micros(u64::from_be_bytes(micros)))
}

/// What every row of an event begins with, and no row of another.
pub(crate) fn event(time: EventTime, id: &[u8]) -> BytesMut {
    let mut key = BytesMut::with_capacity(TIME_BYTES + id.len() + 2 + 16);
    key.put_u64(time.micros());
    for byte in id {
        key.put_u8(*byte);
        if *byte == 0 {
            key.put_u8(u8::MAX);
        }
    }
    key.put_slice(&END);
    key
}

/// The least key after every row of the event that `prefix` begins.
pub(crate) fn after_event(prefix: &[u8]) -> Bytes {
    let mut key = BytesMut::from(prefix);
    if let Some(last) = key.last_mut() {
        *last = AFTER;
    }
    key.freeze()
}

/// How much of a row's key is its event's prefix.
pub(crate) fn event_prefix(row: &[u8]) -> Result<&[u8], TimeSeriesError> {
    let id = row.get(TIME_BYTES..).ok_or(damaged())?;
    let mut at = 0;
    loop {
        match (id.get(at), id.get(at + 1)) {
            (Some(0), Some(1)) => return Ok(&row[..TIME_BYTES + at + 2]),
            (Some(0), Some(&u8::MAX)) => at += 2,
            (Some(0) | None, _) => return Err(damaged()),
            (Some(_), _) => at += 1,
        }
    }
}

/// The event's id that a prefix holds.
pub(crate) fn event_id(prefix: &[u8]) -> Bytes {
    let escaped = prefix.get(TIME_BYTES..prefix.len() - END.len());
    let mut id = BytesMut::new();
    let mut bytes = escaped.unwrap_or_default().iter();
    while let Some(byte) = bytes.next() {
        id.put_u8(*byte);
        if *byte == 0 {
            bytes.next();
        }
    }
    id.freeze()
}

/// A row's event prefix and its item's key.
pub(crate) fn split_row(row: &Item) -> Result<(Bytes, Bytes), TimeSeriesError> {
    let length = event_prefix(&row.key)?.len();
    Ok((row.key.slice(..length), row.key.slice(length..)))
}

/// The event bucket of an event, of `buckets`: by its id alone, so that a retry lands in the same.
pub(crate) fn event_bucket(id: &[u8], buckets: u32) -> u32 {
    (xxh3_64(id) % u64::from(buckets.max(1))) as u32
}

fn damaged() -> TimeSeriesError {
    TimeSeriesError::Damaged { what: "row's key" }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn ids() -> impl Strategy<Value = Vec<u8>> {
        vec(
            prop_oneof![Just(0_u8), Just(1), Just(2), Just(255), any::<u8>()],
            0..6,
        )
    }

    proptest! {
        #[test]
        fn rows_keep_the_order_of_time_and_id(a in (0_u64..3, ids()), b in (0_u64..3, ids()), item in ids()) {
            let prefix = |(time, id): &(u64, Vec<u8>)| event(EventTime::from_micros(*time), id).freeze();
            let (first, second) = (prefix(&a), prefix(&b));
            prop_assert_eq!(a.cmp(&b), first.cmp(&second));
            let row = [&first[..], &item].concat();
            prop_assert_eq!(event_prefix(&row).unwrap(), &first[..]);
            prop_assert_eq!(&event_id(&first)[..], &a.1[..]);
            prop_assert_eq!(time_of(&row), Some(EventTime::from_micros(a.0)));
            prop_assert!(row < after_event(&first));
            if a < b {
                prop_assert!(after_event(&first) <= second);
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(row in vec(any::<u8>(), 0..40)) {
            if let Ok(prefix) = event_prefix(&row) {
                prop_assert!(row.starts_with(prefix));
            }
        }
    }

    #[test]
    fn keys_of_this_version() {
        let key = partition(1, 0x0203, 4, b"s");
        assert_eq!(
            &key[..],
            [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, 3, 0, 0, 0, 4, b's']
        );
        assert_eq!(bucket_of(&key), Some(0x0203));
        assert_eq!(part_of(&key, 9)[..4], [0, 0, 0, 9]);
        let row = event(EventTime::from_micros(7), &[5, 0]);
        assert_eq!(&row[..], [0, 0, 0, 0, 0, 0, 0, 7, 5, 0, 255, 0, 1]);
    }
}
