//! Routes as operators and routers write them down.
#![no_main]

use delivery_mrt::Dump;
use delivery_routes::parse_list;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (bool, &[u8])| match input {
    (true, bytes) => {
        let mut dump = Dump::default();
        let _ = dump.take(bytes, None);
        for (prefix, route) in dump.best() {
            assert_eq!(prefix, prefix.trunc());
            let _ = route.preference();
        }
    }
    (false, bytes) => {
        let _ = parse_list(&String::from_utf8_lossy(bytes));
    }
});
