//! One `moof` with its `mdat`: the bytes of a segment.

mod read;

use crate::boxes::{put, put_full, put_u32, put_u64};
use crate::protection::{Subsample, put_aux_info};

/// Sample flags: depends on no other sample.
pub(crate) const FLAGS_SYNC: u32 = 0x0200_0000;
/// Sample flags: depends on others, and decoding cannot begin here.
pub(crate) const FLAGS_DELTA: u32 = 0x0101_0000;

/// The bit of sample flags that says decoding cannot begin with the sample.
const NON_SYNC: u32 = 0x0001_0000;
const _: () = assert!(FLAGS_DELTA & NON_SYNC != 0 && FLAGS_SYNC & NON_SYNC == 0);

/// `default-base-is-moof`, with a default duration and default flags.
const TFHD_FLAGS: u32 = 0x02_0000 | TFHD_DURATION | TFHD_SAMPLE_FLAGS;
const TFHD_DURATION: u32 = 0x08;
const TFHD_SAMPLE_FLAGS: u32 = 0x20;

const TRUN_DATA_OFFSET: u32 = 0x001;
const TRUN_FIRST_FLAGS: u32 = 0x004;
const TRUN_DURATIONS: u32 = 0x100;
const TRUN_SIZES: u32 = 0x200;
const TRUN_FLAGS: u32 = 0x400;
const TRUN_COMPOSITIONS: u32 = 0x800;

/// Where `trun`'s data offset stands: after moof, mfhd, traf, tfhd, tfdt and trun's own start.
const DATA_OFFSET_AT: usize = 8 + 16 + 8 + 24 + 20 + 16;

/// What a `trun` says of one sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unit {
    /// Ticks.
    pub(crate) duration: u32,
    /// Bytes.
    pub(crate) size: u32,
    /// Sample flags.
    pub(crate) flags: u32,
    /// Presentation time less decode time, in ticks.
    pub(crate) composition: i32,
}

/// The `moof` of a segment of one track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fragment {
    pub(crate) sequence: u32,
    pub(crate) track_id: u32,
    /// Decode time of the first sample, in ticks.
    pub(crate) decode: u64,
    pub(crate) units: Vec<Unit>,
    /// What of each sample is protected, where that is not all or none of it. Only written:
    /// [`crate::segment_samples`] reads it.
    pub(crate) subsamples: Vec<Vec<Subsample>>,
}

impl Unit {
    /// Whether decoding can begin with it.
    pub(crate) const fn is_sync(&self) -> bool {
        self.flags & NON_SYNC == 0
    }
}

impl Fragment {
    /// Bytes of media in the fragment.
    pub(crate) fn data_bytes(&self) -> u64 {
        self.units.iter().map(|unit| u64::from(unit.size)).sum()
    }

    /// `moof` and the header of `mdat`, the media to follow. `None` when the media is too large for
    /// the 32-bit size of an `mdat`.
    pub(crate) fn head(&self) -> Option<Vec<u8>> {
        let data = u32::try_from(self.data_bytes().checked_add(8)?).ok()?;
        let mut out = Vec::with_capacity(128 + self.units.len() * 16);
        put(&mut out, *b"moof", |out| {
            put_full(out, *b"mfhd", 0, 0, |out| put_u32(out, self.sequence));
            put(out, *b"traf", |out| self.put_traf(out));
        });
        // The offset of the media from the start of the moof is only known now that it ends.
        let offset = out.len() as u32 + 8;
        let place = DATA_OFFSET_AT;
        out[place..place + 4].copy_from_slice(&offset.to_be_bytes());
        put_u32(&mut out, data);
        out.extend_from_slice(b"mdat");
        Some(out)
    }

    fn default_duration(&self) -> u32 {
        self.units.first().map_or(0, |unit| unit.duration)
    }

    fn default_flags(&self) -> u32 {
        self.units.last().map_or(FLAGS_SYNC, |unit| unit.flags)
    }

    fn put_traf(&self, out: &mut Vec<u8>) {
        put_full(out, *b"tfhd", 0, TFHD_FLAGS, |out| {
            put_u32(out, self.track_id);
            put_u32(out, self.default_duration());
            put_u32(out, self.default_flags());
        });
        put_full(out, *b"tfdt", 1, 0, |out| put_u64(out, self.decode));
        let flags = self.trun_flags();
        put_full(out, *b"trun", 1, flags, |out| {
            put_u32(out, self.units.len() as u32);
            put_u32(out, 0);
            if flags & TRUN_FIRST_FLAGS != 0 {
                put_u32(out, self.units.first().map_or(0, |unit| unit.flags));
            }
            for unit in &self.units {
                put_unit(out, flags, unit);
            }
        });
        if !self.subsamples.is_empty() {
            put_aux_info(out, &self.subsamples);
        }
    }

    fn trun_flags(&self) -> u32 {
        let (duration, flags) = (self.default_duration(), self.default_flags());
        let mut fields = TRUN_DATA_OFFSET | TRUN_SIZES;
        if self.units.iter().any(|unit| unit.duration != duration) {
            fields |= TRUN_DURATIONS;
        }
        if self.units.iter().any(|unit| unit.composition != 0) {
            fields |= TRUN_COMPOSITIONS;
        }
        if self.units.iter().skip(1).any(|unit| unit.flags != flags) {
            fields |= TRUN_FLAGS;
        } else if self.units.first().is_some_and(|unit| unit.flags != flags) {
            fields |= TRUN_FIRST_FLAGS;
        }
        fields
    }
}

fn put_unit(out: &mut Vec<u8>, flags: u32, unit: &Unit) {
    if flags & TRUN_DURATIONS != 0 {
        put_u32(out, unit.duration);
    }
    put_u32(out, unit.size);
    if flags & TRUN_FLAGS != 0 {
        put_u32(out, unit.flags);
    }
    if flags & TRUN_COMPOSITIONS != 0 {
        put_u32(out, unit.composition as u32);
    }
}

#[cfg(test)]
mod tests;
