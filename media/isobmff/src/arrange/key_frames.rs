//! The key frames of a track as a track of their own, for winding.

use super::{Arrangement, PlacedSample};

impl Arrangement {
    /// The first frame of every segment, each a segment of its own that lasts as long as the whole segment did,
    /// so that the new track lines up with the one it is taken from. For a picture of [`super::join_video`]: there
    /// every segment begins with a frame that needs no other.
    #[must_use]
    pub fn key_frames(&self) -> Self {
        let alone = |range: &std::ops::Range<usize>| {
            let group = self.samples.get(range.clone())?;
            let ticks: u64 = group.iter().map(|it| u64::from(it.duration)).sum();
            Some(PlacedSample {
                duration: u32::try_from(ticks).unwrap_or(u32::MAX),
                composition: 0,
                ..*group.first()?
            })
        };
        let samples: Vec<_> = self.segments.iter().filter_map(alone).collect();
        Self {
            format: self.format.clone(),
            shown_from: 0,
            segments: (0..samples.len()).map(|at| at..at + 1).collect(),
            samples,
        }
    }
}
