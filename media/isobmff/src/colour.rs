//! What a picture's numbers mean as colours and as light: the boxes `colr`, `mdcv` and `clli`.

use crate::BoxError;
use crate::boxes::{RawBox, put, put_u16, put_u32};

/// Code points of ITU-T H.273, as `colr` of type `nclx` has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour {
    /// Colour primaries; 1 is BT.709, 9 BT.2020, 2 unspecified.
    pub primaries: u8,
    /// Transfer characteristics; 1 is BT.709, 16 PQ, 18 HLG, 2 unspecified.
    pub transfer: u8,
    /// Matrix coefficients; 1 is BT.709, 9 BT.2020, 2 unspecified.
    pub matrix: u8,
    /// Whether the whole range of numbers is used.
    pub full_range: bool,
}

/// The display a picture was graded on (SMPTE ST 2086).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MasteringDisplay {
    /// Green, blue, red: x and y in steps of 0.00002.
    pub primaries: [(u16, u16); 3],
    /// White: x and y in the same steps.
    pub white: (u16, u16),
    /// Brightest, in steps of 0.0001 candela a square metre.
    pub max_luminance: u32,
    /// Darkest, in the same steps.
    pub min_luminance: u32,
}

/// How bright a picture gets (CTA-861.3), in candela a square metre.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentLight {
    /// Of the brightest pixel.
    pub max_content: u16,
    /// Of the frame that is brightest on average.
    pub max_frame_average: u16,
}

impl Colour {
    /// Nothing is known but the range.
    pub(crate) const fn is_unspecified(self) -> bool {
        self.primaries == 2 && self.transfer == 2 && self.matrix == 2
    }

    /// `None` for a `colr` of another type, such as an embedded profile.
    pub(crate) fn read(colr: RawBox<'_>) -> Result<Option<Self>, BoxError> {
        let mut fields = colr.fields();
        let kind: [u8; 4] = fields.array()?;
        if &kind != b"nclx" && &kind != b"nclc" {
            return Ok(None);
        }
        let [primaries, transfer, matrix] = [fields.u16()?, fields.u16()?, fields.u16()?];
        Ok(Some(Self {
            primaries: primaries.min(255) as u8,
            transfer: transfer.min(255) as u8,
            matrix: matrix.min(255) as u8,
            full_range: &kind == b"nclx" && fields.u8()? & 0x80 != 0,
        }))
    }

    pub(crate) fn write(self, out: &mut Vec<u8>) {
        put(out, *b"colr", |out| {
            out.extend_from_slice(b"nclx");
            for code in [self.primaries, self.transfer, self.matrix] {
                put_u16(out, code.into());
            }
            out.push(u8::from(self.full_range) << 7);
        });
    }
}

impl MasteringDisplay {
    pub(crate) fn read(mdcv: RawBox<'_>) -> Result<Self, BoxError> {
        let mut fields = mdcv.fields();
        let mut pair = || Ok((fields.u16()?, fields.u16()?));
        let (primaries, white) = ([pair()?, pair()?, pair()?], pair()?);
        Ok(Self {
            primaries,
            white,
            max_luminance: fields.u32()?,
            min_luminance: fields.u32()?,
        })
    }

    pub(crate) fn write(self, out: &mut Vec<u8>) {
        put(out, *b"mdcv", |out| {
            for (x, y) in self.primaries.into_iter().chain([self.white]) {
                put_u16(out, x);
                put_u16(out, y);
            }
            put_u32(out, self.max_luminance);
            put_u32(out, self.min_luminance);
        });
    }
}

impl ContentLight {
    pub(crate) fn read(clli: RawBox<'_>) -> Result<Self, BoxError> {
        let mut fields = clli.fields();
        Ok(Self {
            max_content: fields.u16()?,
            max_frame_average: fields.u16()?,
        })
    }

    pub(crate) fn write(self, out: &mut Vec<u8>) {
        put(out, *b"clli", |out| {
            put_u16(out, self.max_content);
            put_u16(out, self.max_frame_average);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boxes::Children;

    fn one(bytes: &[u8]) -> RawBox<'_> {
        Children::of(bytes, 0).next().unwrap().unwrap()
    }

    #[test]
    fn each_box_is_read_as_written() {
        let colour = Colour {
            primaries: 9,
            transfer: 16,
            matrix: 9,
            full_range: true,
        };
        let display = MasteringDisplay {
            primaries: [(8500, 39850), (6550, 2300), (35400, 14600)],
            white: (15635, 16450),
            max_luminance: 10_000_000,
            min_luminance: 50,
        };
        let light = ContentLight {
            max_content: 1000,
            max_frame_average: 400,
        };
        let (mut colr, mut mdcv, mut clli) = (Vec::new(), Vec::new(), Vec::new());
        colour.write(&mut colr);
        display.write(&mut mdcv);
        light.write(&mut clli);
        assert_eq!(Colour::read(one(&colr)), Ok(Some(colour)));
        assert_eq!(MasteringDisplay::read(one(&mdcv)), Ok(display));
        assert_eq!(ContentLight::read(one(&clli)), Ok(light));
        assert_eq!((colr.len(), mdcv.len(), clli.len()), (19, 32, 12));
    }
}
