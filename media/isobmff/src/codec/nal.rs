//! Parameter sets of H.264 and HEVC: names of RFC 6381 from the sequence parameter set itself, so that a
//! configuration that says otherwise is found out.

use std::fmt::Write as _;

use super::Described;
use crate::boxes::RawBox;
use crate::fields::Fields;
use crate::{BoxError, Problem};

const HEVC_SEQUENCE_PARAMETER_SET: u8 = 33;
const DISAGREES: Problem =
    Problem::Inconsistent("its profile and level are not those of its sequence parameter set");

/// `avc1.PPCCLL`: profile, constraint flags and level in hexadecimal (ISO/IEC 14496-15).
pub(crate) fn avc(entry: &str, configuration: RawBox<'_>) -> Result<Described, BoxError> {
    let mut fields = configuration.fields();
    let [version, profile, constraints, level, length, sets] = fields.array()?;
    if version != 1 {
        return Err(fields.error(Problem::Unsupported("a configuration version other than 1")));
    }
    let stated = [profile, constraints, level];
    for _ in 0..sets & 0x1f {
        let bytes = set(&mut fields)?;
        if bytes.get(1..4) != Some(&stated) {
            return Err(fields.error(DISAGREES));
        }
    }
    let codec = format!("{entry}.{profile:02x}{constraints:02x}{level:02x}");
    Ok(Described::nal(codec, length))
}

/// `hvc1.1.6.L93.B0`: profile space and profile, compatibility flags reversed, tier and level, then the
/// constraint bytes up to the last that is not zero (ISO/IEC 14496-15 annex E).
pub(crate) fn hevc(entry: &str, configuration: RawBox<'_>) -> Result<Described, BoxError> {
    let mut fields = configuration.fields();
    let header: [u8; 22] = fields.array()?;
    if header[0] != 1 {
        return Err(fields.error(Problem::Unsupported("a configuration version other than 1")));
    }
    let mut tier: [u8; 12] = [0; 12];
    tier.copy_from_slice(&header[1..13]);
    for _ in 0..fields.u8()? {
        let kind = fields.u8()? & 0x3f;
        for _ in 0..fields.u16()? {
            let bytes = set(&mut fields)?;
            // Two bytes of header and one of identifiers stand before the profile and its tier.
            if kind == HEVC_SEQUENCE_PARAMETER_SET && plain(bytes).get(3..15) != Some(&tier) {
                return Err(fields.error(DISAGREES));
            }
        }
    }
    Ok(Described::nal(hevc_name(entry, &tier), header[21]))
}

fn hevc_name(entry: &str, tier: &[u8; 12]) -> String {
    let [general, a, b, c, d, constraints @ .., level] = *tier;
    let space = ["", "A", "B", "C"][usize::from(general >> 6)];
    let compatible = u32::from_be_bytes([a, b, c, d]).reverse_bits();
    let high = if general & 0x20 == 0 { 'L' } else { 'H' };
    let profile = general & 0x1f;
    let mut name = format!("{entry}.{space}{profile}.{compatible:X}.{high}{level}");
    let kept = constraints.iter().rposition(|byte| *byte != 0);
    for byte in &constraints[..kept.map_or(0, |last| last + 1)] {
        let _ = write!(name, ".{byte:X}");
    }
    name
}

fn set<'a>(fields: &mut Fields<'a>) -> Result<&'a [u8], BoxError> {
    let length = fields.u16()?;
    fields.take(usize::from(length))
}

/// A unit without the bytes that keep start codes out: the third of 0, 0, 3.
pub(crate) fn plain(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut zeros = 0;
    for &byte in bytes {
        if zeros >= 2 && byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        out.push(byte);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn avc_is_named_by_its_parameter_set() {
        let named = |body: &[u8]| avc("avc1", RawBox::first(*b"avcC", body)).map(|it| it.codec);
        let with_set = [1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 4, 0x67, 0x64, 0, 0x1f];
        assert_eq!(named(&with_set), Ok("avc1.64001f".into()));
        assert_eq!(
            named(&[1, 0x64, 0, 0x1f, 0xff, 0xe0]),
            Ok("avc1.64001f".into())
        );
        let lies = [1, 0x64, 0, 0x28, 0xff, 0xe1, 0, 4, 0x67, 0x64, 0, 0x1f];
        assert_eq!(named(&lies).unwrap_err().problem, DISAGREES);
        assert!(named(&[1, 0x64]).is_err());
    }

    fn hvcc(level: u8) -> Vec<u8> {
        let tier = [1, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 93];
        let mut body = [&[1], &tier[..], &[0xf0, 0, 0xfc, 0xfd, 0xf8, 0xf8, 0, 0]].concat();
        body.extend([3, 1, 0x80 | HEVC_SEQUENCE_PARAMETER_SET, 0, 1]);
        // As encoders escape it: a 3 after each two zeros that a small byte follows.
        let set = [
            0x42, 1, 1, 1, 0x60, 0, 0, 3, 0, 0x90, 0, 0, 3, 0, 0, 3, 0, level,
        ];
        body.extend([0, set.len() as u8]);
        body.extend(set);
        body[21] = 3;
        body
    }

    #[test]
    fn hevc_is_named_by_its_parameter_set() {
        let body = hvcc(93);
        let read = hevc("hvc1", RawBox::first(*b"hvcC", &body[..])).unwrap();
        assert_eq!(read.codec, "hvc1.1.6.L93.90");
        assert_eq!(read.nal_length, Some(4));
        let lies = hvcc(120);
        let refused = hevc("hvc1", RawBox::first(*b"hvcC", &lies[..])).unwrap_err();
        assert_eq!(refused.problem, DISAGREES);
        assert!(hevc("hvc1", RawBox::first(*b"hvcC", &body[..40])).is_err());
    }

    #[test]
    fn a_high_tier_and_a_profile_space_are_written() {
        let mut tier = [0x62, 0x20, 0, 0, 0, 0xb0, 0, 0, 0, 0, 0x10, 153];
        assert_eq!(hevc_name("hvc1", &tier), "hvc1.A2.4.H153.B0.0.0.0.0.10");
        tier[0] = 2;
        tier[5..11].fill(0);
        assert_eq!(hevc_name("hvc1", &tier), "hvc1.2.4.L153");
    }
}
