//! Inspection of real clips, where they are there.

use contracts_delivery::FrameRate;
use media_ffmpeg::testing::{shared_media, test_tools};
use studio_inspect::{Report, Warning, inspect};

/// What is asserted of each clip: size, rate, length, sound tracks, text tracks.
type Facts = (u32, u32, FrameRate, u64, usize, usize);

const fn rate(numerator: u32, denominator: u32) -> FrameRate {
    FrameRate {
        numerator,
        denominator,
    }
}

const CLIPS: [(&str, Facts); 8] = [
    (
        "wave-8s-1920x1080-natural.mp4",
        (1920, 1080, rate(25, 1), 8_000, 1, 0),
    ),
    (
        "sintel-26s-848x480.mp4",
        (848, 480, rate(25, 1), 26_080, 1, 0),
    ),
    (
        "sintel-26s-ass-subtitles.mkv",
        (848, 480, rate(25, 1), 26_080, 1, 1),
    ),
    (
        "bunny-30s-1280x720.webm",
        (1280, 720, rate(24, 1), 30_000, 1, 0),
    ),
    (
        "people-139s-768x432-silent.mp4",
        (768, 432, rate(10, 1), 139_400, 0, 0),
    ),
    (
        "nasa-16s-two-video-two-audio-mov_text.mp4",
        (320, 180, rate(25, 1), 13_000, 2, 2),
    ),
    (
        "qc-failing-audio.mp4",
        (640, 360, rate(25, 1), 11_200, 1, 0),
    ),
    (
        "qc-no-duration.webm",
        (1280, 720, rate(15000, 1001), 4_938, 1, 0),
    ),
];

async fn report(name: &str) -> Option<Report> {
    let clip = shared_media(name)?;
    let report = inspect(&test_tools().await, &clip).await;
    Some(report.unwrap_or_else(|error| panic!("{name}: {error}")))
}

#[tokio::test]
async fn every_clip_is_what_its_readme_says() {
    for (name, (width, height, rate, duration_ms, audio, text)) in CLIPS {
        let Some(report) = report(name).await else {
            continue;
        };
        assert_eq!(
            (report.video.width, report.video.height),
            (width, height),
            "{name}"
        );
        assert_eq!(report.video.frame_rate, rate, "{name}");
        assert!(!report.video.variable_rate, "{name}");
        assert!(
            report.duration_ms.abs_diff(duration_ms) <= 2,
            "{name}: {}",
            report.duration_ms
        );
        assert_eq!(
            (report.audio.len(), report.text.len()),
            (audio, text),
            "{name}"
        );
    }
}

#[tokio::test]
async fn what_is_odd_about_a_clip_is_said() {
    let said = async |name, warning: Warning| {
        if let Some(report) = report(name).await {
            assert!(
                report.warnings.contains(&warning),
                "{name}: {:?}",
                report.warnings
            );
        }
    };
    said("qc-no-duration.webm", Warning::LengthCounted).await;
    said("people-139s-768x432-silent.mp4", Warning::NoSound).await;
    let nasa = "nasa-16s-two-video-two-audio-mov_text.mp4";
    said(nasa, Warning::SeveralVideoStreams { used: 0, others: 1 }).await;
    let lengths = Warning::LengthsDiffer {
        stream_index: 1,
        picture_ms: 8_000,
        sound_ms: 9_920,
    };
    said("wave-8s-1920x1080-natural.mp4", lengths).await;
}
