//! Manifests of one play, made of its release, its places and its plan: pure functions.

mod dash;
mod hls;

use contracts_delivery::{AudioRendition, DynamicRange, Release, VideoRendition};

pub(crate) use dash::dash;
pub(crate) use hls::hls;

/// Where players ask on behalf of a play.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Addresses {
    /// Which appliance to prefer.
    pub(crate) steering: String,
    /// For keys.
    pub(crate) license: String,
}

/// The renditions a plan offers: those no taller than `max_height`, or the smallest when all are taller.
/// What every device shows comes first: H.264, and standard dynamic range; each kind by its bandwidth.
pub(crate) fn offered_video(release: &Release, max_height: u32) -> Vec<&VideoRendition> {
    let mut fitting: Vec<_> = release
        .video
        .iter()
        .filter(|it| it.height <= max_height)
        .collect();
    if fitting.is_empty() {
        fitting.extend(release.video.iter().min_by_key(|it| (rank(it), it.height)));
    }
    // Stable: the release lists renditions by bandwidth.
    fitting.sort_by(|left, right| (rank(left), left.format()).cmp(&(rank(right), right.format())));
    fitting
}

/// How few devices show it.
fn rank(rendition: &VideoRendition) -> (DynamicRange, bool) {
    (rendition.dynamic_range(), rendition.format() != "avc1")
}

/// The rate that a play of a plan may come to send, in bits a second: the mean of the best rendition offered, and of
/// the best sound.
pub(crate) fn nominal_bps(release: &Release, max_height: u32) -> u64 {
    let video = offered_video(release, max_height).into_iter();
    let video = video.map(|it| it.bandwidth.average_bps).max();
    let audio = release
        .audio
        .iter()
        .map(|it| it.bandwidth.average_bps)
        .max();
    video.unwrap_or(0) + audio.unwrap_or(0)
}

/// Sound tracks that a player may exchange for one another without another decoder.
fn alike(tracks: &[AudioRendition]) -> Vec<Vec<&AudioRendition>> {
    let mut groups: Vec<Vec<&AudioRendition>> = Vec::new();
    for track in tracks {
        let key = |other: &AudioRendition| (other.codec.clone(), other.channels);
        match groups.iter_mut().find(|group| key(group[0]) == key(track)) {
            Some(group) => group.push(track),
            None => groups.push(vec![track]),
        }
    }
    groups
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
