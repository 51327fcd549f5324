//! The real clips' boundaries, told by looking: at every twelfth frame for whether there is one, at every frame
//! where that left a doubt, and for a cut's frame at where ffmpeg's scene score peaks.

use super::Label;

/// Each clip's name with its labels, in frames from its first.
///
/// What is not labelled on purpose: `bunny` fades in from black at its beginning and lays titles over two
/// shots; `qc-failing-audio` pans fast and ends in black; `people` is one shot with people close to
/// the camera; `qc-no-duration` is nearly black throughout. The first frame of `wave` is a green card.
pub fn real_clips() -> [(&'static str, Vec<Label>); 7] {
    let cuts = |frames: &[u64]| frames.iter().map(|frame| *frame..=*frame).collect();
    [
        (
            "sintel-26s-848x480.mp4",
            cuts(&[76, 121, 319, 457, 545, 611]),
        ),
        ("bunny-30s-1280x720.webm", cuts(&[283, 376, 551])),
        ("wave-8s-1920x1080-natural.mp4", cuts(&[1, 109])),
        // The first is a dissolve.
        (
            "nasa-16s-two-video-two-audio-mov_text.mp4",
            vec![127..=150, 202..=202],
        ),
        ("people-139s-768x432-silent.mp4", Vec::new()),
        ("qc-failing-audio.mp4", Vec::new()),
        ("qc-no-duration.webm", Vec::new()),
    ]
}
