//! Joining and cutting, and the file that comes of it.

use super::{ArrangeError, Arrangement, cut_audio, join_video};
use crate::fixture::{Fixture, avc1};
use crate::fragment::Fragment;
use crate::{Head, ReadAt, Track};

const RATE: (u32, u32) = (25, 1);

fn tracks(fixtures: &[Fixture]) -> Vec<Track> {
    fixtures
        .iter()
        .map(|fixture| Track::read_video(&&fixture.file()[..]).unwrap())
        .collect()
}

fn join(fixtures: &[Fixture], starts: &[u64], frames: u64) -> Result<Arrangement, ArrangeError> {
    join_video(&tracks(fixtures), RATE, starts, frames)
}

fn written(arrangement: &Arrangement, fixtures: &[Fixture]) -> (Head, Vec<u8>) {
    let files: Vec<_> = fixtures.iter().map(Fixture::file).collect();
    let slices: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    let sources: Vec<&dyn ReadAt> = slices.iter().map(|slice| slice as &dyn ReadAt).collect();
    let mut out = Vec::new();
    let head = arrangement.write(&sources, &mut out).unwrap();
    (head, out)
}

#[test]
fn chunks_join_into_one_gapless_track_that_begins_at_zero() {
    let fixtures = [Fixture::video(2, 100), Fixture::video(1, 900)];
    let arrangement = join(&fixtures, &[0, 4, 8], 12).unwrap();
    let (head, file) = written(&arrangement, &fixtures);
    assert_eq!(Head::read(&&file[..]).unwrap(), head);
    assert_eq!(head.segments.last().unwrap().range.end, file.len() as u64);
    assert_eq!((head.format.timescale, head.duration()), (12_800, 12 * 512));
    let mut shown = Vec::new();
    let mut media = Vec::new();
    for (index, segment) in head.segments.iter().enumerate() {
        let bytes = &file[segment.range.start as usize..segment.range.end as usize];
        let (fragment, data) = Fragment::read(bytes).unwrap();
        assert_eq!(
            (fragment.decode, segment.start),
            (segment.start, index as u64 * 4 * 512)
        );
        media.extend_from_slice(&bytes[data]);
        shown.extend(fragment.units.iter().enumerate().map(|(turn, unit)| {
            (segment.start as i64 + turn as i64 * 512 + i64::from(unit.composition)) / 512
        }));
    }
    assert_eq!(
        media,
        fixtures.map(|fixture| fixture.samples.concat()).concat()
    );
    assert_eq!(shown, [0, 3, 1, 2, 4, 7, 5, 6, 8, 11, 9, 10]);
}

#[test]
fn a_chunk_of_other_parameter_sets_is_named() {
    let other = Fixture {
        entry: avc1(1, 0x28),
        ..Fixture::video(1, 1)
    };
    let refused = join(&[Fixture::video(1, 1), other], &[0], 8);
    assert_eq!(refused, Err(ArrangeError::FormatDiffers { chunk: 1 }));
}

#[test]
fn a_segment_without_a_key_frame_is_named() {
    let refused = join(
        &[Fixture::video(1, 1), Fixture::video(2, 1)],
        &[0, 4, 7],
        12,
    );
    assert_eq!(
        refused,
        Err(ArrangeError::NoKeyFrame {
            segment: 2,
            chunk: 1
        })
    );
    let message = refused.unwrap_err().to_string();
    assert_eq!(
        message,
        "segment 2, in chunk 1, does not begin with a key frame"
    );
}

#[test]
fn frames_shown_before_their_segment_are_an_open_group() {
    let mut open = Fixture::video(2, 1);
    // The second group's key frame is shown after two frames that decode after it.
    open.compositions = vec![1024, 2048, 512, 512, 2048, 512, 512, 1024];
    assert_eq!(
        join(&[open], &[0, 4], 8),
        Err(ArrangeError::OpenGop {
            segment: 1,
            chunk: 0
        })
    );
}

#[test]
fn missing_frames_and_uneven_frames_are_told_apart() {
    let refused = join(&[Fixture::video(1, 1)], &[0], 5);
    assert_eq!(
        refused,
        Err(ArrangeError::FrameCount {
            planned: 5,
            found: 4
        })
    );
    let mut doubled = Fixture::video(1, 1);
    doubled.compositions[3] = 0;
    let refused = join(&[doubled], &[0], 4);
    assert_eq!(
        refused,
        Err(ArrangeError::UnevenFrames { chunk: 0, frame: 3 })
    );
}

#[test]
fn plans_out_of_order_are_refused() {
    for starts in [&[][..], &[1], &[0, 4, 4], &[0, 8]] {
        let refused = join(&[Fixture::video(2, 1)], starts, 8);
        assert!(
            matches!(refused, Err(ArrangeError::BadPlan(_))),
            "{starts:?}: {refused:?}"
        );
    }
    let refused = join_video(&tracks(&[Fixture::video(1, 1)]), (25, 0), &[0], 4);
    assert!(
        matches!(refused, Err(ArrangeError::BadPlan(_))),
        "{refused:?}"
    );
}

#[test]
fn the_priming_unit_is_left_out_and_the_rest_cut_on_its_own_grid() {
    let fixture = Fixture::audio(400);
    let track = Track::read_audio(&&fixture.file()[..]).unwrap();
    let arrangement = cut_audio(&track, 4.0).unwrap();
    assert_eq!(arrangement.samples.len(), 399);
    assert_eq!(arrangement.segments, [0..188, 188..376, 376..399]);
    let (head, file) = written(&arrangement, &[fixture]);
    assert_eq!(head.duration(), 399 * 1024);
    assert_eq!(Head::read(&&file[..]).unwrap(), head);
}

#[test]
fn other_priming_leaves_out_whole_units_only() {
    let kept = |media_time| {
        let fixture = Fixture {
            edit: Some((0, media_time)),
            ..Fixture::audio(5)
        };
        let track = Track::read_audio(&&fixture.file()[..]).unwrap();
        cut_audio(&track, 4.0).map(|arrangement| arrangement.samples.len())
    };
    assert_eq!(kept(1023), Ok(5));
    assert_eq!(kept(2112), Ok(3));
    assert_eq!(kept(5 * 1024), Err(ArrangeError::Nothing));
    assert_eq!(kept(-1), Err(ArrangeError::EditedSound));
}

#[test]
fn key_frames_alone_line_up_with_the_track_they_are_of() {
    let fixtures = [Fixture::video(2, 100), Fixture::video(1, 900)];
    let arrangement = join(&fixtures, &[0, 4, 8], 12).unwrap();
    let (whole, _) = written(&arrangement, &fixtures);
    let (head, file) = written(&arrangement.key_frames(), &fixtures);
    assert_eq!(Head::read(&&file[..]).unwrap(), head);
    let times = |head: &Head| -> Vec<_> {
        let times = head.segments.iter().map(|it| (it.start, it.duration));
        times.collect()
    };
    assert_eq!(times(&head), times(&whole));
    let wanted = [
        &fixtures[0].samples[0],
        &fixtures[0].samples[4],
        &fixtures[1].samples[0],
    ];
    for (segment, wanted) in head.segments.iter().zip(wanted) {
        let bytes = &file[segment.range.start as usize..segment.range.end as usize];
        let (fragment, data) = Fragment::read(bytes).unwrap();
        assert_eq!((fragment.units.len(), &bytes[data]), (1, &wanted[..]));
    }
}
