//! Batches that read back, and bytes that are none.

use proptest::prelude::*;

use super::*;

fn new_event() -> impl Strategy<Value = NewEvent> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..40).prop_map(Bytes::from);
    let origin = prop::option::of(any::<u64>().prop_map(Offset));
    (bytes(), bytes(), any::<u64>(), origin).prop_map(|(key, payload, at, origin)| NewEvent {
        key,
        payload,
        at: Some(Timestamp::from_millis(at)),
        origin,
    })
}

fn encoded(base: Offset, events: &[NewEvent], last_origin: Option<Offset>) -> Vec<u8> {
    let mut batch = vec![0; HEADER_BYTES];
    let times = events.iter().filter_map(|event| event.at);
    for event in events {
        push(event, event.at.unwrap_or_default(), &mut batch);
    }
    let newest = times.max().unwrap_or_default();
    seal(&mut batch, base, events.len() as u32, newest, last_origin);
    batch
}

fn decoded(bytes: &[u8]) -> Result<Vec<Event>, Flaw> {
    let bytes = Bytes::copy_from_slice(bytes);
    header(&bytes).and_then(|header| events(&header, &bytes))
}

proptest! {
    #[test]
    fn a_batch_reads_back_and_no_damaged_one_does(
        new in prop::collection::vec(new_event(), 1..6),
        base in 0..u64::MAX / 2,
        origin in prop::option::of(0..u64::MAX),
        at: prop::sample::Index,
        bit in 0..8,
    ) {
        let mut bytes = encoded(Offset(base), &new, origin.map(Offset));
        let whole = bytes.len();
        bytes.extend_from_slice(b"what follows");
        let read = header(&bytes).expect("a batch that was encoded has a header");
        prop_assert_eq!((read.bytes(), read.last_origin), (whole, origin.map(Offset)));
        let read = decoded(&bytes).expect("a batch that was encoded reads back");
        prop_assert_eq!(read.len(), new.len());
        for ((read, new), offset) in read.iter().zip(&new).zip(base..) {
            prop_assert_eq!(read.offset, Offset(offset));
            prop_assert_eq!((&read.key, &read.payload), (&new.key, &new.payload));
            prop_assert_eq!((Some(read.at), read.origin), (new.at, new.origin));
        }
        prop_assert!(matches!(decoded(&bytes[..at.index(whole)]), Err(Flaw::Short(_))));
        bytes[at.index(whole)] ^= 1_u8 << bit;
        prop_assert!(decoded(&bytes[..whole]).is_err(), "one bit is noticed");
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(decoded(&bytes).is_err());
    }

    #[test]
    fn any_body_under_a_true_checksum_is_read_or_refused(
        body in prop::collection::vec(any::<u8>(), 0..200),
        count in any::<u32>(),
        base in any::<u64>(),
    ) {
        let mut bytes = vec![0; HEADER_BYTES];
        bytes.extend_from_slice(&body);
        seal(&mut bytes, Offset(base), count, Timestamp::default(), None);
        if let Ok(events) = decoded(&bytes) {
            prop_assert_eq!(events.len(), count as usize);
            let held: usize = events.iter().map(|event| event.key.len() + event.payload.len()).sum();
            prop_assert!(held <= body.len(), "no more is held than was given");
        }
    }
}
