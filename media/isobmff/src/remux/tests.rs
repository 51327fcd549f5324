//! A stream made of two track files.

use std::time::Duration;

use super::{Remux, RemuxError, RemuxTrack};
use crate::fixture::Fixture;
use crate::fragment::Fragment;
use crate::{Head, ReadAt, Track, cut_audio, join_video};

/// Two seconds of picture in segments of 0.48 s, and its sound in segments of about 0.5 s.
fn track_files() -> (Vec<u8>, Vec<u8>) {
    let source = Fixture::video(12, 1).file();
    let chunk = Track::read_video(&&source[..]).unwrap();
    let starts = [0, 12, 24, 36];
    let mut video = Vec::new();
    let slice = &source[..];
    let sources: [&dyn ReadAt; 1] = [&slice];
    join_video(&[chunk], (25, 1), &starts, 48)
        .unwrap()
        .write(&sources, &mut video)
        .unwrap();
    let source = Fixture::audio(92).file();
    let track = Track::read_audio(&&source[..]).unwrap();
    let mut audio = Vec::new();
    cut_audio(&track, 0.5)
        .unwrap()
        .write(&[&&source[..]], &mut audio)
        .unwrap();
    (video, audio)
}

/// The durations in the `mdhd` boxes, which players take a stream's length from.
fn stated_durations(init: &[u8]) -> Vec<u64> {
    let ends = init
        .windows(4)
        .enumerate()
        .filter(|(_, kind)| *kind == b"mdhd");
    let field = |at: usize| init[at + 28..at + 36].try_into().map(u64::from_be_bytes);
    ends.map(|(at, _)| field(at).unwrap()).collect()
}

fn play(plan: &Remux, video: &[u8], audio: &[u8]) -> Vec<(RemuxTrack, Fragment)> {
    let rewrite = |step: &super::Step| {
        let file = if step.track == RemuxTrack::Video {
            video
        } else {
            audio
        };
        let bytes = &file[step.range.start as usize..step.range.end as usize];
        let out = step.rewrite(bytes).unwrap();
        (step.track, Fragment::read(&out).unwrap().0)
    };
    plan.steps().iter().map(rewrite).collect()
}

#[test]
fn from_the_middle_both_tracks_begin_together_at_zero() {
    let (video, audio) = track_files();
    let heads = (
        Head::read(&&video[..]).unwrap(),
        Head::read(&&audio[..]).unwrap(),
    );
    let plan = Remux::plan(&heads.0, Some(&heads.1), Duration::from_secs(1)).unwrap();
    assert_eq!(plan.start(), Duration::from_millis(960));
    let played = play(&plan, &video, &audio);
    let first = |track| {
        played
            .iter()
            .find(|(found, _)| *found == track)
            .unwrap()
            .1
            .clone()
    };
    assert_eq!(
        (
            first(RemuxTrack::Video).decode,
            first(RemuxTrack::Video).track_id
        ),
        (0, 1)
    );
    let picture = first(RemuxTrack::Video);
    let offsets: Vec<_> = picture.units[..4]
        .iter()
        .map(|unit| unit.composition)
        .collect();
    assert_eq!(
        offsets,
        [3200, 4224, 2688, 2688],
        "a quarter of a second, taken off by the edit"
    );
    assert!(plan.init().windows(4).any(|kind| kind == b"elst"));
    assert_eq!(
        stated_durations(plan.init()),
        [24 * 512, 46_080],
        "0.96 s are left of both"
    );
    let sound = first(RemuxTrack::Audio);
    assert_eq!(sound.track_id, 2);
    // 0.96 s is tick 46080: exactly unit 45, which lies inside a segment of sound.
    assert_eq!(sound.decode, 0);
    let sequence: Vec<_> = played
        .iter()
        .map(|(_, fragment)| fragment.sequence)
        .collect();
    assert_eq!(sequence, (1..=played.len() as u32).collect::<Vec<_>>());
    let units: usize = played
        .iter()
        .filter(|(track, _)| *track == RemuxTrack::Audio)
        .map(|(_, fragment)| fragment.units.len())
        .sum();
    assert_eq!(units, 91 - 45);
}

#[test]
fn picture_comes_first_and_sound_follows_it_closely() {
    let (video, audio) = track_files();
    let heads = (
        Head::read(&&video[..]).unwrap(),
        Head::read(&&audio[..]).unwrap(),
    );
    let plan = Remux::plan(&heads.0, Some(&heads.1), Duration::ZERO).unwrap();
    let order: String = plan
        .steps()
        .iter()
        .map(|step| {
            if step.track == RemuxTrack::Video {
                'v'
            } else {
                'a'
            }
        })
        .collect();
    assert_eq!(order, "vavavava");
    assert_eq!(
        plan.init()
            .windows(4)
            .filter(|kind| kind == b"trak")
            .count(),
        2
    );
}

#[test]
fn a_silent_title_and_a_time_past_the_end_are_fine() {
    let (video, _) = track_files();
    let head = Head::read(&&video[..]).unwrap();
    let plan = Remux::plan(&head, None, Duration::from_hours(1)).unwrap();
    assert_eq!(plan.steps().len(), 1);
    assert_eq!(plan.start(), Duration::from_millis(1440));
}

#[test]
fn files_of_the_wrong_kind_are_refused() {
    let (video, audio) = track_files();
    let heads = (
        Head::read(&&video[..]).unwrap(),
        Head::read(&&audio[..]).unwrap(),
    );
    let refused = Remux::plan(&heads.1, Some(&heads.0), Duration::ZERO);
    assert_eq!(
        refused,
        Err(RemuxError::WrongKind {
            wanted: "video",
            found: "audio"
        })
    );
}
