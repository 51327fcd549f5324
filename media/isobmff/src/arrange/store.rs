//! Writing the track file: two passes over the sample table, media copied through a small buffer.

use std::io::{self, Write};

use super::{Arrangement, Cover, PlacedSample};
use crate::fragment::{FLAGS_DELTA, FLAGS_SYNC, Fragment, Unit};
use crate::head::{Head, Segment};
use crate::limits::COPY_BUFFER_BYTES;
use crate::write::{Kind, Reference, TrackHeader, init, sidx, sidx_bytes};
use crate::{ReadAt, WriteError};

/// A track file has one track.
const TRACK_ID: u32 = 1;

impl Arrangement {
    /// Ticks from the first sample to the end of the last.
    pub fn duration(&self) -> u64 {
        self.samples
            .iter()
            .map(|sample| u64::from(sample.duration))
            .sum()
    }

    /// Writes the track file, taking media from `sources` by [`PlacedSample::source`]; what is returned
    /// is what [`Head::read`] of the written file returns.
    ///
    /// # Errors
    /// When a source or `out` fails, or a segment is too large for its index.
    pub fn write(&self, sources: &[&dyn ReadAt], out: &mut dyn Write) -> Result<Head, WriteError> {
        self.write_with(sources, None, out)
    }

    pub(super) fn write_with(
        &self,
        sources: &[&dyn ReadAt],
        cover: Option<&Cover<'_>>,
        out: &mut dyn Write,
    ) -> Result<Head, WriteError> {
        let header = TrackHeader {
            id: TRACK_ID,
            format: &self.format,
            shown_from: self.shown_from,
            stated_duration: 0,
        };
        let init = init(Kind::TrackFile, &[header], self.duration());
        let references = self.references(cover)?;
        let head = self.head(init.len() as u64, &references);
        out.write_all(&init)?;
        out.write_all(&sidx(TRACK_ID, self.format.timescale, &references))?;
        let mut copier = Copier {
            sources,
            buffer: vec![0; COPY_BUFFER_BYTES],
        };
        for (index, segment) in head.segments.iter().enumerate() {
            let fragment = self.fragment(index, segment.start, cover);
            out.write_all(&fragment.head().ok_or(WriteError::SegmentTooLarge(index))?)?;
            for at in self.segments[index].clone() {
                match cover {
                    Some(cover) => copier.copy_covered(&self.samples[at], at, cover, out)?,
                    None => copier.copy(&self.samples[at], out)?,
                }
            }
        }
        out.flush()?;
        Ok(head)
    }

    /// The first pass: how large and how long every segment will be.
    fn references(&self, cover: Option<&Cover<'_>>) -> Result<Vec<Reference>, WriteError> {
        (0..self.segments.len())
            .map(|index| self.reference(index, cover))
            .collect()
    }

    fn reference(&self, index: usize, cover: Option<&Cover<'_>>) -> Result<Reference, WriteError> {
        let fragment = self.fragment(index, 0, cover);
        let head = fragment.head().ok_or(WriteError::SegmentTooLarge(index))?;
        let bytes = fragment.data_bytes() + head.len() as u64;
        let duration = fragment
            .units
            .iter()
            .map(|unit| u64::from(unit.duration))
            .sum::<u64>();
        let fits = |value: u64| u32::try_from(value).ok().filter(|value| *value < 1 << 31);
        match (fits(bytes), u32::try_from(duration)) {
            (Some(bytes), Ok(duration)) => Ok(Reference { bytes, duration }),
            _ => Err(WriteError::SegmentTooLarge(index)),
        }
    }

    fn fragment(&self, index: usize, decode: u64, cover: Option<&Cover<'_>>) -> Fragment {
        let range = self.segments[index].clone();
        let subsamples = cover.and_then(|cover| cover.subsamples.get(range.clone()));
        let units = self.samples[range].iter().map(unit).collect();
        Fragment {
            sequence: index as u32 + 1,
            track_id: TRACK_ID,
            decode,
            units,
            subsamples: subsamples.map_or_else(Vec::new, <[_]>::to_vec),
        }
    }

    fn head(&self, init_bytes: u64, references: &[Reference]) -> Head {
        let index = init_bytes..init_bytes + sidx_bytes(references.len());
        let (mut at, mut start) = (index.end, 0);
        let mut segments = Vec::with_capacity(references.len());
        for reference in references {
            let (end, duration) = (
                at + u64::from(reference.bytes),
                u64::from(reference.duration),
            );
            segments.push(Segment {
                range: at..end,
                start,
                duration,
                starts_with_sap: true,
            });
            at = end;
            start += duration;
        }
        let format = self.format.clone();
        Head {
            format,
            shown_from: self.shown_from,
            track_id: TRACK_ID,
            init: 0..init_bytes,
            index,
            segments,
        }
    }
}

fn unit(sample: &PlacedSample) -> Unit {
    Unit {
        duration: sample.duration,
        size: sample.size,
        flags: if sample.sync { FLAGS_SYNC } else { FLAGS_DELTA },
        composition: sample.composition,
    }
}

struct Copier<'a> {
    sources: &'a [&'a dyn ReadAt],
    buffer: Vec<u8>,
}

impl Copier<'_> {
    /// Encrypts a sample on its way; it is held whole meanwhile.
    fn copy_covered(
        &mut self,
        sample: &PlacedSample,
        at: usize,
        cover: &Cover<'_>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let source = self
            .sources
            .get(sample.source as usize)
            .ok_or(io::ErrorKind::NotFound)?;
        let size = sample.size as usize;
        if self.buffer.len() < size {
            self.buffer.resize(size, 0);
        }
        let bytes = &mut self.buffer[..size];
        source.read_exact_at(sample.offset, bytes)?;
        let parts = cover.subsamples.get(at).map_or(&[][..], Vec::as_slice);
        (cover.encrypt)(bytes, parts);
        out.write_all(bytes)
    }

    fn copy(&mut self, sample: &PlacedSample, out: &mut dyn Write) -> io::Result<()> {
        let source = self
            .sources
            .get(sample.source as usize)
            .ok_or(io::ErrorKind::NotFound)?;
        let (mut offset, mut left) = (sample.offset, sample.size as usize);
        while left > 0 {
            let piece = left.min(self.buffer.len());
            let buffer = &mut self.buffer[..piece];
            source.read_exact_at(offset, buffer)?;
            out.write_all(buffer)?;
            offset += piece as u64;
            left -= piece;
        }
        Ok(())
    }
}
