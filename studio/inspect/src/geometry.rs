//! The shape of the picture as shown.

use crate::limits::WIDEST_PIXEL;
use crate::raw::Stream;

/// The shape of a stored pixel; square where the file says nothing or nonsense.
pub(crate) fn pixel_shape(stream: &Stream) -> (u32, u32) {
    let parsed = stream.sample_aspect_ratio.as_deref().and_then(|text| {
        let (across, down) = text.split_once(':')?;
        Some((across.parse::<u32>().ok()?, down.parse::<u32>().ok()?))
    });
    match parsed {
        Some((across, down)) if across > 0 && down > 0 => {
            let shape = f64::from(across) / f64::from(down);
            let sane = (1.0 / WIDEST_PIXEL..=WIDEST_PIXEL).contains(&shape);
            if sane { (across, down) } else { (1, 1) }
        }
        _ => (1, 1),
    }
}

/// Clockwise degrees that show the picture upright, to the nearest quarter turn. ffprobe tells the
/// counter-clockwise turn that was made.
pub(crate) fn rotation(stream: &Stream) -> u32 {
    let turned = stream
        .side_data_list
        .iter()
        .find_map(|data| data.rotation)
        .unwrap_or(0.0);
    if !turned.is_finite() {
        return 0;
    }
    ((-turned / 90.0).round().rem_euclid(4.0) as u32 % 4) * 90
}

/// Square pixels as shown.
pub(crate) fn shown(width: u32, height: u32, sar: (u32, u32), rotation: u32) -> (u32, u32) {
    let across = (f64::from(width) * f64::from(sar.0) / f64::from(sar.1))
        .round()
        .max(1.0) as u32;
    if rotation.is_multiple_of(180) {
        (across, height)
    } else {
        (height, across)
    }
}

/// Bits a sample: told by the stream, else by the digits that end the pixel format's name.
pub(crate) fn bit_depth(stream: &Stream) -> u8 {
    let told = stream
        .bits_per_raw_sample
        .as_deref()
        .and_then(|bits| bits.parse::<u8>().ok());
    if let Some(bits @ 1..=16) = told {
        return bits.max(8);
    }
    let name = stream.pix_fmt.as_deref().unwrap_or_default();
    // Formats of one byte a sample carry no byte order in their names.
    let Some(name) = name.strip_suffix("le").or_else(|| name.strip_suffix("be")) else {
        return 8;
    };
    let digits = name.trim_start_matches(|c: char| !c.is_ascii_digit());
    let last = digits
        .rsplit(|c: char| !c.is_ascii_digit())
        .next()
        .unwrap_or_default();
    match last.parse::<u8>() {
        Ok(bits @ 9..=16) => bits,
        Ok(48 | 64) => 16,
        _ => 8,
    }
}

/// Whether a frame is two fields.
pub(crate) fn interlaced(stream: &Stream) -> bool {
    matches!(
        stream.field_order.as_deref(),
        Some("tt" | "bb" | "tb" | "bt")
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::raw::SideData;

    fn turned(by: f64) -> Stream {
        let side_data_list = vec![SideData {
            rotation: Some(by),
            ..SideData::default()
        }];
        Stream {
            side_data_list,
            ..Stream::default()
        }
    }

    #[test]
    fn a_phones_upright_film_is_turned_clockwise() {
        assert_eq!(rotation(&turned(-90.0)), 90);
        assert_eq!(rotation(&turned(90.0)), 270);
        assert_eq!(rotation(&turned(-180.0)), 180);
        assert_eq!(rotation(&turned(-0.4)), 0);
        assert_eq!(shown(1920, 1080, (1, 1), 90), (1080, 1920));
    }

    #[test]
    fn depth_is_read_from_odd_names() {
        for (name, bits) in [
            ("yuv420p", 8),
            ("nv12", 8),
            ("yuv422p10le", 10),
            ("p010le", 10),
            ("rgb48be", 16),
            ("gbrp12le", 12),
        ] {
            let stream = Stream {
                pix_fmt: Some(name.into()),
                ..Stream::default()
            };
            assert_eq!(bit_depth(&stream), bits, "{name}");
        }
    }

    proptest! {
        #[test]
        fn nonsense_shapes_and_turns_are_survived(
            sar in ".{0,12}", turn in any::<f64>(), width in 0_u32..9000, height in 0_u32..9000,
        ) {
            let stream = Stream { sample_aspect_ratio: Some(sar), ..turned(turn) };
            let (across, down) = pixel_shape(&stream);
            prop_assert!(across > 0 && down > 0);
            prop_assert!(rotation(&stream) <= 270);
            let _shown = shown(width, height, (across, down), rotation(&stream));
        }
    }
}
