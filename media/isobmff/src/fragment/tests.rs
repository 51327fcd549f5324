//! Fragments survive being written and read.

use proptest::prelude::*;

use super::{FLAGS_DELTA, FLAGS_SYNC, Fragment, Unit};

fn arbitrary_unit() -> impl Strategy<Value = Unit> {
    let flags = prop_oneof![Just(FLAGS_SYNC), Just(FLAGS_DELTA)];
    (1..3_u32, 0..9_u32, flags, -2..3_i32).prop_map(|(duration, size, flags, composition)| Unit {
        duration,
        size,
        flags,
        composition,
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        units in prop::collection::vec(arbitrary_unit(), 1..20),
        sequence: u32,
        decode: u64,
    ) {
        let written = Fragment { sequence, track_id: 7, decode, units, subsamples: Vec::new() };
        let mut bytes = written.head().unwrap();
        let head = bytes.len();
        bytes.resize(head + written.data_bytes() as usize, 9);
        let (read, data) = Fragment::read(&bytes).unwrap();
        prop_assert_eq!(read, written);
        prop_assert_eq!(data, head..bytes.len());
    }

    #[test]
    fn any_damage_is_read_or_refused(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let unit = Unit { duration: 1, size: 4, flags: FLAGS_SYNC, composition: 1 };
        let fragment = Fragment { sequence: 1, track_id: 1, decode: 0, units: vec![unit; 3], subsamples: Vec::new() };
        let mut bytes = fragment.head().unwrap();
        bytes.resize(bytes.len() + 12, 0);
        for (index, byte) in damage {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok((read, data)) = Fragment::read(&bytes) {
            prop_assert!(read.units.len() <= bytes.len() && data.end <= bytes.len());
        }
    }
}

#[test]
fn media_beyond_a_32_bit_size_has_no_head() {
    let unit = Unit {
        duration: 1,
        size: u32::MAX,
        flags: FLAGS_SYNC,
        composition: 0,
    };
    let fragment = Fragment {
        sequence: 1,
        track_id: 1,
        decode: 0,
        units: vec![unit; 2],
        subsamples: Vec::new(),
    };
    assert_eq!(fragment.head(), None);
}
