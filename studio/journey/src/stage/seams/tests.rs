//! Dips of made scores, and the joins of a title that was made of several chunks.

use std::path::PathBuf;

use contracts_studio::Screen;
use media_ffmpeg::MediaInput;
use media_ffmpeg::testing::{make_clip, test_tools};
use studio_encode::{ChunkTask, Rendition, encode_chunk};
use studio_ladder::fixed_ladder;
use studio_shots::{chunks, plan_segments};

use super::*;

#[test]
fn a_dip_is_what_the_frames_beside_a_join_lack() {
    let mut scores = vec![90.0; 24];
    assert!(dip(&scores).abs() < 1e-9);
    scores[10] = 80.0;
    scores[11] = 84.0;
    assert!((dip(&scores) - 8.0).abs() < 1e-9);
    scores[12] = 60.0;
    assert!((dip(&scores) - 15.0).abs() < 1e-9);
    // Another shot behind the join may be worth less all through.
    let other: Vec<f64> = (0..24)
        .map(|at| if at < 12 { 95.0 } else { 70.0 })
        .collect();
    assert!(dip(&other).abs() < 1e-9);
    assert!(dip(&[]).abs() < 1e-9);
}

#[test]
fn the_worst_join_is_named() {
    let found = seams(&[(1_000, 0.5), (2_000, 4.5), (3_000, 1.0)]).unwrap();
    assert_eq!((found.joins, found.worst_ms), (3, 2_000));
    assert!((found.mean_dip - 2.0).abs() < 1e-9 && (found.worst_dip - 4.5).abs() < 1e-9);
    assert_eq!(seams(&[]), None);
}

const FILM: FrameRate = FrameRate {
    numerator: 24,
    denominator: 1,
};
const FRAMES: u64 = 432;
const TIGHT: Duration = Duration::from_secs(6);

/// A copy of a chunk whose first two frames are blurred.
async fn blurred(chunk: &EncodedChunk, folder: &Path) -> EncodedChunk {
    let path: PathBuf = folder.join("blurred.mp4");
    let whole = MediaInput::open(&chunk.path).unwrap();
    let blur = "gblur=sigma=6:enable=lt(n\\,2)";
    let command = test_tools().await.ffmpeg().input(&whole);
    let command = command.args(["-vf", blur, "-c:v", "libx264", "-crf", "16"]);
    command.output(&path).run(|_| {}).await.unwrap();
    EncodedChunk {
        path,
        ..chunk.clone()
    }
}

#[tokio::test]
async fn of_several_joins_the_one_that_shows_is_found_at_its_time() {
    let (tools, folder) = (test_tools().await, tempfile::tempdir().unwrap());
    let clip = folder.path().join("master.mp4");
    let source = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=24:d=18"];
    let input = make_clip(&clip, &source).await;
    let report = studio_inspect::inspect(&tools, &input).await.unwrap();
    let plan = plan_segments(FILM, FRAMES, &[]).unwrap();
    let chunks = chunks(&plan, TIGHT);
    assert!(chunks.len() > 2, "{chunks:?}");
    let rung = fixed_ladder(320, 180, FILM).remove(0);
    let mut good = Vec::new();
    for chunk in &chunks {
        let rendition = Rendition::h264(rung.clone());
        let task = ChunkTask::new(&report, &plan, chunk, &rendition).unwrap();
        let out = folder.path().join(format!("{}.mp4", chunk.index));
        let made = encode_chunk(&tools, &input, &task, &out, |_| {}).await;
        good.push(made.unwrap());
    }
    let mut bad = good.clone();
    bad[2] = blurred(&good[2], folder.path()).await;
    let judge = Judge {
        tools: &tools,
        input: &input,
        report: &report,
        rate: FILM,
        size: &rung,
        screen: Screen::Television,
    };
    let joins = Joins {
        judge: &judge,
        plan: &plan,
        chunks: &chunks,
        rungs: &[&good, &bad],
        folder: folder.path(),
    };
    let (found, cpu) = joins.look().await.unwrap();
    let (good, bad) = (&found[0], &found[1]);
    let count = u32::try_from(chunks.len() - 1).unwrap();
    assert_eq!((good.joins, bad.joins), (count, count));
    assert!(good.worst_dip < crate::limits::SEAM_DIP, "{good:?}");
    assert_eq!(bad.worst_ms, in_ms(chunks[2].start_frame, FILM));
    assert!(
        bad.worst_dip > 15.0 && bad.mean_dip < bad.worst_dip,
        "{bad:?}"
    );
    assert!(cpu > Duration::ZERO);
}
