//! A player's bytes as a request's head, and its range as arithmetic on a file's length.
#![no_main]

use contracts_delivery::RangeRequest;
use delivery_edge::head::{NO_FIELDS, Parsed, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u64, &[u8])| {
    let (length, bytes) = input;
    if let Parsed::Whole(head, taken) = parse(bytes, &mut { NO_FIELDS }) {
        assert!(taken <= bytes.len() && head.path.starts_with('/'));
        // What is read of a head does not depend on what follows it, nor is it whole before its end.
        assert!(matches!(parse(&bytes[..taken], &mut { NO_FIELDS }), Parsed::Whole(_, again) if again == taken));
        assert!(!matches!(parse(&bytes[..taken - 1], &mut { NO_FIELDS }), Parsed::Whole(..)));
        within(RangeRequest::of(head.field("range"), length), length);
    }
    let header = format!("bytes={}", String::from_utf8_lossy(bytes));
    within(RangeRequest::of(Some(&header), length), length);
});

fn within(asked: RangeRequest, length: u64) {
    if let RangeRequest::Part(range) = asked {
        assert!(range.start < range.end && range.end <= length);
    }
}
