//! Filters that score, and what they write.

use std::path::Path;

use contracts_studio::QualityMeasure;
use studio_ladder::Rung;
use studio_ladder::limits::SCORED_EVERY;

use super::labels;
use crate::EncodeError;

/// Points of quality to a decibel of SSIM: 19 dB, where differences are no longer seen, is 95.
const POINTS_PER_DECIBEL: f64 = 5.0;

/// Pictures of more lines than this are judged as on a 4K screen.
const HD_LINES: u32 = 1200;

/// The file that the filter of one trial writes.
pub(super) fn log(index: usize) -> String {
    format!("score-{index}.txt")
}

/// The graph: input 0 is the reference, the others are the trials, each scaled up to it. Frames are
/// numbered anew on both sides, so that the first is compared with the first.
pub(super) fn graph(measure: QualityMeasure, largest: &Rung, trials: usize) -> String {
    let (width, height) = (largest.width, largest.height);
    let mut graph = vec![format!(
        "[0:v]settb=1/25,setpts=N,split={trials}{}",
        labels("r", trials)
    )];
    for index in 0..trials {
        graph.push(format!(
            "[{}:v]scale={width}:{height}:flags=bicubic,settb=1/25,setpts=N[d{index}]",
            index + 1
        ));
        graph.push(format!(
            "[d{index}][r{index}]{}[v{index}]",
            filter(measure, height, index)
        ));
    }
    graph.join(";")
}

fn filter(measure: QualityMeasure, lines: u32, index: usize) -> String {
    let log = log(index);
    match measure {
        QualityMeasure::Vmaf => {
            let model = if lines > HD_LINES {
                "vmaf_4k_v0.6.1"
            } else {
                "vmaf_v0.6.1"
            };
            format!(
                "libvmaf=model=version={model}:n_threads=1:n_subsample={SCORED_EVERY}:log_fmt=csv:log_path={log}"
            )
        }
        QualityMeasure::Ssim => format!("ssim=stats_file={log}"),
    }
}

/// Reads the scores back, in the order of frames.
pub(super) async fn read(measure: QualityMeasure, path: &Path) -> Result<Vec<f64>, EncodeError> {
    let text = tokio::fs::read_to_string(path)
        .await
        .map_err(|source| EncodeError::Disk {
            path: path.to_owned(),
            source,
        })?;
    Ok(match measure {
        QualityMeasure::Vmaf => vmaf(&text),
        QualityMeasure::Ssim => ssim(&text),
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
fn ssim(text: &str) -> Vec<f64> {
    let lines = text.lines().step_by(SCORED_EVERY as usize);
    let likeness = lines.filter_map(|line| {
        let (_, after) = line.split_once("Y:")?;
        after.split_whitespace().next()?.parse::<f64>().ok()
    });
    let points = likeness.map(|value| {
        let decibels = -10.0 * (1.0 - value).max(1e-10).log10();
        (decibels * POINTS_PER_DECIBEL).clamp(0.0, 100.0)
    });
    points.collect()
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
        let read = ssim(text);
        assert!(
            (read[0] - 100.0).abs() < 1e-6 && read.len() == 2,
            "{read:?}"
        );
    }
}
