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
        screen: Screen::Television,
    };
    let span = Span {
        start: 4,
        frames: 10,
    };
    let trials = bench.try_span(span, 4, folder.path()).await.unwrap();
    assert_eq!(
        (trials.tried.len(), trials.tried[0].len()),
        (2, TRIAL_CRFS.len())
    );
    for of_size in &trials.tried {
        assert!(of_size[0].rest_bytes > of_size[2].rest_bytes, "{of_size:?}");
        assert!(
            of_size[0].rest_quality > of_size[2].rest_quality,
            "{of_size:?}"
        );
    }
    assert!(trials.tried[1][0].first_quality > trials.tried[0][0].first_quality);
    assert!(trials.cpu > Duration::ZERO);
}

#[tokio::test]
async fn files_that_follow_one_another_are_judged_from_any_frame_on() {
    let folder = tempfile::tempdir().unwrap();
    let source = "testsrc2=s=320x180:r=25,format=yuv420p,trim=end_frame=24";
    let whole = folder.path().join("whole.mp4");
    let codec = [
        "-c:v", "libx264", "-preset", "veryfast", "-crf", "8", "-g", "8",
    ];
    let input = make_clip(
        &whole,
        &[&["-f", "lavfi", "-i", source], &codec[..]].concat(),
    )
    .await;
    let tools = test_tools().await;
    let report = inspect(&tools, &input).await.unwrap();
    let rate = report.video.frame_rate;
    let sizes = candidates(320, 180, rate);
    let bench = Bench {
        tools: &tools,
        input: &input,
        report: &report,
        rate,
        sizes: &sizes,
        screen: Screen::Television,
    };
    let judge = bench.judge();
    let span = Span {
        start: 10,
        frames: 12,
    };
    let reference = judge.reference(span, folder.path()).await.unwrap();
    let judged = |files: &[&MediaInput], from, skip| Judged {
        files: files.iter().copied().cloned().collect(),
        from,
        skip,
    };
    let right = judged(&[&input], None, 10);
    let late = judged(&[&input, &input], None, 11);
    let around = judged(&[&input, &input], None, 34);
    // Half-way through the second group of pictures, which begins with the eighth frame.
    let sought = judged(&[&input], Some(12.0 / 25.0), 2);
    let all = [right, late, around, sought];
    let phone = Judge {
        screen: Screen::Phone,
        ..judge
    };
    let forgiven = phone
        .score(&reference, &all, 3, folder.path())
        .await
        .unwrap();
    let scores = judge.score(&reference, &all, 3, folder.path()).await;
    let mean: Vec<f64> = scores.unwrap().each.iter().map(|it| harmonic(it)).collect();
    let [right, late, around, sought] = mean[..] else {
        panic!("four were judged: {mean:?}");
    };
    assert!(right > late + 3.0, "{mean:?}");
    assert!(harmonic(&forgiven.each[1]) > late, "a phone forgives more");
    assert!(
        (right - around).abs() < 0.01 && (right - sought).abs() < 0.01,
        "{mean:?}"
    );
}
