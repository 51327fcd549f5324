//! Pieces of a file of our own, and of damaged ones.

use proptest::prelude::*;

use super::{InitFacts, SegmentFacts};
use crate::fixture::Fixture;
use crate::{FourCc, Head, Track, cut_audio, join_video};

fn sound() -> Vec<u8> {
    let source = Fixture::audio(400).file();
    let track = Track::read_audio(&&source[..]).unwrap();
    let mut out = Vec::new();
    let cut = cut_audio(&track, 2.0).unwrap();
    cut.write(&[&&source[..]], &mut out).unwrap();
    out
}

fn piece(file: &[u8], range: &std::ops::Range<u64>) -> Vec<u8> {
    file[range.start as usize..range.end as usize].to_vec()
}

#[test]
fn the_pieces_of_a_track_file_say_what_its_index_says() {
    let file = sound();
    let head = Head::read(&&file[..]).unwrap();
    let init = InitFacts::parse(&piece(&file, &head.init)).unwrap();
    assert_eq!((init.tracks, init.fragmented), (vec![head.format], true));
    assert!(init.brands.contains(&FourCc(*b"cmfc")), "{:?}", init.brands);
    for segment in &head.segments {
        let facts = SegmentFacts::parse(&piece(&file, &segment.range)).unwrap();
        assert_eq!(
            (facts.start, facts.duration),
            (segment.start, segment.duration)
        );
        assert!(facts.starts_with_sync && facts.continuous && facts.fragments == 1);
    }
}

#[test]
fn fragments_of_one_segment_add_up_and_a_gap_between_them_shows() {
    let file = sound();
    let head = Head::read(&&file[..]).unwrap();
    let all: Vec<_> = head
        .segments
        .iter()
        .map(|it| piece(&file, &it.range))
        .collect();
    let two = SegmentFacts::parse(&all[..2].concat()).unwrap();
    assert_eq!((two.fragments, two.start, two.continuous), (2, 0, true));
    assert_eq!(two.duration, head.segments[2].start);
    let gap = SegmentFacts::parse(&[&all[0][..], &all[2]].concat()).unwrap();
    assert!(!gap.continuous);
}

#[test]
fn a_picture_that_begins_with_a_key_frame_says_so() {
    let source = Fixture::video(2, 1).file();
    let track = Track::read_video(&&source[..]).unwrap();
    let mut out = Vec::new();
    let frames = track.samples.len() as u64;
    let joined = join_video(&[track], (25, 1), &[0], frames).unwrap();
    joined.write(&[&&source[..]], &mut out).unwrap();
    let head = Head::read(&&out[..]).unwrap();
    let facts = SegmentFacts::parse(&piece(&out, &head.segments[0].range)).unwrap();
    assert!(facts.starts_with_sync);
    assert!(SegmentFacts::parse(&piece(&out, &head.init)).is_err());
}

proptest! {
    #[test]
    fn damage_is_an_error_or_read_and_never_a_panic(at in 0_usize..4000, byte in any::<u8>(), cut in 0_usize..4000) {
        let mut file = sound();
        let at = at % file.len();
        file[at] = byte;
        file.truncate(file.len() - cut % file.len());
        let _init = InitFacts::parse(&file);
        let _segment = SegmentFacts::parse(&file);
    }
}
