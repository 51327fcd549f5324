//! Kafka: the event log's suite.

use tests_engines::{address, exchange};

/// The key of the request that begins a producer's transactions.
const INIT_PRODUCER_ID: i16 = 22;

#[test]
fn kafka_offers_transactions() {
    let Some(address) = address("KAFKA") else {
        return;
    };
    // ApiVersions, version 0: length, key 18, version, correlation 1, no client id.
    let request = b"\0\0\0\x0a\0\x12\0\0\0\0\0\x01\xff\xff";
    // Length, correlation, error, count; then key, lowest and highest version of each request.
    let head = exchange(&address, request, 14).expect("the broker answers");
    assert_eq!(head[4..10], [0, 0, 0, 1, 0, 0], "no error, to our request");
    let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
    let answer = exchange(&address, request, 4 + length).expect("the broker answers in full");
    let keys = answer[14..]
        .chunks_exact(6)
        .map(|of| i16::from_be_bytes([of[0], of[1]]));
    assert!(keys.clone().any(|key| key == INIT_PRODUCER_ID));
}
