//! Inspection of clips made here: odd shapes, odd times, and files that are something else.

use std::path::Path;

use contracts_delivery::FrameRate;
use media_ffmpeg::MediaInput;
use media_ffmpeg::testing::{make_clip, test_tools};
use studio_inspect::{InspectError, Report, Unusable, Warning, inspect};

async fn report(input: &MediaInput) -> Report {
    inspect(&test_tools().await, input)
        .await
        .expect("the clip made here is usable")
}

async fn refusal(path: &Path) -> Unusable {
    let input = MediaInput::open(path).expect("the file was made here");
    match inspect(&test_tools().await, &input).await {
        Err(InspectError::Unusable(why)) => why,
        other => panic!("{} was not refused: {other:?}", path.display()),
    }
}

async fn made(name: &str, arguments: &str) -> Report {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let arguments: Vec<&str> = arguments.split(' ').collect();
    report(&make_clip(&folder.path().join(name), &arguments).await).await
}

const fn rate(numerator: u32, denominator: u32) -> FrameRate {
    FrameRate {
        numerator,
        denominator,
    }
}

#[tokio::test]
async fn ten_bit_surround_with_wide_pixels() {
    let report = made(
        "a.mkv",
        "-f lavfi -i testsrc2=d=2:s=160x90:r=24000/1001 -f lavfi -i sine=d=2 -vf setsar=64/45 -c:v libx264 \
         -pix_fmt yuv420p10le -ac 6 -c:a aac -metadata:s:a:0 language=fre -metadata:s:a:0 title=Québec",
    )
    .await;
    let video = &report.video;
    assert_eq!((video.width, video.height, video.sar), (160, 90, (64, 45)));
    assert_eq!((video.display_width, video.display_height), (228, 90));
    assert_eq!(
        (video.bit_depth, video.frame_rate, video.variable_rate),
        (10, rate(24000, 1001), false)
    );
    let sound = &report.audio[0];
    assert_eq!(
        (
            sound.channels,
            sound.layout.as_str(),
            sound.language.as_str()
        ),
        (6, "5.1", "fr")
    );
    assert_eq!(sound.title.as_deref(), Some("Québec"));
    assert!(
        report.duration_ms.abs_diff(2002) <= 1,
        "{}",
        report.duration_ms
    );
    assert!(
        report
            .warnings
            .contains(&Warning::BitDepthReduced { bits: 10 })
    );
    assert!(report.warnings.contains(&Warning::MixedDown {
        stream_index: 1,
        channels: 6
    }));
    assert!(report.warnings.contains(&Warning::ColourUntagged));
}

#[tokio::test]
async fn odd_sizes_are_told_as_they_are() {
    let report = made(
        "odd.mkv",
        "-f lavfi -i testsrc2=d=1:s=161x91,format=yuv444p -c:v libx264",
    )
    .await;
    assert_eq!((report.video.width, report.video.height), (161, 91));
    assert_eq!(report.video.pixel_format, "yuv444p");
    assert!(report.warnings.contains(&Warning::NoSound));
}

#[tokio::test]
async fn a_phones_upright_film_is_upright() {
    let folder = tempfile::tempdir().unwrap();
    let flat = folder.path().join("flat.mp4");
    make_clip(
        &flat,
        &[
            "-f",
            "lavfi",
            "-i",
            "testsrc2=d=1:s=64x48",
            "-c:v",
            "libx264",
        ],
    )
    .await;
    let flat = flat.display().to_string();
    let turned = ["-display_rotation", "-90", "-i", &flat, "-c", "copy"];
    let report = report(&make_clip(&folder.path().join("turned.mp4"), &turned).await).await;
    assert_eq!(report.video.rotation, 90);
    assert_eq!(
        (report.video.display_width, report.video.display_height),
        (48, 64)
    );
}

#[tokio::test]
async fn uneven_frames_get_the_rate_of_their_quicker_part() {
    for name in ["vfr.mp4", "vfr.mkv"] {
        let report = made(
            name,
            r"-f lavfi -i testsrc2=d=2:r=30:s=64x48,setpts=if(lt(N\,20)\,N\,N*2-20)/30/TB -fps_mode vfr -c:v libx264",
        )
        .await;
        assert!(report.video.variable_rate, "{name}");
        assert_eq!(report.video.frame_rate, rate(30, 1), "{name}");
        assert!(report.warnings.contains(&Warning::VariableFrameRate {
            frames_per_second: 30.0
        }));
    }
}

#[tokio::test]
async fn fields_colours_and_covers_are_noticed() {
    let report = made(
        "a.mp4",
        "-f lavfi -i testsrc2=d=1:s=64x48 -f lavfi -i sine=d=4 -c:v libx264 -flags +ildct+ilme \
         -vf setparams=field_mode=tff:color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc",
    )
    .await;
    assert!(report.video.interlaced && report.video.colour.is_hdr());
    assert!(report.warnings.contains(&Warning::HighDynamicRange));
    assert!(!report.warnings.contains(&Warning::ColourUntagged));
    let apart = |warning: &Warning| {
        matches!(
            warning,
            Warning::LengthsDiffer {
                picture_ms: 1000,
                ..
            }
        )
    };
    assert!(report.warnings.iter().any(apart), "{:?}", report.warnings);

    let folder = tempfile::tempdir().unwrap();
    let song = folder.path().join("song.m4a");
    let cover = "-f lavfi -i sine=d=1 -f lavfi -i testsrc2=d=1:s=64x48:r=1 -c:a aac -c:v png -disposition:v attached_pic";
    make_clip(&song, &cover.split(' ').collect::<Vec<_>>()).await;
    assert_eq!(refusal(&song).await, Unusable::NoVideo);
}

#[tokio::test]
async fn streams_of_broadcast_are_counted() {
    let report = made(
        "a.ts",
        "-f lavfi -i testsrc2=d=2:s=64x48:r=50 -f lavfi -i sine=d=2 -c:v libx264 -c:a aac -metadata:s:a:0 language=deu",
    )
    .await;
    assert_eq!(
        (report.duration_ms, report.video.frame_rate),
        (2000, rate(50, 1))
    );
    assert_eq!(report.audio[0].language, "de");
    assert!(report.video.start_ms > 1000);
}

/// Writes a file of every kind that is refused, and the whole clips the cut ones are cut from.
#[expect(
    clippy::unwrap_used,
    reason = "a test that cannot write its files fails there"
)]
async fn write_unusable(folder: &Path) {
    let at = |name: &str| folder.join(name);
    let clip = |arguments: &'static str| arguments.split(' ').collect::<Vec<_>>();
    make_clip(
        &at("whole.mp4"),
        &clip("-f lavfi -i testsrc2=d=4:s=320x180 -c:v libx264"),
    )
    .await;
    make_clip(
        &at("whole.mkv"),
        &clip("-f lavfi -i testsrc2=d=4:s=320x180 -c:v libx264"),
    )
    .await;
    make_clip(
        &at("fast.mp4"),
        &clip("-f lavfi -i testsrc2=d=4:s=320x180 -c:v libx264 -movflags +faststart"),
    )
    .await;
    for name in ["whole.mp4", "whole.mkv", "fast.mp4"] {
        let bytes = std::fs::read(at(name)).unwrap();
        std::fs::write(at(&format!("cut-{name}")), &bytes[..bytes.len() / 2]).unwrap();
    }
    let key = "-encryption_scheme cenc-aes-ctr -encryption_key 76a6c65c5ea762046bd749a2e632ccbb \
               -encryption_kid a7e61c373e219033c21091fa607bf3b8";
    let encrypted = format!("-f lavfi -i testsrc2=d=1:s=64x48 -c:v libx264 {key}");
    make_clip(
        &at("encrypted.mp4"),
        &encrypted.split(' ').collect::<Vec<_>>(),
    )
    .await;
    make_clip(
        &at("large.mkv"),
        &clip("-f lavfi -i color=s=8200x32:d=0.1 -c:v ffv1"),
    )
    .await;
    make_clip(
        &at("picture.png"),
        &clip("-f lavfi -i color=s=64x64 -frames:v 1"),
    )
    .await;
    std::fs::write(at("empty.mp4"), "").unwrap();
    std::fs::write(at("text.mp4"), "bread, milk, film").unwrap();
    std::fs::write(at("hls.mp4"), "#EXTM3U\n/etc/passwd\n").unwrap();
    std::fs::write(
        at("concat.mkv"),
        "ffconcat version 1.0\nfile '/etc/passwd'\n",
    )
    .unwrap();
    std::fs::write(at("noise.mp4"), [0x5a; 5000]).unwrap();
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    write_unusable(folder.path()).await;
    let refusals = [
        ("cut-whole.mp4", Unusable::NoIndex),
        ("cut-fast.mp4", Unusable::CutOff),
        ("cut-whole.mkv", Unusable::CutOff),
        ("encrypted.mp4", Unusable::Encrypted),
        (
            "large.mkv",
            Unusable::TooLarge {
                width: 8200,
                height: 32,
            },
        ),
        ("picture.png", Unusable::NotMedia),
        ("empty.mp4", Unusable::Empty),
        ("text.mp4", Unusable::NotMedia),
        (
            "hls.mp4",
            Unusable::NamesOtherFiles {
                what: "HLS playlist",
            },
        ),
        (
            "concat.mkv",
            Unusable::NamesOtherFiles {
                what: "list of files to join",
            },
        ),
        ("noise.mp4", Unusable::NotMedia),
    ];
    for (name, expected) in refusals {
        let why = refusal(&at(name)).await;
        assert_eq!(why, expected, "{name}");
        assert!(!why.to_string().contains('\n'), "{name}");
    }
}
