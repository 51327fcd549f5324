//! The sequence header of AV1: its name and its colours.

use super::Described;
use crate::bits::Bits;
use crate::boxes::RawBox;
use crate::{BoxError, Colour, Problem};

const OBU_SEQUENCE_HEADER: u8 = 1;
/// sRGB, which AV1 always shows in full range.
const SRGB: (u8, u8, u8) = (1, 13, 0);

/// What a sequence header says that a name needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sequence {
    profile: u8,
    level: u8,
    tier: bool,
    depth: u8,
    monochrome: bool,
    /// Horizontal, vertical, and the position of chroma samples.
    subsampling: (bool, bool, u8),
    colour: Colour,
}

/// `av01.P.LLT.DD`, with colours where they differ from what is assumed without (AV1 in ISOBMFF, 5).
///
/// The sequence header is what counts; the fields of `av1C` before it must agree.
pub(super) fn describe(entry: &str, configuration: RawBox<'_>) -> Result<Described, BoxError> {
    let mut fields = configuration.fields();
    let [marker, first, second, _delay] = fields.array()?;
    if marker != 0x81 {
        return Err(fields.error(Problem::Unsupported("a configuration version other than 1")));
    }
    let Some(header) = sequence_header(fields.rest()) else {
        return Err(fields.error(Problem::Unsupported("AV1 without its sequence header")));
    };
    let sequence = sequence(header).ok_or_else(|| fields.error(Problem::Truncated))?;
    let stated = (
        first >> 5,
        first & 0x1f,
        second & 0x80 != 0,
        second & 0x10 != 0,
    );
    let found = (
        sequence.profile,
        sequence.level,
        sequence.tier,
        sequence.monochrome,
    );
    let stated_depth = match second & 0x60 {
        0 => 8,
        0x40 => 10,
        _ => 12,
    };
    if stated != found || stated_depth != sequence.depth {
        return Err(fields.error(Problem::Inconsistent(
            "its profile, level or depth is not that of its sequence header",
        )));
    }
    Ok(Described {
        colour: (!sequence.colour.is_unspecified()).then_some(sequence.colour),
        ..Described::named(name(entry, &sequence))
    })
}

fn name(entry: &str, sequence: &Sequence) -> String {
    let Sequence {
        profile,
        level,
        depth,
        colour,
        ..
    } = *sequence;
    let tier = if sequence.tier { 'H' } else { 'M' };
    let short = format!("{entry}.{profile}.{level:02}{tier}.{depth:02}");
    let (across, down, position) = sequence.subsampling;
    let usual = Colour {
        primaries: 1,
        transfer: 1,
        matrix: 1,
        full_range: false,
    };
    let plain = !sequence.monochrome && across && down && position == 0;
    if plain && (colour == usual || (colour.is_unspecified() && !colour.full_range)) {
        return short;
    }
    format!(
        "{short}.{}.{}{}{position}.{:02}.{:02}.{:02}.{}",
        u8::from(sequence.monochrome),
        u8::from(across),
        u8::from(down),
        colour.primaries,
        colour.transfer,
        colour.matrix,
        u8::from(colour.full_range)
    )
}

/// The first sequence header among units that state their sizes.
fn sequence_header(mut units: &[u8]) -> Option<&[u8]> {
    loop {
        let unit = Unit::next(&mut units)?;
        if unit.kind == OBU_SEQUENCE_HEADER {
            return Some(unit.body);
        }
    }
}

/// One open bitstream unit.
pub(crate) struct Unit<'a> {
    pub(crate) kind: u8,
    pub(crate) body: &'a [u8],
    /// Bytes of header and body.
    pub(crate) bytes: usize,
}

impl<'a> Unit<'a> {
    /// Takes the unit at the start of `units`; one that does not state its size reaches to the end.
    pub(crate) fn next(units: &mut &'a [u8]) -> Option<Self> {
        let all = *units;
        let (&header, mut rest) = all.split_first()?;
        if header & 0x80 != 0 {
            return None;
        }
        if header & 4 != 0 {
            rest = rest.get(1..)?;
        }
        let mut size = rest.len();
        if header & 2 != 0 {
            let (stated, after) = leb128(rest)?;
            rest = after;
            size = usize::try_from(stated).ok()?;
        }
        let (body, after) = rest.split_at_checked(size)?;
        *units = after;
        Some(Self {
            kind: header >> 3 & 0xf,
            body,
            bytes: all.len() - after.len(),
        })
    }
}

fn leb128(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (index, &byte) in bytes.iter().take(8).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[index + 1..]));
        }
    }
    None
}

/// Section 5.5.1 of the AV1 specification, down to the colours.
fn sequence(header: &[u8]) -> Option<Sequence> {
    let bits = &mut Bits::new(header);
    let profile = bits.small(3)?;
    let _still_picture = bits.flag()?;
    let reduced = bits.flag()?;
    let (level, tier) = if reduced {
        (bits.small(5)?, false)
    } else {
        operating_points(bits)?
    };
    frame_size(bits, reduced)?;
    // 128 x 128 superblocks, filter-intra, intra edge filter.
    bits.take(3)?;
    if !reduced {
        tools(bits)?;
    }
    // Superresolution, CDEF, loop restoration.
    bits.take(3)?;
    let (depth, monochrome, subsampling, colour) = colours(bits, profile)?;
    Some(Sequence {
        profile,
        level,
        tier,
        depth,
        monochrome,
        subsampling,
        colour,
    })
}

/// Level and tier of the first operating point; the others are read past.
fn operating_points(bits: &mut Bits<'_>) -> Option<(u8, bool)> {
    let mut delay_bits = None;
    if bits.flag()? {
        bits.take(64)?;
        if bits.flag()? {
            bits.exp_golomb()?;
        }
        if bits.flag()? {
            delay_bits = Some(bits.small(5)? + 1);
            bits.take(32 + 5 + 5)?;
        }
    }
    let display_delays = bits.flag()?;
    let mut first = None;
    for _ in 0..=bits.take(5)? {
        bits.take(12)?;
        let level = bits.small(5)?;
        let tier = level > 7 && bits.flag()?;
        first.get_or_insert((level, tier));
        if let Some(delay_bits) = delay_bits
            && bits.flag()?
        {
            bits.take(u32::from(delay_bits))?;
            bits.take(u32::from(delay_bits))?;
            bits.take(1)?;
        }
        if display_delays && bits.flag()? {
            bits.take(4)?;
        }
    }
    first
}

fn frame_size(bits: &mut Bits<'_>, reduced: bool) -> Option<()> {
    let (across, down) = (bits.take(4)? as u32 + 1, bits.take(4)? as u32 + 1);
    bits.take(across)?;
    bits.take(down)?;
    if !reduced && bits.flag()? {
        bits.take(7)?;
    }
    Some(())
}

/// Which coding tools are on, none of which a name tells.
fn tools(bits: &mut Bits<'_>) -> Option<()> {
    // Interintra, masked, warped, dual filter.
    bits.take(4)?;
    let order_hints = bits.flag()?;
    if order_hints {
        bits.take(2)?;
    }
    let chosen = bits.flag()?;
    let screen_content = chosen || bits.flag()?;
    if screen_content && !bits.flag()? {
        bits.take(1)?;
    }
    if order_hints {
        bits.take(3)?;
    }
    Some(())
}

type Colours = (u8, bool, (bool, bool, u8), Colour);

/// Section 5.5.2.
fn colours(bits: &mut Bits<'_>, profile: u8) -> Option<Colours> {
    let high = bits.flag()?;
    let depth = match (high, profile) {
        (false, _) => 8,
        (true, 2) if bits.flag()? => 12,
        (true, _) => 10,
    };
    let monochrome = profile != 1 && bits.flag()?;
    let (primaries, transfer, matrix) = if bits.flag()? {
        (bits.small(8)?, bits.small(8)?, bits.small(8)?)
    } else {
        (2, 2, 2)
    };
    let colour = |full_range| Colour {
        primaries,
        transfer,
        matrix,
        full_range,
    };
    if monochrome {
        return Some((depth, true, (true, true, 0), colour(bits.flag()?)));
    }
    if (primaries, transfer, matrix) == SRGB {
        return Some((depth, false, (false, false, 0), colour(true)));
    }
    let full_range = bits.flag()?;
    let (across, down) = match profile {
        0 => (true, true),
        1 => (false, false),
        _ if depth < 12 => (true, false),
        _ => {
            let across = bits.flag()?;
            (across, across && bits.flag()?)
        }
    };
    let position = if across && down { bits.small(2)? } else { 0 };
    Some((depth, false, (across, down, position), colour(full_range)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FourCc;

    /// What SVT-AV1 wrote for 160 x 90, 10 bits, BT.2020 and PQ.
    const HDR: [u8; 20] = [
        0x81, 0x00, 0x4c, 0x00, 0x0a, 0x0e, 0x02, 0x00, 0x00, 0x05, 0x1d, 0xa7, 0xec, 0x80, 0x5f,
        0x0a, 0x12, 0x20, 0x12, 0x08,
    ];
    /// The same in 8 bits, with no word on colours.
    const PLAIN: [u8; 17] = [
        0x81, 0x00, 0x0c, 0x00, 0x0a, 0x0b, 0x02, 0x00, 0x00, 0x05, 0x1d, 0xa7, 0xec, 0x80, 0x5f,
        0x00, 0x08,
    ];

    fn raw(body: &[u8]) -> RawBox<'_> {
        RawBox {
            kind: FourCc(*b"av1C"),
            offset: 0,
            header: 8,
            body,
        }
    }

    #[test]
    fn sizes_of_units_are_read_and_bounded() {
        assert_eq!(leb128(&[0x80, 1, 9]), Some((128, &[9][..])));
        assert_eq!(leb128(&[0x80; 9]), None);
        let mut units = &[0x0a, 2, 7, 8, 0x10, 5][..];
        let first = Unit::next(&mut units).unwrap();
        assert_eq!((first.kind, first.body, first.bytes), (1, &[7, 8][..], 4));
        let rest = Unit::next(&mut units).unwrap();
        assert_eq!((rest.kind, rest.body), (2, &[5][..]));
        assert!(Unit::next(&mut units).is_none());
    }

    #[test]
    fn the_sequence_header_gives_name_and_colours() {
        let read = describe("av01", raw(&HDR)).unwrap();
        assert_eq!(read.codec, "av01.0.00M.10.0.110.09.16.09.0");
        let colour = Colour {
            primaries: 9,
            transfer: 16,
            matrix: 9,
            full_range: false,
        };
        assert_eq!(read.colour, Some(colour));
        let plain = describe("av01", raw(&PLAIN)).unwrap();
        assert_eq!(
            (plain.codec.as_str(), plain.colour),
            ("av01.0.00M.08", None)
        );
        let mut lies = PLAIN;
        lies[1] = 5;
        assert!(describe("av01", raw(&lies)).is_err());
    }

    #[test]
    fn a_configuration_without_or_with_half_a_header_is_refused() {
        assert!(describe("av01", raw(&HDR[..4])).is_err());
        for length in 0..HDR.len() - 1 {
            let _ = describe("av01", raw(&HDR[..length]));
        }
    }
}
