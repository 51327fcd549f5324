//! Reading progressive files, good and hostile.

use proptest::prelude::*;

use super::{Edit, Track};
use crate::fixture::Fixture;
use crate::{FourCc, Media, Problem, ReadError};

fn video(bytes: &[u8]) -> Result<Track, ReadError> {
    Track::read_video(&bytes)
}

#[test]
fn every_sample_is_found_where_its_bytes_lie() {
    let fixture = Fixture::video(2, 1);
    let file = fixture.file();
    let track = video(&file).unwrap();
    assert_eq!(track.format.entry.codec, "avc1.64001f");
    assert_eq!(
        track.format.entry.media,
        Media::Video {
            width: 1280,
            height: 720
        }
    );
    assert_eq!(&track.format.language, b"und");
    assert_eq!(
        track.edits,
        [Edit {
            duration: 320,
            media_time: Some(1024)
        }]
    );
    for (index, (sample, bytes)) in track.samples.iter().zip(&fixture.samples).enumerate() {
        let start = sample.offset as usize;
        assert_eq!(
            &file[start..start + sample.size as usize],
            bytes,
            "sample {index}"
        );
        assert_eq!(sample.decode, index as u64 * 512);
        assert_eq!(sample.sync, index % 4 == 0);
        assert_eq!(sample.composition, fixture.compositions[index]);
    }
    assert_eq!(track.samples.len(), 8);
}

#[test]
fn sound_takes_its_channels_from_the_decoder_settings() {
    let track = Track::read_audio(&&Fixture::audio(3).file()[..]).unwrap();
    assert_eq!(track.format.entry.codec, "mp4a.40.2");
    assert_eq!(
        track.format.entry.media,
        Media::Audio {
            channels: 6,
            sample_rate: 48_000
        }
    );
    assert!(track.samples.iter().all(|sample| sample.sync));
}

#[test]
fn a_missing_track_and_a_missing_box_are_named() {
    assert!(matches!(
        video(&Fixture::audio(2).file()),
        Err(ReadError::NoTrack("video"))
    ));
    let mut file = Fixture::video(1, 1).file();
    let at = file.windows(4).position(|kind| kind == b"stsz").unwrap();
    file[at..at + 4].copy_from_slice(b"free");
    let Err(ReadError::Box(error)) = video(&file) else {
        panic!("a table without sizes")
    };
    assert_eq!(
        (error.kind, error.problem),
        (FourCc(*b"stbl"), Problem::Missing(FourCc(*b"stsz")))
    );
}

#[test]
fn a_sample_outside_the_file_is_refused() {
    let mut file = Fixture::video(1, 1).file();
    let at = file.windows(4).position(|kind| kind == b"stco").unwrap();
    file[at + 12..at + 16].copy_from_slice(&u32::MAX.to_be_bytes());
    assert!(matches!(video(&file), Err(ReadError::Box(error)) if error.kind == FourCc(*b"stsz")));
}

#[test]
fn a_count_that_the_file_has_no_room_for_allocates_nothing() {
    let mut file = Fixture::video(1, 1).file();
    let at = file.windows(4).position(|kind| kind == b"stsz").unwrap();
    file[at + 8..at + 12].copy_from_slice(&1_u32.to_be_bytes());
    file[at + 12..at + 16].copy_from_slice(&0x7f_ffff_u32.to_be_bytes());
    assert!(matches!(video(&file), Err(ReadError::Box(error)) if error.kind == FourCc(*b"stsz")));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        if let Ok(track) = video(&bytes) {
            prop_assert!(track.samples.len() <= bytes.len());
        }
    }

    #[test]
    fn a_damaged_file_is_read_or_refused(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
        shorten in any::<bool>(),
    ) {
        let mut file = Fixture::video(3, 1).file();
        for (index, byte) in damage {
            let at = index.index(file.len());
            file[at] = byte;
        }
        if shorten {
            file.truncate(cut.index(file.len()));
        }
        if let Ok(track) = video(&file) {
            prop_assert!(track.samples.len() <= file.len());
            let size = file.len() as u64;
            prop_assert!(track.samples.iter().all(|sample| sample.offset + u64::from(sample.size) <= size));
        }
    }
}
