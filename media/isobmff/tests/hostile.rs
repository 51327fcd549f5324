//! Files made to harm their reader: boxes that overflow, nest without end, or end too early.

#[path = "support/movie.rs"]
mod movie;

use media_isobmff::{Head, Track};
use proptest::prelude::*;

use movie::{full, movie, refuse, words};

#[test]
fn ten_thousand_boxes_inside_one_another_are_refused() {
    for kind in [b"moov", b"trak", b"mdia", b"udta", b"free"] {
        let mut file = Vec::new();
        for depth in (1..=10_000_u32).rev() {
            file.extend_from_slice(&(depth * 8).to_be_bytes());
            file.extend_from_slice(kind);
        }
        refuse(&file);
        refuse(&movie(&file));
    }
}

#[test]
fn sizes_that_overflow_are_refused() {
    for size in [
        u64::MAX,
        u64::MAX - 7,
        1 << 63,
        u64::from(u32::MAX) + 1,
        15,
        0,
    ] {
        let large = [&words(&[1])[..], b"moov", &size.to_be_bytes(), &[0; 64]].concat();
        refuse(&large);
        let inside = [&words(&[1])[..], b"stsz", &size.to_be_bytes(), &[0; 64]].concat();
        refuse(&movie(&inside));
    }
    for size in [u32::MAX, i32::MAX as u32, 7, 2] {
        let file = [&words(&[size])[..], b"moov", &[0; 64]].concat();
        refuse(&file);
        refuse(&movie(&[&words(&[size])[..], b"stsz", &[0; 64]].concat()));
    }
}

#[test]
fn a_movie_that_is_cut_anywhere_is_refused() {
    let whole = movie(&full(*b"stsz", &words(&[0, 0])));
    for end in 0..whole.len() {
        refuse(&whole[..end]);
    }
}

proptest! {
    #[test]
    fn any_tables_are_survived(tables in prop::collection::vec(any::<u8>(), 0..300)) {
        let file = movie(&tables);
        let _track = Track::read_video(&file.as_slice());
        let _head = Head::read(&file.as_slice());
    }

    #[test]
    fn any_change_to_a_movie_is_survived(at in 0_usize..400, value in any::<u8>(), count in 0_u32..9) {
        let tables = [
            full(*b"stsz", &words(&[4, count])),
            full(*b"stts", &words(&[1, count, 1])),
            full(*b"stsc", &words(&[1, 1, count, 1])),
            full(*b"stco", &words(&[1, 0])),
        ]
        .concat();
        let mut file = movie(&tables);
        let at = at % file.len();
        file[at] = value;
        let _video = Track::read_video(&file.as_slice());
        let _audio = Track::read_audio(&file.as_slice());
    }
}
