//! A rung of the published ladder: its rate is a mean, reached in two passes.

use std::path::{Path, PathBuf};

use studio_encode::limits::X264_PRESET;
use studio_encode::{Conform, Range, timescale};
use studio_ladder::Rung;
use studio_shots::ReadFrom;

use crate::clip::Clip;
use crate::limits::PEAK_PERCENT;

/// Encodes all of a clip at a mean of the rung's rate, with the preset, the key frames and the peaks that
/// a title's own rungs have.
pub(crate) async fn encode(clip: &Clip, rung: &Rung, folder: &Path) -> anyhow::Result<PathBuf> {
    let out = folder.join(format!("{}.mp4", rung.name));
    for pass in ["1", "2"] {
        run_pass(clip, rung, folder, pass, &out).await?;
    }
    Ok(out)
}

async fn run_pass(
    clip: &Clip,
    rung: &Rung,
    folder: &Path,
    pass: &str,
    out: &Path,
) -> anyhow::Result<()> {
    let conform = Conform {
        video: &clip.report.video,
        container: &clip.report.container,
        rate: clip.plan.frame_rate,
        span: clip.whole(),
        size: (rung.width, rung.height),
        range: Range::Mapped,
    };
    let from = ReadFrom::Beginning;
    let stream = format!("0:{}", clip.report.video.stream_index);
    let peak = rung.max_kbps * PEAK_PERCENT / 100;
    let starts = clip.plan.starts.iter();
    let starts: Vec<_> = starts.map(|start| format!("eq(n,{start})")).collect();
    let options = [
        ("-fps_mode", "passthrough".to_owned()),
        ("-frames:v", clip.plan.frames.to_string()),
        ("-c:v", "libx264".to_owned()),
        ("-preset", X264_PRESET.to_owned()),
        ("-profile:v", "high".to_owned()),
        ("-threads:v", "1".to_owned()),
        ("-b:v", format!("{}k", rung.max_kbps)),
        ("-maxrate", format!("{peak}k")),
        ("-bufsize", format!("{}k", peak * 2)),
        ("-pass", pass.to_owned()),
        ("-passlogfile", rung.name.clone()),
        ("-forced-idr", "1".to_owned()),
        (
            "-x264-params",
            "keyint=infinite:scenecut=0:open-gop=0".to_owned(),
        ),
        ("-force_key_frames", format!("expr:{}", starts.join("+"))),
        (
            "-video_track_timescale",
            timescale(clip.plan.frame_rate).to_string(),
        ),
        ("-f", "mp4".to_owned()),
    ];
    let mut command = clip
        .tools
        .ffmpeg()
        .current_dir(folder)
        .args(["-threads", "1", "-filter_threads", "1"])
        .args(conform.input_options(from))
        .input(&clip.input)
        .args(["-map", &stream, "-vf", &conform.filters(from)]);
    for (name, value) in options {
        command = command.args([name, &value]);
    }
    command.output(out).run(|_| {}).await?;
    Ok(())
}
