//! What the cache serves, beside writers.

use std::sync::Arc;

use data_cache::MemoryCache;
use platform_clock::ManualClock;
use proptest::prelude::*;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn near() -> (Near, Arc<ManualClock>) {
    let clock = ManualClock::at(Timestamp::from_millis(1_000));
    let cache = Arc::new(MemoryCache::new(1 << 20, clock.clone()));
    (Near::new(cache, "films", SECOND, clock.clone()), clock)
}

fn cell(value: &'static str) -> Cell {
    Cell {
        value: value.into(),
        stamp: Stamp(1),
        expires: None,
    }
}

async fn read(near: &Near, stored: &'static str) -> Bytes {
    let load = std::future::ready(Ok(Some(cell(stored))));
    let found = near.read(b"id", b"key", load).await.unwrap();
    found.expect("the item is there").value
}

#[tokio::test]
async fn a_write_ends_what_was_cached_before_it() {
    let (near, clock) = near();
    assert_eq!(read(&near, "1").await, "1");
    assert_eq!(read(&near, "2").await, "1", "cached");
    let writing = near.begin(b"id");
    assert_eq!(read(&near, "2").await, "1", "until it is acknowledged");
    writing.end(b"id", Some(&["key".into()])).await;
    assert_eq!(read(&near, "2").await, "2");
    near.begin(b"id").end(b"id", None).await;
    assert_eq!(read(&near, "3").await, "3", "a deleted range ends it too");
    clock.advance(Duration::from_millis(1));
    assert_eq!(
        read(&near, "4").await,
        "4",
        "what was read in that millisecond counts as old"
    );
    assert_eq!(read(&near, "5").await, "4", "cached again");
    drop(near.begin(b"id"));
    assert_eq!(
        read(&near, "6").await,
        "6",
        "so does a write nobody knows the end of"
    );
}

#[tokio::test]
async fn a_read_that_a_write_overtook_fills_nothing() {
    let (near, _clock) = near();
    let load = async {
        near.begin(b"id").end(b"id", Some(&["key".into()])).await;
        Ok(Some(cell("old")))
    };
    near.read(b"id", b"key", load).await.unwrap();
    assert_eq!(read(&near, "new").await, "new");
    let (near, _clock) = self::near();
    let writing = near.begin(b"id");
    assert_eq!(read(&near, "old").await, "old", "while it writes");
    writing.end(b"id", Some(&["key".into()])).await;
    assert_eq!(read(&near, "new").await, "new");
}

#[tokio::test]
async fn entries_expire_and_absence_is_known() {
    let (near, clock) = near();
    let absent = async |stored: Option<Cell>| {
        let load = std::future::ready(Ok(stored));
        near.read(b"id", b"key", load).await.unwrap().is_none()
    };
    assert!(absent(None).await);
    assert!(absent(Some(cell("1"))).await, "absence is cached");
    clock.advance(SECOND);
    assert!(!absent(Some(cell("1"))).await);
}

proptest! {
    #[test]
    fn packed_cells_read_back(read_at: u64, stamp: u64, expires in prop::option::of(0..STAYS), value: Vec<u8>) {
        let read_at = Timestamp::from_millis(read_at);
        let cell = Cell { value: value.into(), stamp: Stamp(stamp), expires: expires.map(Timestamp::from_millis) };
        prop_assert_eq!(unpack(pack(read_at, Some(&cell))), Some((read_at, Some(cell))));
        prop_assert_eq!(unpack(pack(read_at, None)), Some((read_at, None)));
    }

    #[test]
    fn any_bytes_unpack_or_are_refused(bytes: Vec<u8>) {
        if let Some((read_at, cell)) = unpack(bytes.clone().into()) {
            prop_assert_eq!(&pack(read_at, cell.as_ref())[..], bytes);
        }
    }
}
