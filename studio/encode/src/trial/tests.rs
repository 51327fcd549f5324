//! Trials of a clip made here.

use media_ffmpeg::testing::{make_clip, test_tools};
use studio_inspect::inspect;
use studio_ladder::candidates;

use super::*;

#[tokio::test]
async fn more_bits_look_better_and_so_do_more_pixels() {
    let folder = tempfile::tempdir().unwrap();
    let source = "mandelbrot=s=640x360:r=25:start_scale=0.02:end_scale=0.01,format=yuv420p,trim=end_frame=20";
    let codec = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "5"];
    let path = folder.path().join("clip.mp4");
    let input = make_clip(
        &path,
        &[&["-f", "lavfi", "-i", source], &codec[..]].concat(),
    )
    .await;
    let tools = test_tools().await;
    let report = inspect(&tools, &input).await.unwrap();
    let rate = report.video.frame_rate;
    let sizes = candidates(640, 360, rate);
    let bench = Bench {
        tools: &tools,
        input: &input,
        report: &report,
        rate,
        sizes: &sizes,
        crfs: &[20, 34],
    };
    let span = Span {
        start: 4,
        frames: 10,
    };
    let trials = bench.try_span(span, folder.path()).await.unwrap();
    assert_eq!((trials.tried.len(), trials.tried[0].len()), (2, 2));
    for of_size in &trials.tried {
        assert!(of_size[0].rest_bytes > of_size[1].rest_bytes, "{of_size:?}");
        assert!(
            of_size[0].rest_quality > of_size[1].rest_quality,
            "{of_size:?}"
        );
    }
    assert!(trials.tried[1][0].first_quality > trials.tried[0][0].first_quality);
    assert!(trials.cpu > Duration::ZERO);
}
