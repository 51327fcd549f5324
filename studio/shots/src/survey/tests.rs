//! The pass over clips made here and, where they are, real ones.

use std::path::Path;

use media_ffmpeg::testing::{make_clip, shared_media, test_tools};
use studio_inspect::inspect;

use super::*;
use crate::testing::{Agreement, films, real_clips};
use crate::{BadPlan, plan_segments};

async fn surveyed(input: &MediaInput) -> Result<Survey, SurveyError> {
    let tools = test_tools().await;
    let report = inspect(&tools, input).await.unwrap();
    let mut told = 0;
    let found = survey(&tools, input, &report, |frames| told = frames).await?;
    assert_eq!(told, found.frames);
    Ok(found)
}

/// Red, then blue from frame 60, then green from frame 110, at 25 frames a second.
async fn three_shots(path: &Path) -> MediaInput {
    let graph = "color=red:s=192x108:r=25:d=2.4[a];color=blue:s=192x108:r=25:d=2[b];\
         testsrc2=s=192x108:r=25:d=3[c];[a][b][c]concat=n=3";
    make_clip(
        path,
        &[
            "-f",
            "lavfi",
            "-i",
            graph,
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
        ],
    )
    .await
}

#[tokio::test]
async fn cuts_are_found_to_the_frame_and_become_segments() -> Result<(), BadPlan> {
    let folder = tempfile::tempdir().unwrap();
    let input = three_shots(&folder.path().join("shots.mp4")).await;
    let found = surveyed(&input).await.unwrap();
    assert_eq!((found.frames, found.cuts()), (185, vec![60, 110]));
    assert_eq!(found.warnings, []);
    let plan = plan_segments(found.frame_rate, found.frames, &found.cuts())?;
    assert_eq!(plan.starts, [0, 60, 110]);
    Ok(())
}

#[tokio::test]
async fn a_file_that_was_cut_off_is_refused_with_both_lengths() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole.mp4");
    let clip = [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=s=320x180:r=25:d=20",
        "-c:v",
        "libx264",
        "-preset",
    ];
    let index_first = ["ultrafast", "-movflags", "+faststart"];
    make_clip(&whole, &[&clip[..], &index_first[..]].concat()).await;
    let bytes = std::fs::read(&whole).unwrap();
    let cut = folder.path().join("cut.mp4");
    std::fs::write(&cut, &bytes[..bytes.len() * 6 / 10]).unwrap();
    let input = MediaInput::open(&cut).unwrap();
    let tools = test_tools().await;
    // Inspection may see the same in the file's boxes; what it reports of the whole file is used here.
    let report = inspect(&tools, &MediaInput::open(&whole).unwrap())
        .await
        .unwrap();
    let refused = survey(&tools, &input, &report, |_| {}).await.unwrap_err();
    let SurveyError::EndsEarly { declared, found } = refused else {
        panic!("{refused}")
    };
    assert_eq!(declared, Duration::from_secs(20));
    assert!(
        found > Duration::from_secs(9) && found < Duration::from_secs(15),
        "{found:?}"
    );
}

#[tokio::test]
async fn sound_that_outlasts_the_picture_is_not_taken_for_a_cut() {
    let folder = tempfile::tempdir().unwrap();
    let clip = [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=s=192x108:r=25:d=4",
        "-f",
        "lavfi",
        "-i",
        "sine=d=12",
    ];
    let path = folder.path().join("long-sound.mkv");
    let arguments = [&clip[..], &["-c:v", "libx264", "-preset", "ultrafast"]].concat();
    let input = make_clip(&path, &arguments).await;
    let tools = test_tools().await;
    let mut report = inspect(&tools, &input).await.unwrap();
    report.video.declared_duration_ms = None;
    report.duration_ms = 12_000;
    let found = survey(&tools, &input, &report, |_| {}).await.unwrap();
    assert_eq!(found.frames, 100);
    let expected = SurveyWarning::SoundIsLonger {
        picture_ms: 4_000,
        file_ms: 12_000,
    };
    assert_eq!(found.warnings, [expected]);
}

#[tokio::test]
async fn a_broadcast_that_changes_its_size_is_counted_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut joined = Vec::new();
    for (name, size, offset) in [("one.ts", "320x180", "0"), ("two.ts", "640x360", "4")] {
        let path = folder.path().join(name);
        let source = format!("testsrc2=s={size}:r=25:d=4");
        let codec = [
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-output_ts_offset",
            offset,
        ];
        make_clip(
            &path,
            &[&["-f", "lavfi", "-i", &source], &codec[..]].concat(),
        )
        .await;
        joined.extend(std::fs::read(&path).unwrap());
    }
    let path = folder.path().join("joined.ts");
    std::fs::write(&path, joined).unwrap();
    let found = surveyed(&MediaInput::open(&path).unwrap()).await.unwrap();
    assert!((198..=202).contains(&found.frames), "{}", found.frames);
}

#[tokio::test]
async fn real_clips_are_counted_to_the_frame() {
    for (name, frames) in [
        ("sintel-26s-848x480.mp4", 652),
        ("sintel-26s-ass-subtitles.mkv", 652),
        ("bunny-30s-1280x720.webm", 720),
        ("people-139s-768x432-silent.mp4", 1394),
        ("qc-no-duration.webm", 74),
    ] {
        if let Some(input) = shared_media(name) {
            assert_eq!(surveyed(&input).await.unwrap().frames, frames, "{name}");
        }
    }
}

#[tokio::test]
async fn real_shots_begin_where_people_see_them_begin() {
    for (name, labels) in real_clips() {
        if let Some(input) = shared_media(name) {
            let found = surveyed(&input).await.unwrap().boundaries;
            let agreement = Agreement::of(&found, &labels);
            assert!(
                agreement.f1() >= 0.95 || labels.is_empty() && found.is_empty(),
                "{name}: {found:?}"
            );
        }
    }
}

#[tokio::test]
async fn made_shots_begin_where_they_were_put() {
    let folder = tempfile::tempdir().unwrap();
    let mut all = Agreement::default();
    for film in films() {
        let path = folder.path().join("film.mp4");
        let codec = ["-c:v", "libx264", "-preset", "ultrafast"];
        let input = make_clip(
            &path,
            &[&["-f", "lavfi", "-i", &film.graph], &codec[..]].concat(),
        )
        .await;
        let found = surveyed(&input).await.unwrap().boundaries;
        let agreement = Agreement::of(&found, &film.labels);
        assert!(agreement.f1() >= 0.85, "{}: {found:?}", film.name);
        all = all.and(agreement);
    }
    assert!(all.f1() >= 0.95, "{all:?}");
}
