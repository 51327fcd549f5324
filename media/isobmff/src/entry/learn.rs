//! What only the first sample tells: the sequence header that AV1 really uses, and the light of pictures
//! whose encoder writes it among the frames alone.

use super::{SampleEntry, VISUAL_FIELDS, child, describe, extend, whole};
use crate::boxes::{RawBox, put};
use crate::codec::av1::Unit;
use crate::{BoxError, ContentLight, FourCc, MasteringDisplay, Problem};

const OBU_SEQUENCE_HEADER: u8 = 1;
const OBU_METADATA: u8 = 5;
const METADATA_LIGHT: u8 = 1;
const METADATA_DISPLAY: u8 = 2;
const HEVC_PREFIX_SEI: u8 = 39;
const SEI_DISPLAY: u64 = 137;
const SEI_LIGHT: u64 = 144;

/// What was found among the frames.
#[derive(Default)]
struct Found {
    mastering: Option<MasteringDisplay>,
    light: Option<ContentLight>,
}

impl SampleEntry {
    /// Completes the entry from the track's first sample.
    ///
    /// AV1: the sequence header in `av1C` becomes the sample's own, as encoders announce one before they
    /// have settled on their tools. AV1 and HEVC: `mdcv` and `clli` are added when the entry has none and
    /// the sample says them. Other codecs are left as they are.
    ///
    /// # Errors
    /// When the sample's sequence header contradicts the entry, or the sample cannot be read.
    pub fn learn(&mut self, sample: &[u8]) -> Result<(), BoxError> {
        let found = match self.bytes.get(4..8) {
            Some(b"av01") => self.learn_av1(sample)?,
            Some(b"hvc1" | b"hev1") => self.learn_hevc(sample)?,
            _ => return Ok(()),
        };
        if let (None, Some(mastering)) = (self.mastering, found.mastering) {
            extend(&mut self.bytes, |out| mastering.write(out));
        }
        if let (None, Some(light)) = (self.light, found.light) {
            extend(&mut self.bytes, |out| light.write(out));
        }
        let again = Self::of(whole(&self.bytes)?)?;
        *self = again;
        Ok(())
    }

    fn learn_av1(&mut self, sample: &[u8]) -> Result<Found, BoxError> {
        let (mut rest, mut found, mut header) = (sample, Found::default(), None);
        while let Some(before) = Some(rest).filter(|rest| !rest.is_empty()) {
            let Some(unit) = Unit::next(&mut rest) else {
                break;
            };
            match unit.kind {
                OBU_SEQUENCE_HEADER => header = Some(&before[..unit.bytes]),
                OBU_METADATA => av1_metadata(unit.body, &mut found),
                _ => {}
            }
        }
        let entry = whole(&self.bytes)?;
        let absent = Problem::Unsupported("AV1 whose first sample has no sequence header");
        let header = header.ok_or_else(|| entry.error(absent))?;
        self.bytes = with_header(entry, header)?;
        Ok(found)
    }

    fn learn_hevc(&self, sample: &[u8]) -> Result<Found, BoxError> {
        let described = describe(whole(&self.bytes)?, VISUAL_FIELDS)?;
        let length = usize::from(described.nal_length.unwrap_or(4));
        let (mut rest, mut found) = (sample, Found::default());
        while let Some((size, after)) = rest.split_at_checked(length) {
            let size = size
                .iter()
                .fold(0, |size, byte| size << 8 | usize::from(*byte));
            let Some((unit, after)) = after.split_at_checked(size) else {
                break;
            };
            if let [first, _, messages @ ..] = unit
                && first >> 1 & 0x3f == HEVC_PREFIX_SEI
            {
                let _end = hevc_messages(&crate::codec::plain(messages), &mut found);
            }
            rest = after;
        }
        Ok(found)
    }
}

/// The entry with that sequence header as the only unit of its `av1C`.
fn with_header(entry: RawBox<'_>, header: &[u8]) -> Result<Vec<u8>, BoxError> {
    let kept: Vec<_> = entry.children(VISUAL_FIELDS).collect::<Result<_, _>>()?;
    let mut bytes = Vec::with_capacity(entry.body.len() + 8);
    put(&mut bytes, entry.kind.0, |out| {
        out.extend_from_slice(&entry.body[..VISUAL_FIELDS]);
        for child in kept {
            put(out, child.kind.0, |out| {
                if child.kind == FourCc(*b"av1C") {
                    out.extend_from_slice(&child.body[..child.body.len().min(4)]);
                    out.extend_from_slice(header);
                } else {
                    out.extend_from_slice(child.body);
                }
            });
        }
    });
    child(whole(&bytes)?, VISUAL_FIELDS, *b"av1C")?;
    Ok(bytes)
}

fn av1_metadata(body: &[u8], found: &mut Found) {
    match body {
        [METADATA_LIGHT, a, b, c, d, ..] => {
            found.light = Some(ContentLight {
                max_content: u16::from_be_bytes([*a, *b]),
                max_frame_average: u16::from_be_bytes([*c, *d]),
            });
        }
        [METADATA_DISPLAY, rest @ ..] => found.mastering = av1_display(rest),
        _ => {}
    }
}

/// AV1 has chromaticities in 1/65536, red first, and luminances in 1/256 and 1/16384 candela.
fn av1_display(body: &[u8]) -> Option<MasteringDisplay> {
    let place = |index: usize| {
        let [a, b] = *body.get(2 * index..)?.first_chunk::<2>()?;
        let scaled = (u32::from(u16::from_be_bytes([a, b])) * 50_000 + 0x8000) >> 16;
        Some(scaled as u16)
    };
    let luminance = |at: usize, shift: u32| {
        let value = u64::from(u32::from_be_bytes(*body.get(at..)?.first_chunk()?));
        u32::try_from((value * 10_000 + (1 << (shift - 1))) >> shift).ok()
    };
    let pair = |index: usize| Some((place(2 * index)?, place(2 * index + 1)?));
    Some(MasteringDisplay {
        primaries: [pair(1)?, pair(2)?, pair(0)?],
        white: pair(3)?,
        max_luminance: luminance(16, 8)?,
        min_luminance: luminance(20, 14)?,
    })
}

fn hevc_messages(mut rest: &[u8], found: &mut Found) -> Option<()> {
    while rest.len() > 2 {
        let kind = long(&mut rest)?;
        let size = usize::try_from(long(&mut rest)?).ok()?;
        let (body, after) = rest.split_at_checked(size)?;
        let word = |at: usize| Some(u16::from_be_bytes(*body.get(at..)?.first_chunk()?));
        let double = |at: usize| Some(u32::from_be_bytes(*body.get(at..)?.first_chunk()?));
        let pair = |at: usize| Some((word(at)?, word(at + 2)?));
        match kind {
            SEI_LIGHT => {
                found.light = Some(ContentLight {
                    max_content: word(0)?,
                    max_frame_average: word(2)?,
                });
            }
            SEI_DISPLAY => {
                found.mastering = Some(MasteringDisplay {
                    primaries: [pair(0)?, pair(4)?, pair(8)?],
                    white: pair(12)?,
                    max_luminance: double(16)?,
                    min_luminance: double(20)?,
                });
            }
            _ => {}
        }
        rest = after;
    }
    Some(())
}

/// A number of which each byte of 255 means more to come.
fn long(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    loop {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        value += u64::from(byte);
        if byte != 255 {
            return Some(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As x265 and SVT-AV1 wrote it for the same display.
    const HEVC: &str = "4e01891821349baa199608fc8a4839083d13404200989680000003003280";
    const AV1: &str = "02b53f4ac12b85cc0821890bc7500d54390003e8000000005280";

    fn bytes(hexadecimal: &str) -> Vec<u8> {
        (0..hexadecimal.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hexadecimal[at..at + 2], 16).unwrap())
            .collect()
    }

    #[test]
    fn both_codecs_say_the_same_display() {
        let display = MasteringDisplay {
            primaries: [(8500, 39850), (6550, 2300), (35400, 14600)],
            white: (15635, 16450),
            max_luminance: 10_000_000,
            min_luminance: 50,
        };
        let (mut hevc, mut av1) = (Found::default(), Found::default());
        hevc_messages(&crate::codec::plain(&bytes(HEVC)[2..]), &mut hevc).unwrap();
        av1_metadata(&bytes(AV1), &mut av1);
        assert_eq!(hevc.mastering, Some(display));
        assert_eq!(av1.mastering, Some(display));
        av1_metadata(&bytes("0103e8019080"), &mut av1);
        let light = ContentLight {
            max_content: 1000,
            max_frame_average: 400,
        };
        assert_eq!(av1.light, Some(light));
    }
}
