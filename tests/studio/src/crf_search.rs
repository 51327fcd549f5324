//! The rate factor for one quality, found by a title's trials and by `ab-av1`: CPU time, and how far off.

use std::path::Path;
use std::process::Stdio;

use anyhow::Context as _;
use contracts_studio::{LadderPoint, VideoCodec};
use studio_encode::Reference;
use studio_encode::limits::X264_PRESET;
use studio_ladder::{Curve, Ladder, Rung, Trial};

use crate::clip::Clip;
use crate::ladders::{AT_ONCE, own, score};
use crate::limits::{CRF_SEARCH_EVERY, CRF_SEARCH_VMAF};

/// What both came to on one clip.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Search {
    /// CPU time of all of the title's trials, every size among them, in seconds.
    pub(crate) ours_s: f64,
    /// The same of the peer's search, which is of one size.
    pub(crate) theirs_s: f64,
    /// Points that the whole clip is off at the rate factor of the trials.
    pub(crate) ours_off: f64,
    /// The same at the peer's.
    pub(crate) theirs_off: f64,
}

/// Where the peer is, when `./bench` installed it.
pub(crate) fn peer() -> Option<std::path::PathBuf> {
    std::env::var_os("MARQUEE_BENCH_AB_AV1").map(Into::into)
}

/// Finds the rate factor by both, and encodes and scores the whole clip at each.
pub(crate) async fn of(
    clip: &Clip,
    ladder: &Ladder,
    reference: &Reference,
    peer: &Path,
) -> anyhow::Result<Search> {
    let size = &clip.sizes[clip.sizes.len() - 1];
    let ours = ours(ladder, size).context("no rate factor gives that quality")?;
    let room = clip.room("crf-search")?;
    let (theirs, theirs_s) = theirs(clip, peer, &room).await?;
    let ours_off = off(clip, reference, size, ours, &room).await?;
    let theirs_off = off(clip, reference, size, theirs, &room).await?;
    std::fs::remove_dir_all(room)?;
    Ok(Search {
        ours_s: ladder.report.analysis_cpu_ms as f64 / 1000.0,
        theirs_s,
        ours_off,
        theirs_off,
    })
}

/// The highest whole rate factor at the largest size that is foretold the quality.
fn ours(ladder: &Ladder, size: &Rung) -> Option<u8> {
    let of_size = |point: &&LadderPoint| (point.width, point.height) == (size.width, size.height);
    let trials = ladder.report.points.iter().filter(of_size);
    let trials = trials.map(|point| Trial {
        crf: point.crf,
        kbps: point.kbps,
        quality: point.quality,
    });
    let steps = Curve::new(trials.collect())?.steps();
    let enough = steps.iter().rfind(|step| step.quality >= CRF_SEARCH_VMAF);
    enough.or(steps.first()).map(|step| step.crf)
}

/// The peer's search on the same frames, kept without loss; its own time and its children's.
#[expect(
    clippy::disallowed_methods,
    reason = "a peer, which is no tool of the service"
)]
async fn theirs(clip: &Clip, peer: &Path, room: &Path) -> anyhow::Result<(u8, f64)> {
    let quality = CRF_SEARCH_VMAF.to_string();
    let input = clip.folder.join("reference.mp4");
    let mut command = tokio::process::Command::new("bash");
    // The shell's own word for the time of those it waited for.
    command
        .args(["-c", r#""$@" && times"#, "bash"])
        .arg(peer)
        .arg("crf-search")
        .arg("-i")
        .arg(input)
        .args(["--encoder", "libx264", "--preset", X264_PRESET])
        .args(["--min-vmaf", &quality, "--crf-increment", "1"])
        .args(["--max-encoded-percent", "1000", "--vmaf-scale", "none"])
        .args(["--enc", "threads=1", "--vmaf", "n_threads=1"])
        .args(["--cache", "false", "--temp-dir"])
        .arg(room)
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let done = command.output().await?;
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    anyhow::ensure!(done.status.success(), "ab-av1 found nothing: {text}");
    let factor = text.lines().find_map(|line| {
        let (_, after) = line.split_once("crf ")?;
        after.split_whitespace().next()?.parse::<f64>().ok()
    });
    let cpu = text.lines().last().map(cpu_seconds);
    match (factor, cpu) {
        (Some(factor), Some(cpu)) => Ok((factor.round() as u8, cpu)),
        _ => anyhow::bail!("ab-av1 said something else: {text}"),
    }
}

/// The sum of `1m2.345s 0m6.789s`.
fn cpu_seconds(line: &str) -> f64 {
    let one = |word: &str| {
        let (minutes, seconds) = word.strip_suffix('s')?.split_once('m')?;
        Some(minutes.parse::<f64>().ok()? * 60.0 + seconds.parse::<f64>().ok()?)
    };
    line.split_whitespace().filter_map(one).sum()
}

/// Points between the whole clip at a rate factor and the quality that was asked for.
async fn off(
    clip: &Clip,
    reference: &Reference,
    size: &Rung,
    crf: u8,
    room: &Path,
) -> anyhow::Result<f64> {
    let rung = Rung {
        crf,
        max_kbps: size.max_kbps * 3,
        ..size.clone()
    };
    let made = own(clip, VideoCodec::H264, &[rung], |_, _| crf, room, AT_ONCE).await?;
    let points = score(clip, reference, &made, CRF_SEARCH_EVERY, room).await?;
    for file in made.iter().flatten() {
        std::fs::remove_file(file)?;
    }
    Ok((points[0].quality - CRF_SEARCH_VMAF).abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shells_times_are_added() {
        assert!((cpu_seconds("1m2.500s 0m6.250s") - 68.75).abs() < 1e-9);
        assert!(cpu_seconds("nothing").abs() < 1e-9);
    }
}
