//! A track file written again with its samples encrypted.

use std::io::Write;

use super::{Arrangement, PlacedSample};
use crate::fragment::{Fragment, Unit};
use crate::head::Head;
use crate::protection::{Protection, Subsample, saiz_fits};
use crate::{BoxError, ReadAt, ReadError, TrackFormat, WriteError};

/// Encrypts a sample in place, whose protected bytes are told; all of them when none are.
pub type Encrypt<'a> = &'a dyn Fn(&mut [u8], &[Subsample]);

/// How to protect a track.
pub struct Cover<'a> {
    /// What the file says of it.
    pub protection: Protection,
    /// What of each sample is protected, in order; empty where every sample is as a whole.
    pub subsamples: Vec<Vec<Subsample>>,
    /// Does it.
    pub encrypt: Encrypt<'a>,
}

impl Arrangement {
    /// The arrangement of a track file of this crate, its samples where they are.
    ///
    /// # Errors
    /// When the file cannot be read, or is not a track file.
    pub fn of_track_file(source: &dyn ReadAt) -> Result<Self, ReadError> {
        let head = Head::read(source)?;
        let (mut samples, mut segments) = (Vec::new(), Vec::with_capacity(head.segments.len()));
        for segment in &head.segments {
            let mut bytes = vec![0; (segment.range.end - segment.range.start) as usize];
            source.read_exact_at(segment.range.start, &mut bytes)?;
            let (fragment, media) = Fragment::read(&bytes)?;
            let first = samples.len();
            samples.extend(placed(&fragment, segment.range.start + media.start as u64));
            segments.push(first..samples.len());
        }
        Ok(Self {
            format: head.format,
            shown_from: head.shown_from,
            samples,
            segments,
        })
    }

    /// The arrangement of one segment of a track of that format, its samples where they are in `bytes`; as it begins at
    /// 0, it is a track file of its own once it is written.
    ///
    /// # Errors
    /// When the segment cannot be read, or has more than one fragment.
    pub fn of_segment(format: &TrackFormat, bytes: &[u8]) -> Result<Self, BoxError> {
        let (fragment, media) = Fragment::read(bytes)?;
        let samples = placed(&fragment, media.start as u64);
        let whole = 0..samples.len();
        Ok(Self {
            format: format.clone(),
            shown_from: 0,
            segments: vec![whole],
            samples,
        })
    }

    /// As [`Arrangement::write`], with every sample encrypted on its way.
    ///
    /// # Errors
    /// As [`Arrangement::write`], and when a sample has more parts than its size can be told of.
    pub fn write_covered(
        &self,
        sources: &[&dyn ReadAt],
        cover: &Cover<'_>,
        out: &mut dyn Write,
    ) -> Result<Head, WriteError> {
        let whole = cover.subsamples.is_empty();
        if !whole && cover.subsamples.len() != self.samples.len() {
            return Err(WriteError::Uncovered);
        }
        if cover.subsamples.iter().any(|it| !saiz_fits(it.len())) {
            return Err(WriteError::TooManyParts);
        }
        let mut covered = self.clone();
        covered.format.entry.protection = Some(cover.protection);
        covered.write_with(sources, Some(cover), out)
    }
}

/// A fragment's samples, the first of which is at `offset` of its source.
fn placed(fragment: &Fragment, mut offset: u64) -> Vec<PlacedSample> {
    let place = |unit: &Unit| {
        let at = offset;
        offset += u64::from(unit.size);
        PlacedSample {
            offset: at,
            size: unit.size,
            source: 0,
            duration: unit.duration,
            composition: unit.composition,
            sync: unit.is_sync(),
        }
    };
    fragment.units.iter().map(place).collect()
}
