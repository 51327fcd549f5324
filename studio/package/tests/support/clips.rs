//! Small encodes to package, made by ffmpeg.

use std::path::{Path, PathBuf};

use contracts_delivery::FrameRate;
use media_ffmpeg::MediaInput;
use media_ffmpeg::testing::{make_clip, test_tools};
use studio_shots::SegmentPlan;

/// Five seconds at a rate that no clock counts evenly, in three segments and two chunks.
pub(crate) fn plan() -> SegmentPlan {
    SegmentPlan {
        frame_rate: FrameRate {
            numerator: 24_000,
            denominator: 1001,
        },
        frames: 120,
        starts: vec![0, 48, 72],
    }
}

/// One chunk of the test picture: frames `from..to` with a key frame wherever the plan has a segment.
pub(crate) async fn chunk(path: &Path, from: u64, to: u64, bits: &str) -> PathBuf {
    let keys: Vec<_> = plan()
        .starts
        .iter()
        .filter(|start| (from..to).contains(start))
        .map(|start| format!("eq(n,{})", start - from))
        .collect();
    let trim = format!("trim=start_frame={from}:end_frame={to},setpts=PTS-STARTPTS");
    let keys = format!("expr:{}", keys.join("+"));
    let arguments = [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=rate=24000/1001:size=320x180:duration=6",
        "-vf",
        &trim,
        "-c:v",
        "libx264",
        "-preset",
        "fast",
        "-b:v",
        bits,
        "-maxrate",
        "900k",
        "-bufsize",
        "900k",
        "-pix_fmt",
        "yuv420p",
        "-x264-params",
        "stitchable=1:keyint=infinite:scenecut=0:open-gop=0:bframes=3",
        "-force_key_frames",
        &keys,
    ];
    make_clip(path, &arguments).await.path().to_owned()
}

/// The two chunks of the plan.
pub(crate) async fn chunks(folder: &Path) -> Vec<PathBuf> {
    let first = chunk(&folder.join("chunk-0.mp4"), 0, 72, "300k").await;
    let second = chunk(&folder.join("chunk-1.mp4"), 72, 120, "300k").await;
    vec![first, second]
}

/// Sound as long as the picture.
pub(crate) async fn sound(folder: &Path) -> PathBuf {
    let arguments = [
        "-f",
        "lavfi",
        "-i",
        "sine=frequency=440:sample_rate=48000:duration=9.6",
        "-ac",
        "2",
        "-c:a",
        "aac",
        "-b:a",
        "96k",
    ];
    make_clip(&folder.join("sound.mp4"), &arguments)
        .await
        .path()
        .to_owned()
}

/// What ffprobe prints of each entry, one per line.
pub(crate) async fn probe(path: &Path, arguments: &[&str]) -> Vec<String> {
    let input = MediaInput::open(path).unwrap();
    let command = test_tools()
        .await
        .ffprobe()
        .args(arguments)
        .args(["-of", "csv=p=0"]);
    let finished = command.input(&input).run(|_| {}).await;
    let finished = finished.unwrap_or_else(|error| panic!("{error}"));
    let text = String::from_utf8(finished.stdout).unwrap();
    text.lines()
        .map(|line| line.trim_end_matches(',').to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

/// Decodes everything, any error being fatal; the frames of the picture.
pub(crate) async fn decode(path: &Path) -> u64 {
    let input = MediaInput::open(path).unwrap();
    let mut frames = 0;
    let command = test_tools()
        .await
        .ffmpeg()
        .args(["-xerror", "-err_detect", "explode"]);
    let command = command
        .input(&input)
        .args(["-fps_mode", "passthrough", "-f", "null", "-"]);
    let finished = command
        .run(|progress| frames = progress.frame)
        .await
        .unwrap();
    assert_eq!(
        finished.stderr_tail.trim(),
        "",
        "ffmpeg complains about {}",
        path.display()
    );
    frames
}
