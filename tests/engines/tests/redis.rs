//! Redis: the cache's suite, with a server in each of two zones.

use tests_engines::{exchange, zones};

#[test]
fn every_zone_has_a_redis() {
    let Some(zones) = zones("REDIS") else {
        return;
    };
    assert_eq!(zones.len(), 2, "{zones:?}");
    for zone in zones {
        let answer = exchange(&zone, b"SET smoke kept PX 60000\r\nGET smoke\r\n", 15);
        assert_eq!(answer.expect("Redis answers"), b"+OK\r\n$4\r\nkept\r\n");
    }
}
