//! Manifests of one play, made of its release, its places and its plan: pure functions.

mod dash;
mod hls;

use contracts_delivery::{Release, VideoRendition};

pub(crate) use dash::dash;
pub(crate) use hls::hls;

/// The renditions a plan offers: those no taller than `max_height`, or the smallest when all are taller.
pub(crate) fn offered_video(release: &Release, max_height: u32) -> Vec<&VideoRendition> {
    let fitting: Vec<_> = release
        .video
        .iter()
        .filter(|it| it.height <= max_height)
        .collect();
    if fitting.is_empty() {
        release.video.iter().take(1).collect()
    } else {
        fitting
    }
}

/// A label that no earlier one in `taken` has, so that a viewer can tell two apart.
fn distinct_label(label: &str, taken: &mut Vec<String>) -> String {
    let mut distinct = label.to_owned();
    let mut copies = 1;
    while taken.contains(&distinct) {
        copies += 1;
        distinct = format!("{label} ({copies})");
    }
    taken.push(distinct.clone());
    distinct
}

#[cfg(test)]
mod tests;
