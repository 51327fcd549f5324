//! What stands in the arguments, codec by codec.

use studio_ladder::Rung;

use super::*;
use crate::Span;
use crate::fixture::report;

const FILM: FrameRate = FrameRate {
    numerator: 24_000,
    denominator: 1001,
};

fn told(codec: VideoCodec, change: impl Fn(&mut Rendition), effort: Effort) -> String {
    let mut rendition = Rendition {
        codec,
        rung: Rung {
            name: "480p".into(),
            width: 854,
            height: 480,
            max_kbps: 1500,
            crf: 21,
        },
        hdr: false,
        film_grain: 0,
    };
    change(&mut rendition);
    let master = report();
    let task = ChunkTask {
        index: 0,
        container: master.container,
        video: master.video,
        rate: FILM,
        span: Span {
            start: 0,
            frames: 192,
        },
        offsets: vec![0, 96],
        rendition,
        effort,
    };
    arguments(&task, None).unwrap().join(" ")
}

#[test]
fn a_rung_gives_the_same_arguments_for_every_chunk_but_for_key_frames() {
    let h264 = told(VideoCodec::H264, |_| {}, Effort::Usual);
    for part in [
        "-maxrate 1500k -bufsize 3000k",
        "-level:v 3.0 -threads:v 1 -crf 21",
        "-force_key_frames expr:eq(n,0)+eq(n,96)",
        "-video_track_timescale 24000",
    ] {
        assert!(h264.contains(part), "{h264}");
    }
}

#[test]
fn other_codecs_spend_less_on_scales_of_their_own() {
    let hevc = told(VideoCodec::Hevc, |_| {}, Effort::Usual);
    assert!(hevc.contains("-crf 24 -maxrate 1050k"), "{hevc}");
    let vp9 = told(VideoCodec::Vp9, |_| {}, Effort::Usual);
    assert!(vp9.contains("-crf 33 -b:v 1050k"), "{vp9}");
    let av1 = told(VideoCodec::Av1, |_| {}, Effort::Usual);
    assert!(av1.contains("-crf 35") && av1.contains("mbr=900"), "{av1}");
    assert!(!av1.contains("film-grain"), "{av1}");
}

#[test]
fn grain_and_safety_are_said_to_the_encoder() {
    let grainy = told(
        VideoCodec::Av1,
        |rendition| rendition.film_grain = 12,
        Effort::Usual,
    );
    assert!(grainy.contains("film-grain=12:film-grain-denoise=1"));
    assert!(told(VideoCodec::H264, |_| {}, Effort::Safer).contains("no-asm=1"));
    assert!(told(VideoCodec::Hevc, |_| {}, Effort::Safer).contains("asm=0"));
}

#[test]
fn a_frame_is_a_whole_number_of_ticks() {
    assert_eq!(
        timescale(FrameRate {
            numerator: 25,
            denominator: 2
        }),
        25_000
    );
    assert_eq!(
        timescale(FrameRate {
            numerator: 30_000,
            denominator: 1001
        }),
        30_000
    );
}
