//! Filters that score, and what they write.

use std::path::Path;

use contracts_studio::QualityMeasure;
use studio_ladder::Rung;

use super::Judged;
use crate::EncodeError;

/// Points of quality to a decibel of SSIM: 19 dB, where differences are no longer seen, is 95.
const POINTS_PER_DECIBEL: f64 = 5.0;

/// Points of quality to a decibel of XPSNR above [`XPSNR_WORST`]: 44 dB, where differences are no longer
/// seen, is 96.
const POINTS_PER_XPSNR: f64 = 4.0;
/// See [`POINTS_PER_XPSNR`].
const XPSNR_WORST: f64 = 20.0;

/// Pictures of more lines than this are judged as on a 4K screen.
const HD_LINES: u32 = 1200;

/// The file that the filter of one encode writes.
pub(super) fn log(index: usize) -> String {
    format!("score-{index}.txt")
}

/// The graph: input 0 is the reference, the others are the files to judge, one after the other; each
/// encode is scaled up to the reference. Frames are numbered anew on both sides, so that the first is
/// compared with the first.
pub(super) fn graph(
    measure: QualityMeasure,
    size: &Rung,
    frames: u64,
    all: &[Judged],
    every: u64,
) -> String {
    let (width, height) = (size.width, size.height);
    let copies = labels((0..all.len()).map(|index| format!("[r{index}]")));
    let mut graph = vec![format!(
        "[0:v]trim=end_frame={frames},settb=1/25,setpts=N,split={}{copies}",
        all.len()
    )];
    let mut inputs = 1..;
    for (index, judged) in all.iter().enumerate() {
        let files = inputs.by_ref().take(judged.files.len());
        let labels = labels(files.map(|input| format!("[{input}:v]")));
        let joined = format!("{labels}concat=n={}", judged.files.len());
        let (first, end) = (judged.skip, judged.skip + frames);
        graph.push(format!(
            "{joined},trim=start_frame={first}:end_frame={end},\
             scale={width}:{height}:flags=bicubic,settb=1/25,setpts=N[d{index}]"
        ));
        let filter = filter(measure, height, index, every);
        graph.push(format!("[d{index}][r{index}]{filter}[v{index}]"));
    }
    graph.join(";")
}

/// Names of streams, one after the other.
pub(crate) fn labels(each: impl Iterator<Item = String>) -> String {
    each.collect::<Vec<_>>().concat()
}

fn filter(measure: QualityMeasure, lines: u32, index: usize, every: u64) -> String {
    let log = log(index);
    match measure {
        QualityMeasure::Vmaf | QualityMeasure::VmafPhone => {
            // The model for 4K screens has no phone's curve.
            let model = match measure {
                QualityMeasure::VmafPhone => r"'version=vmaf_v0.6.1\:enable_transform=true'",
                _ if lines > HD_LINES => "version=vmaf_4k_v0.6.1",
                _ => "version=vmaf_v0.6.1",
            };
            format!(
                "libvmaf=model={model}:n_threads=1:n_subsample={every}:log_fmt=csv:log_path={log}"
            )
        }
        QualityMeasure::Xpsnr => format!("xpsnr=stats_file={log}"),
        QualityMeasure::Ssim => format!("ssim=stats_file={log}"),
    }
}

/// Reads the scores back, in the order of frames.
pub(super) async fn read(
    measure: QualityMeasure,
    path: &Path,
    every: u64,
) -> Result<Vec<f64>, EncodeError> {
    let text = tokio::fs::read_to_string(path)
        .await
        .map_err(|source| EncodeError::Disk {
            path: path.to_owned(),
            source,
        })?;
    Ok(match measure {
        QualityMeasure::Vmaf | QualityMeasure::VmafPhone => vmaf(&text),
        QualityMeasure::Xpsnr => xpsnr(&text, every),
        QualityMeasure::Ssim => ssim(&text, every),
    })
}

/// The column `vmaf` of a table with commas.
fn vmaf(text: &str) -> Vec<f64> {
    let mut lines = text.lines();
    let columns = lines.next().unwrap_or_default();
    let Some(column) = columns.split(',').position(|name| name.trim() == "vmaf") else {
        return Vec::new();
    };
    lines
        .filter_map(|line| line.split(',').nth(column)?.trim().parse().ok())
        .collect()
}

/// `Y:` of each line, the same frames that VMAF scores, in decibels, as points.
fn ssim(text: &str, every: u64) -> Vec<f64> {
    let likeness = behind(text, "Y:", every);
    let points = likeness.map(|value| {
        let decibels = -10.0 * (1.0 - value).max(1e-10).log10();
        (decibels * POINTS_PER_DECIBEL).clamp(0.0, 100.0)
    });
    points.collect()
}

/// The decibels of luma likewise, which are infinite for frames that are the same.
fn xpsnr(text: &str, every: u64) -> Vec<f64> {
    let points = behind(text, "XPSNR y:", every)
        .map(|decibels| ((decibels - XPSNR_WORST) * POINTS_PER_XPSNR).clamp(0.0, 100.0));
    points.collect()
}

/// The number behind a mark, in each so-manieth of the lines that have it.
fn behind<'a>(text: &'a str, mark: &'a str, every: u64) -> impl Iterator<Item = f64> + 'a {
    let every = usize::try_from(every.max(1)).unwrap_or(usize::MAX);
    let marked = text.lines().filter(move |line| line.contains(mark));
    marked.step_by(every).filter_map(move |line| {
        let (_, after) = line.split_once(mark)?;
        after.split_whitespace().next()?.parse::<f64>().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_read_from_what_the_filters_write() {
        assert_eq!(
            vmaf("Frame,integer_motion,vmaf,\n0,0.0,92.5,\n3,1.0,80.0,\n"),
            [92.5, 80.0]
        );
        assert!(vmaf("nonsense").is_empty());
        let text =
            "n:1 Y:0.990000 U:0.9 V:0.9 All:0.9 (20.0)\nn:2 Y:0.5 U:1\nn:3 Y:0.5\nn:4 Y:1.0 U:1\n";
        let read = ssim(text, 3);
        assert!(
            (read[0] - 100.0).abs() < 1e-6 && read.len() == 2,
            "{read:?}"
        );
        let text = "n:    1  XPSNR y: 40.0  XPSNR u: 50.0\nn: 2  XPSNR y: inf\n\nXPSNR average, 2 frames\n";
        assert_eq!(xpsnr(text, 1), [80.0, 100.0]);
    }
}
