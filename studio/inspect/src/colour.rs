//! What the stream and its first frame say of colour.

use contracts_studio::master::{Chromaticity, Colour, ContentLight, MasteringDisplay};

use crate::VideoFacts;
use crate::raw::{Probe, SideData, Stream};

/// Steps in which SMPTE ST 2086 counts chromaticity.
const CHROMATICITY_STEPS: f64 = 50_000.0;

/// Steps of a cd/m² in which SMPTE ST 2086 counts luminance.
const LUMINANCE_STEPS: f64 = 10_000.0;

/// The colour of `stream`; `first` holds its first frame, which carries what the header does not.
pub(crate) fn colour(stream: &Stream, first: &Probe) -> Colour {
    let known = |said: &Option<String>| {
        said.clone()
            .filter(|name| !matches!(name.as_str(), "unknown" | "unspecified" | "reserved"))
    };
    let with_frame = first.frames.iter().flat_map(|frame| &frame.side_data_list);
    let data: Vec<&SideData> = stream.side_data_list.iter().chain(with_frame).collect();
    Colour {
        primaries: known(&stream.color_primaries),
        transfer: known(&stream.color_transfer),
        matrix: known(&stream.color_space),
        range: known(&stream.color_range),
        mastering: data.iter().find_map(|data| mastering(data)),
        light: data.iter().find_map(|data| {
            Some(ContentLight {
                max_pixel: data.max_content?,
                max_frame_average: data.max_average.unwrap_or(0),
            })
        }),
        hdr10_plus: data
            .iter()
            .any(|data| data.side_data_type.contains("SMPTE2094-40")),
        dolby_vision_profile: data.iter().find_map(|data| data.dv_profile),
    }
}

/// What of the tags cannot be true together, in words.
pub(crate) fn contradiction(video: &VideoFacts) -> Option<String> {
    let colour = &video.colour;
    let name = |tag: &Option<String>| tag.clone().unwrap_or_default();
    let (primaries, transfer, matrix) = (
        name(&colour.primaries),
        name(&colour.transfer),
        name(&colour.matrix),
    );
    let narrow = matches!(
        primaries.as_str(),
        "bt709" | "bt470bg" | "smpte170m" | "bt470m"
    );
    let yuv = video.pixel_format.starts_with("yuv") || video.pixel_format.starts_with("nv");
    if colour.is_hdr() && narrow {
        Some(format!(
            "the {transfer} curve of high dynamic range with {primaries} primaries"
        ))
    } else if colour.is_hdr() && video.bit_depth == 8 {
        Some(format!(
            "the {transfer} curve of high dynamic range in 8 bits"
        ))
    } else if matrix == "gbr" && yuv {
        Some(format!(
            "red, green and blue in a picture stored as {}",
            video.pixel_format
        ))
    } else if matrix.starts_with("bt2020") && narrow {
        Some(format!("the {matrix} matrix with {primaries} primaries"))
    } else {
        None
    }
}

fn mastering(data: &SideData) -> Option<MasteringDisplay> {
    let point = |x: &Option<String>, y: &Option<String>| {
        Some(Chromaticity {
            x: steps(x.as_deref()?, CHROMATICITY_STEPS)?,
            y: steps(y.as_deref()?, CHROMATICITY_STEPS)?,
        })
    };
    Some(MasteringDisplay {
        red: point(&data.red_x, &data.red_y)?,
        green: point(&data.green_x, &data.green_y)?,
        blue: point(&data.blue_x, &data.blue_y)?,
        white: point(&data.white_point_x, &data.white_point_y)?,
        min_luminance: steps(data.min_luminance.as_deref()?, LUMINANCE_STEPS)?,
        max_luminance: steps(data.max_luminance.as_deref()?, LUMINANCE_STEPS)?,
    })
}

/// A fraction such as `34000/50000` in whole steps.
fn steps(fraction: &str, steps: f64) -> Option<u32> {
    let (numerator, denominator) = fraction.split_once('/')?;
    let (numerator, denominator): (f64, f64) = (numerator.parse().ok()?, denominator.parse().ok()?);
    let value = numerator / denominator * steps;
    (value.is_finite() && (0.0..=f64::from(u32::MAX)).contains(&value))
        .then_some(value.round() as u32)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fractions_of_any_denominator_become_the_same_steps() {
        assert_eq!(steps("34000/50000", CHROMATICITY_STEPS), Some(34_000));
        assert_eq!(steps("17/25", CHROMATICITY_STEPS), Some(34_000));
        assert_eq!(steps("1000/1", LUMINANCE_STEPS), Some(10_000_000));
        assert_eq!(steps("1/0", LUMINANCE_STEPS), None);
        assert_eq!(steps("-1/2", LUMINANCE_STEPS), None);
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in ".{0,20}") {
            let _steps = steps(&text, LUMINANCE_STEPS);
        }
    }
}
