//! Heads are read from as few bytes as hold them, and damage is refused.

use proptest::prelude::*;

use super::{Head, HeadError, SegmentIndex};
use crate::fixture::Fixture;
use crate::{Track, cut_audio};

fn track_file() -> Vec<u8> {
    let source = Fixture::audio(400).file();
    let track = Track::read_audio(&&source[..]).unwrap();
    let mut out = Vec::new();
    cut_audio(&track, 2.0)
        .unwrap()
        .write(&[&&source[..]], &mut out)
        .unwrap();
    out
}

#[test]
fn too_few_bytes_say_how_many_are_needed() {
    let file = track_file();
    let mut needed = 0;
    for _ in 0..8 {
        match Head::parse(&file[..needed]) {
            Err(HeadError::Incomplete { needed: more }) => {
                assert!(more as usize > needed && more as usize <= file.len());
                needed = more as usize;
            }
            Ok(head) => {
                assert_eq!(head, Head::read(&&file[..]).unwrap());
                return;
            }
            Err(other) => panic!("{other}"),
        }
    }
    panic!("the head was never complete");
}

#[test]
fn the_index_alone_gives_the_same_segments() {
    let file = track_file();
    let head = Head::read(&&file[..]).unwrap();
    let bytes = &file[head.index.start as usize..head.index.end as usize];
    let index = SegmentIndex::parse(bytes, head.index.start).unwrap();
    assert_eq!((index.timescale, index.segments), (48_000, head.segments));
}

#[test]
fn a_time_finds_the_segment_it_lies_in() {
    let head = Head::read(&&track_file()[..]).unwrap();
    let second = head.segments[1].start;
    assert_eq!(head.segment_at(0), 0);
    assert_eq!(head.segment_at(second - 1), 0);
    assert_eq!(head.segment_at(second), 1);
    assert_eq!(head.segment_at(u64::MAX), head.segments.len() - 1);
}

#[test]
fn a_progressive_file_is_no_track_file() {
    let file = Fixture::video(1, 1).file();
    assert!(Head::read(&&file[..]).is_err());
}

proptest! {
    #[test]
    fn any_damage_is_read_or_refused(
        damage in prop::collection::vec((0..1200_usize, any::<u8>()), 1..8),
    ) {
        let mut file = track_file();
        for (at, byte) in damage {
            let at = at.min(file.len() - 1);
            file[at] = byte;
        }
        if let Ok(head) = Head::read(&&file[..]) {
            prop_assert!(head.segments.len() * 12 <= file.len());
        }
    }
}
