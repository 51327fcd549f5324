//! memcached: the cache's suite, with a server in each of two zones.

use tests_engines::{exchange, zones};

#[test]
fn every_zone_has_a_memcached() {
    let Some(zones) = zones("MEMCACHED") else {
        return;
    };
    assert_eq!(zones.len(), 2, "{zones:?}");
    for zone in zones {
        let expected = b"STORED\r\nVALUE smoke 0 4\r\nkept\r\nEND\r\n";
        let answer = exchange(
            &zone,
            b"set smoke 0 60 4\r\nkept\r\nget smoke\r\n",
            expected.len(),
        );
        assert_eq!(answer.expect("memcached answers"), expected);
    }
}
