//! S3: the object store's suite, on a store of three nodes that replicates.

use tests_engines::{bucket, exchange};

#[test]
fn the_store_turns_away_who_has_no_key() {
    let Some(bucket) = bucket() else {
        return;
    };
    let address = bucket.endpoint.trim_start_matches("http://");
    let request = format!("GET /{} HTTP/1.0\r\nHost: {address}\r\n\r\n", bucket.name);
    let answer = exchange(address, request.as_bytes(), 12).expect("the store answers");
    assert_eq!(&answer[8..], b" 403");
}
