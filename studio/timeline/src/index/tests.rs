//! The index against a walk over all events.

use proptest::prelude::*;

use crate::{Document, Event, FULL, Interval, Payload, Region};

fn any_interval() -> impl Strategy<Value = Interval> {
    let length = prop_oneof![1_u64..20, 1_u64..2_000];
    (0_u64..1_000, length).prop_map(|(start, length)| Interval::new(start, start + length).unwrap())
}

fn any_region() -> impl Strategy<Value = Region> {
    (0..FULL, 0..FULL).prop_flat_map(|(x, y)| {
        (1..=FULL - x, 1..=FULL - y)
            .prop_map(move |(width, height)| Region::new(x, y, width, height).unwrap())
    })
}

fn any_event() -> impl Strategy<Value = Event> {
    let region = proptest::option::of(any_region());
    (any_interval(), region, any::<u32>()).prop_map(|(interval, region, index)| Event {
        interval,
        region,
        payload: Payload::Shot { index },
    })
}

proptest! {
    #[test]
    fn a_query_finds_what_a_walk_finds(
        events in proptest::collection::vec(any_event(), 0..80),
        interval in any_interval(),
        region in any_region(),
    ) {
        let document = Document::new(3_000, events).unwrap();
        let index = document.index();
        // Said from the definition: some whole millisecond, some point of the frame, lies in both.
        let lasts = |event: &&Event| {
            (interval.start_ms()..interval.end_ms())
                .any(|at| event.interval.start_ms() <= at && at < event.interval.end_ms())
        };
        let walked: Vec<&Event> = document.events().iter().filter(lasts).collect();
        prop_assert_eq!(index.during(interval), walked.clone());
        let side = |a: u16, a_length: u16, b: u16, b_length: u16| {
            (i32::from(a + a_length).min(i32::from(b + b_length)) - i32::from(a.max(b))) > 0
        };
        let covers = |event: &&Event| event.region.is_some_and(|place| {
            side(place.x(), place.width(), region.x(), region.width())
                && side(place.y(), place.height(), region.y(), region.height())
        });
        let walked: Vec<&Event> = walked.into_iter().filter(covers).collect();
        prop_assert_eq!(index.within(interval, region), walked);
    }

    #[test]
    fn any_document_survives_being_written_down(events in proptest::collection::vec(any_event(), 0..30)) {
        let document = Document::new(3_000, events).unwrap();
        let json = document.to_json().unwrap();
        prop_assert_eq!(Document::from_json(&json).unwrap(), document);
    }

    #[test]
    fn any_bytes_give_a_document_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _read = Document::from_json(&bytes);
    }
}

#[test]
fn an_empty_document_answers() {
    let document = Document::new(0, Vec::new()).unwrap();
    assert!(
        document
            .index()
            .during(Interval::new(0, 1).unwrap())
            .is_empty()
    );
}
