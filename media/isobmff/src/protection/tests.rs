//! A covered track file, read back.

use super::{Pattern, Protection, Subsample, Vector, common_pssh, segment_samples};
use crate::fixture::Fixture;
use crate::{Arrangement, Cover, Head, InitFacts, ReadAt, Track, WriteError, join_video};

const PROTECTION: Protection = Protection {
    scheme: Protection::CBCS,
    key_id: [7; 16],
    pattern: Pattern { crypt: 1, skip: 9 },
    vector: Vector::Constant([9; 16]),
};

fn clear() -> Vec<u8> {
    let file = Fixture::video(2, 1).file();
    let track = Track::read_video(&&file[..]).unwrap();
    let arrangement = join_video(&[track], (25, 1), &[0, 4], 8).unwrap();
    let mut out = Vec::new();
    arrangement
        .write(&[&&file[..] as &dyn ReadAt], &mut out)
        .unwrap();
    out
}

fn cover(subsamples: Vec<Vec<Subsample>>) -> (Head, Vec<u8>) {
    let clear = clear();
    let arrangement = Arrangement::of_track_file(&&clear[..]).unwrap();
    let cover = Cover {
        protection: PROTECTION,
        subsamples,
        encrypt: &|sample, _| sample.iter_mut().for_each(|byte| *byte ^= 0xff),
    };
    let mut out = Vec::new();
    let sources = [&&clear[..] as &dyn ReadAt];
    let head = arrangement
        .write_covered(&sources, &cover, &mut out)
        .unwrap();
    (head, out)
}

fn parts(sizes: impl Iterator<Item = usize>) -> Vec<Vec<Subsample>> {
    let part = |size| {
        vec![Subsample {
            clear: 1,
            protected: size as u32 - 1,
        }]
    };
    sizes.map(part).collect()
}

#[test]
fn a_track_file_is_read_into_what_it_was_written_from() {
    let clear = clear();
    let mut again = Vec::new();
    let arrangement = Arrangement::of_track_file(&&clear[..]).unwrap();
    arrangement
        .write(&[&&clear[..] as &dyn ReadAt], &mut again)
        .unwrap();
    assert_eq!(again, clear);
}

#[test]
fn what_is_covered_says_so_and_keeps_its_times_and_its_sizes() {
    let clear = clear();
    let plain = Head::read(&&clear[..]).unwrap();
    let sizes = Arrangement::of_track_file(&&clear[..]).unwrap().samples;
    let told = parts(sizes.iter().map(|it| it.size as usize));
    let (head, file) = cover(told.clone());
    assert_eq!(Head::read(&&file[..]).unwrap(), head);
    assert_eq!(head.format.entry.protection, Some(PROTECTION));
    assert_eq!(head.format.entry.bytes, plain.format.entry.bytes);
    assert_eq!(head.format.entry.codec, "avc1.64001f");
    let init = &file[..head.init.end as usize];
    let facts = InitFacts::parse(init).unwrap();
    assert_eq!(facts.tracks[0].entry.protection, Some(PROTECTION));
    let pssh = common_pssh(&[[7; 16]]);
    assert!(init.windows(pssh.len()).any(|window| window == pssh));
    let (mut found, mut media) = (Vec::new(), Vec::new());
    for (segment, was) in head.segments.iter().zip(&plain.segments) {
        assert_eq!((segment.start, segment.duration), (was.start, was.duration));
        let bytes = &file[segment.range.start as usize..segment.range.end as usize];
        for sample in segment_samples(bytes, &PROTECTION).unwrap() {
            media.extend(bytes[sample.range].iter().map(|byte| byte ^ 0xff));
            found.push(sample.subsamples);
        }
    }
    assert_eq!(found, told);
    assert_eq!(media, Fixture::video(2, 1).samples.concat());
}

#[test]
fn the_offset_in_saio_is_that_of_the_first_entry() {
    let sizes = Arrangement::of_track_file(&&clear()[..]).unwrap().samples;
    let (head, file) = cover(parts(sizes.iter().map(|it| it.size as usize)));
    let segment = &head.segments[0].range;
    let bytes = &file[segment.start as usize..segment.end as usize];
    let at = |kind: &[u8]| bytes.windows(4).position(|it| it == kind).unwrap();
    let stated = &bytes[at(b"saio") + 12..][..4];
    let stated = u32::from_be_bytes(stated.try_into().unwrap()) as usize;
    assert_eq!(stated, at(b"senc") + 12);
    assert_eq!(bytes[stated..stated + 2], [0, 1], "one part");
}

#[test]
fn whole_samples_need_no_list() {
    let (head, file) = cover(Vec::new());
    let bytes = &file[head.segments[0].range.start as usize..];
    assert!(!bytes.windows(4).any(|it| it == b"senc"));
    let samples = segment_samples(bytes, &PROTECTION).unwrap();
    assert!(samples.iter().all(|it| it.subsamples.is_empty()));
}

#[test]
fn a_sample_that_nothing_is_said_of_is_refused() {
    let clear = clear();
    let arrangement = Arrangement::of_track_file(&&clear[..]).unwrap();
    let part = Subsample {
        clear: 0,
        protected: 0,
    };
    let refused = |subsamples| {
        let cover = Cover {
            protection: PROTECTION,
            subsamples,
            encrypt: &|_, _| (),
        };
        let sources = [&&clear[..] as &dyn ReadAt];
        arrangement.write_covered(&sources, &cover, &mut Vec::new())
    };
    let few = refused(vec![vec![part]]);
    assert!(matches!(few, Err(WriteError::Uncovered)));
    let many = refused(vec![vec![part; 43]; 8]);
    assert!(matches!(many, Err(WriteError::TooManyParts)));
}
