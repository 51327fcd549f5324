//! Makes a demonstration film's master with ffmpeg's own sources.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use media_ffmpeg::Tools;

use super::films::{Film, SECONDS};

/// Makes the master in `folder` unless it is there; `on_progress` is told the seconds made.
pub(crate) async fn master(
    tools: &Tools,
    film: &Film,
    folder: &Path,
    mut on_progress: impl FnMut(Duration) + Send,
) -> Result<PathBuf> {
    let path = folder.join(format!("{}.mkv", film.file));
    if path.exists() {
        return Ok(path);
    }
    tokio::fs::create_dir_all(folder).await?;
    let partial = folder.join(format!(".{}.partial.mkv", film.file));
    tools
        .ffmpeg()
        .args(["-filter_complex", film.graph, "-map", "[v]", "-map", "[a]"])
        .args(["-t", &SECONDS.to_string()])
        .args([
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-crf",
            "18",
            "-g",
            "25",
        ])
        .args([
            "-color_primaries",
            "bt709",
            "-color_trc",
            "bt709",
            "-colorspace",
            "bt709",
        ])
        .args(["-c:a", "flac", "-metadata:s:a:0", "language=zxx"])
        .output(&partial)
        .run(|progress| on_progress(progress.out_time))
        .await
        .with_context(|| format!("cannot make {}", film.title))?;
    platform_files::persist(&partial, &path).await?;
    Ok(path)
}
