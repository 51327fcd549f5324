//! A master's report for tests: plain HD in an MP4.

use contracts_delivery::FrameRate;
use studio_inspect::{Colour, Report, VideoFacts};

pub(crate) fn report() -> Report {
    let bt709 = || Some("bt709".to_owned());
    Report {
        container: "mov,mp4,m4a,3gp,3g2,mj2".into(),
        duration_ms: 60_000,
        bytes: 1,
        video: VideoFacts {
            stream_index: 0,
            codec: "h264".into(),
            width: 1920,
            height: 1080,
            display_width: 1920,
            display_height: 1080,
            sar: (1, 1),
            rotation: 0,
            frame_rate: FrameRate {
                numerator: 25,
                denominator: 1,
            },
            variable_rate: false,
            bit_depth: 8,
            pixel_format: "yuv420p".into(),
            colour: Colour {
                primaries: bt709(),
                transfer: bt709(),
                matrix: bt709(),
                range: Some("tv".into()),
                ..Colour::default()
            },
            interlaced: false,
            start_ms: 0,
            declared_duration_ms: Some(60_000),
        },
        other_video: 0,
        audio: Vec::new(),
        text: Vec::new(),
        timecode: None,
        source: Vec::new(),
        warnings: Vec::new(),
    }
}
