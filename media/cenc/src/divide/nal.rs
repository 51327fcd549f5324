//! H.264 and HEVC: samples of units with their length before them.

use std::borrow::Cow;
use std::io::Cursor;

use cros_codecs::codec::h264::nalu::{Header, Nalu};
use cros_codecs::codec::{h264, h265};

use super::{DivideError, Parts};

/// Bytes of a slice that are looked at for its header: many times what one takes.
const HEADER_WINDOW: usize = 1024;

/// A codec of such units.
pub(super) trait Slices {
    /// Takes a parameter set.
    fn learn(&mut self, unit: &[u8]) -> Result<(), String>;
    /// Bytes of a unit that stay in clear: all of it when it is no slice. `window` is the unit's beginning.
    fn clear(&mut self, window: &[u8], bytes: usize) -> Result<usize, String>;
}

/// The units of a track.
pub(super) struct Units<S> {
    /// Bytes of a length.
    length: usize,
    slices: S,
}

/// H.264.
#[derive(Default)]
pub(super) struct Avc(h264::parser::Parser);

/// HEVC.
#[derive(Default)]
pub(super) struct Hevc(h265::parser::Parser);

impl Units<Avc> {
    /// Of an `avcC`.
    pub(super) fn avc(configuration: &[u8]) -> Result<Self, DivideError> {
        let mut units = Self {
            length: length(configuration, 4)?,
            slices: Avc::default(),
        };
        let mut rest = configuration.get(5..).ok_or_else(cut_off)?;
        for mask in [0x1f, 0xff] {
            let count = take(&mut rest, 1)?[0] & mask;
            units.learn(&mut rest, count.into())?;
        }
        Ok(units)
    }
}

impl Units<Hevc> {
    /// Of an `hvcC`.
    pub(super) fn hevc(configuration: &[u8]) -> Result<Self, DivideError> {
        let mut units = Self {
            length: length(configuration, 21)?,
            slices: Hevc::default(),
        };
        let mut rest = configuration.get(22..).ok_or_else(cut_off)?;
        for _ in 0..take(&mut rest, 1)?[0] {
            take(&mut rest, 1)?;
            let count = number(take(&mut rest, 2)?);
            units.learn(&mut rest, count)?;
        }
        Ok(units)
    }
}

impl<S: Slices> Units<S> {
    fn learn(&mut self, rest: &mut &[u8], count: usize) -> Result<(), DivideError> {
        for _ in 0..count {
            let bytes = number(take(rest, 2)?);
            let unit = take(rest, bytes)?;
            self.slices.learn(unit).map_err(DivideError::Frame)?;
        }
        Ok(())
    }

    pub(super) fn divide(&mut self, sample: &[u8], parts: &mut Parts) -> Result<(), DivideError> {
        let mut rest = sample;
        while !rest.is_empty() {
            let bytes = number(take(&mut rest, self.length)?);
            let at = sample.len() - rest.len();
            let unit = take(&mut rest, bytes)?;
            let window = &unit[..bytes.min(HEADER_WINDOW)];
            let clear = self.slices.clear(window, bytes);
            let clear = clear.map_err(DivideError::Frame)?.min(bytes);
            parts.protect(at + clear, bytes - clear);
        }
        Ok(())
    }
}

impl Slices for Avc {
    fn learn(&mut self, unit: &[u8]) -> Result<(), String> {
        use h264::parser::{NaluHeader, NaluType};
        let unit = nalu::<NaluHeader>(unit)?;
        match unit.header.type_ {
            NaluType::Sps => self.0.parse_sps(&unit).map(|_| ()),
            NaluType::Pps => self.0.parse_pps(&unit).map(|_| ()),
            _ => Ok(()),
        }
    }

    fn clear(&mut self, window: &[u8], bytes: usize) -> Result<usize, String> {
        // Slices that are not parted, of ordinary pictures and of those a decoder can begin with.
        if !matches!(window.first().map(|first| first & 0x1f), Some(1 | 5)) {
            return Ok(bytes);
        }
        let slice = self.0.parse_slice_header(nalu(window)?)?;
        let header = slice.header;
        Ok(header.header_bit_size.div_ceil(8) + header.n_emulation_prevention_bytes)
    }
}

impl Slices for Hevc {
    fn learn(&mut self, unit: &[u8]) -> Result<(), String> {
        use h265::parser::{NaluHeader, NaluType};
        let unit = nalu::<NaluHeader>(unit)?;
        match unit.header.type_ {
            NaluType::VpsNut => self.0.parse_vps(&unit).map(|_| ()),
            NaluType::SpsNut => self.0.parse_sps(&unit).map(|_| ()),
            NaluType::PpsNut => self.0.parse_pps(&unit).map(|_| ()),
            _ => Ok(()),
        }
    }

    fn clear(&mut self, window: &[u8], bytes: usize) -> Result<usize, String> {
        // Types below 32 are slices.
        if window.first().is_none_or(|first| first >> 1 & 0x3f >= 32) {
            return Ok(bytes);
        }
        let slice = self.0.parse_slice_header(nalu(window)?)?;
        let header = slice.header;
        Ok((header.header_bit_size.div_ceil(8) + header.n_emulation_prevention_bytes) as usize)
    }
}

/// A unit as the parsers take it.
fn nalu<H: Header>(unit: &[u8]) -> Result<Nalu<'_, H>, String> {
    Ok(Nalu {
        header: H::parse(&mut Cursor::new(unit))?,
        data: Cow::Borrowed(unit),
        size: unit.len(),
        offset: 0,
    })
}

fn length(configuration: &[u8], at: usize) -> Result<usize, DivideError> {
    let stated = configuration.get(at).ok_or_else(cut_off)?;
    Ok(usize::from(stated & 3) + 1)
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8], DivideError> {
    let (taken, after) = rest.split_at_checked(count).ok_or_else(cut_off)?;
    *rest = after;
    Ok(taken)
}

fn number(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .fold(0, |number, byte| number << 8 | usize::from(*byte))
}

fn cut_off() -> DivideError {
    DivideError::Frame("it ends before what it says it holds".to_owned())
}
