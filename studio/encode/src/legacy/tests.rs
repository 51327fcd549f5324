//! What is made for old devices, read back.

use media_ffmpeg::testing::{make_clip, test_tools};
use studio_inspect::inspect;
use studio_ladder::fixed_ladder;
use studio_shots::{plan_segments, survey};

use super::*;

fn rate(numerator: u32, denominator: u32) -> FrameRate {
    FrameRate {
        numerator,
        denominator,
    }
}

#[test]
fn files_are_as_large_as_the_source_and_its_devices_allow() {
    let names = |width, height| -> Vec<String> {
        let fixed = fixed_ladder(width, height, rate(25, 1));
        let tasks = legacy_tasks(&LegacyCodec::ALL, &fixed);
        let told = |task: &LegacyTask| {
            let Rung { width, height, .. } = task.rung;
            format!("{} {width}x{height}", task.name())
        };
        tasks.iter().map(told).collect()
    };
    assert_eq!(
        names(854, 480),
        [
            "vp8-240p 426x240",
            "vp8-480p 854x480",
            "mpeg2-240p 426x240",
            "mpeg2-480p 854x480",
            "cinepak-240p 320x180",
        ]
    );
    assert_eq!(
        names(160, 90),
        ["vp8-90p 160x90", "mpeg2-90p 160x90", "cinepak-90p 160x88"]
    );
}

#[test]
fn rates_are_those_that_a_codec_can_say() {
    assert_eq!(nearest(rate(24_000, 1001)), rate(24_000, 1001));
    assert_eq!(nearest(rate(12, 1)), rate(24_000, 1001));
    assert_eq!(nearest(rate(48, 1)), rate(50, 1));
    assert_eq!(halved(rate(25, 1)), rate(25, 2));
    assert_eq!(halved(rate(12, 1)), rate(12, 1));
}

#[tokio::test]
async fn a_film_becomes_one_file_in_each_codec_with_its_sound() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.mkv");
    let picture = "testsrc2=s=160x90:r=20,format=yuv420p,trim=end_frame=30";
    let sound = "sine=f=440:r=48000,atrim=end_sample=72000";
    let codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"];
    let inputs = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound];
    let film = make_clip(&path, &[&inputs[..], &codecs[..]].concat()).await;
    let tools = test_tools().await;
    let report = inspect(&tools, &film).await.unwrap();
    let found = survey(&tools, &film, &report, |_| {}).await.unwrap();
    let plan = plan_segments(found.frame_rate, found.frames, &[]).unwrap();
    let track = folder.path().join("sound.mp4");
    let track = make_clip(&track, &["-f", "lavfi", "-i", sound, "-c:a", "aac"]).await;
    let fixed = fixed_ladder(160, 90, plan.frame_rate);
    for task in legacy_tasks(&LegacyCodec::ALL, &fixed) {
        let out = folder.path().join(format!("out.{}", task.ending()));
        let sound = Some(&track);
        let made = encode_legacy(&tools, &film, &report, &plan, &task, sound, &out, |_| {})
            .await
            .unwrap();
        let read = inspect(&tools, &MediaInput::open(&out).unwrap())
            .await
            .unwrap();
        let codec = match task.codec {
            LegacyCodec::Vp8 => ("vp8", "vorbis"),
            LegacyCodec::Mpeg2 => ("mpeg2video", "mp2"),
            LegacyCodec::Cinepak => ("cinepak", "adpcm_ima_qt"),
        };
        assert_eq!((&*read.video.codec, &*read.audio[0].codec), codec);
        assert_eq!(
            (read.video.width, read.video.height),
            (made.width, made.height)
        );
        assert!(
            read.duration_ms.abs_diff(1500) <= 100,
            "{codec:?}: {read:?}"
        );
    }
}
