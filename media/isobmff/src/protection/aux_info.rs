//! What stands beside the samples of a fragment: which bytes of each are protected (`senc`, `saiz`, `saio`).

use std::ops::Range;

use super::{Protection, Subsample, Vector};
use crate::boxes::{Children, RawBox, put_full, put_u16, put_u32};
use crate::fragment::Fragment;
use crate::{BoxError, FourCc, Problem};

/// `senc` flags: its entries list subsamples.
const SUBSAMPLES: u32 = 2;

/// A sample in the bytes of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentSample {
    /// Its bytes in the segment.
    pub range: Range<usize>,
    /// Where its cipher begins, if the track has no constant one.
    pub vector: Option<[u8; 16]>,
    /// What of it is protected, in order; all of it when empty.
    pub subsamples: Vec<Subsample>,
}

/// The samples of a segment of one track, with what is said of their protection.
///
/// # Errors
/// When it is cut off, a fragment's samples are not told by it alone, or a sample's parts are not as long as it is.
pub fn segment_samples(
    bytes: &[u8],
    protection: &Protection,
) -> Result<Vec<SegmentSample>, BoxError> {
    let mut samples = Vec::new();
    for found in Children::of(bytes, 0) {
        let moof = found?;
        if moof.kind != FourCc(*b"moof") {
            continue;
        }
        let base = moof.offset as usize;
        let (fragment, media) = Fragment::read(&bytes[base..])?;
        let mut at = base + media.start;
        let first = samples.len();
        for unit in &fragment.units {
            let end = at + unit.size as usize;
            samples.push(SegmentSample {
                range: at..end,
                vector: None,
                subsamples: Vec::new(),
            });
            at = end;
        }
        if let Some(senc) = moof.need(*b"traf")?.find(*b"senc")? {
            read_senc(senc, protection, &mut samples[first..])?;
        }
    }
    Ok(samples)
}

fn read_senc(
    senc: RawBox<'_>,
    protection: &Protection,
    samples: &mut [SegmentSample],
) -> Result<(), BoxError> {
    let mut fields = senc.fields();
    let (_, flags) = fields.version_and_flags()?;
    if fields.u32()? as usize != samples.len() {
        return Err(senc.error(Problem::Inconsistent(
            "it does not speak of as many samples as the fragment has",
        )));
    }
    for sample in samples {
        if let Vector::PerSample(bytes) = protection.vector {
            let mut vector = [0; 16];
            let stated = fields.take(usize::from(bytes).min(16))?;
            vector[..stated.len()].copy_from_slice(stated);
            sample.vector = Some(vector);
        }
        if flags & SUBSAMPLES == 0 {
            continue;
        }
        let mut told = 0;
        for _ in 0..fields.u16()? {
            let (clear, protected) = (fields.u16()?, fields.u32()?);
            told += u64::from(clear) + u64::from(protected);
            sample.subsamples.push(Subsample { clear, protected });
        }
        if told != sample.range.len() as u64 {
            return Err(senc.error(Problem::Inconsistent(
                "a sample's parts are not as long as the sample",
            )));
        }
    }
    Ok(())
}

/// Whether a sample's entry fits the byte in which `saiz` says its size.
pub(crate) const fn saiz_fits(subsamples: usize) -> bool {
    entry_bytes(subsamples) <= u8::MAX as usize
}

const fn entry_bytes(subsamples: usize) -> usize {
    2 + 6 * subsamples
}

/// Appends `senc`, `saiz` and `saio`; `out` holds the fragment's `moof` from its first byte.
pub(crate) fn put_aux_info(out: &mut Vec<u8>, samples: &[Vec<Subsample>]) {
    // Header, version and flags, and the count stand before the first entry.
    let first = out.len() as u32 + 16;
    put_full(out, *b"senc", 0, SUBSAMPLES, |out| {
        put_u32(out, samples.len() as u32);
        for subsamples in samples {
            put_u16(out, subsamples.len() as u16);
            for part in subsamples {
                put_u16(out, part.clear);
                put_u32(out, part.protected);
            }
        }
    });
    put_full(out, *b"saiz", 0, 0, |out| {
        out.push(0);
        put_u32(out, samples.len() as u32);
        let sizes = samples.iter().map(|it| entry_bytes(it.len()) as u8);
        out.extend(sizes);
    });
    put_full(out, *b"saio", 0, 0, |out| {
        put_u32(out, 1);
        put_u32(out, first);
    });
}
