//! HDR10's static metadata as the encoders take it: the display a master was graded on (SMPTE ST 2086) and
//! how bright it gets (CTA-861.3).

use contracts_studio::master::{Chromaticity, Colour};

/// Steps of a chromaticity to one.
const CHROMATICITY: u32 = 50_000;
/// Steps of a luminance to one candela a square metre.
const LUMINANCE: u32 = 10_000;
/// What a master says of its brightest pixel and frame is passed on up to here.
const BRIGHTEST: u32 = 10_000;

/// For x265, in the steps of the specifications.
pub(super) fn for_x265(colour: &Colour) -> String {
    let steps = |at: Chromaticity| format!("({},{})", at.x, at.y);
    let display = display(colour, steps, |luminance| luminance.to_string());
    let display = display.map(|display| format!(":master-display={display}"));
    let light = brightness(colour).map(|light| format!(":max-cll={light}"));
    display.into_iter().chain(light).collect()
}

/// For SVT-AV1, in whole units.
pub(super) fn for_svt_av1(colour: &Colour) -> String {
    let unit = |steps: u32, of: u32| (f64::from(steps) / f64::from(of)).to_string();
    let units = |at: Chromaticity| {
        format!(
            "({},{})",
            unit(at.x, CHROMATICITY),
            unit(at.y, CHROMATICITY)
        )
    };
    let display = display(colour, units, |luminance| unit(luminance, LUMINANCE));
    let display = display.map(|display| format!(":mastering-display={display}"));
    let light = brightness(colour).map(|light| format!(":content-light={light}"));
    display.into_iter().chain(light).collect()
}

/// The display in words; nothing where the master says what no display can be.
fn display(
    colour: &Colour,
    place: impl Fn(Chromaticity) -> String,
    luminance: impl Fn(u32) -> String,
) -> Option<String> {
    let it = colour.mastering?;
    let places = [it.green, it.blue, it.red, it.white];
    let possible = |at: &Chromaticity| at.x.max(at.y) <= CHROMATICITY;
    if it.min_luminance >= it.max_luminance || !places.iter().all(possible) {
        return None;
    }
    let [green, blue, red, white] = places.map(place);
    let (most, least) = (luminance(it.max_luminance), luminance(it.min_luminance));
    Some(format!("G{green}B{blue}R{red}WP{white}L({most},{least})"))
}

fn brightness(colour: &Colour) -> Option<String> {
    let light = colour.light?;
    let (pixel, frame) = (light.max_pixel, light.max_frame_average);
    (pixel.max(frame) <= BRIGHTEST).then(|| format!("{pixel},{frame}"))
}

#[cfg(test)]
mod tests {
    use contracts_studio::master::{ContentLight, MasteringDisplay};

    use super::*;

    fn graded() -> Colour {
        let at = |x, y| Chromaticity { x, y };
        Colour {
            mastering: Some(MasteringDisplay {
                red: at(35_400, 14_600),
                green: at(8500, 39_850),
                blue: at(6550, 2300),
                white: at(15_635, 16_450),
                min_luminance: 50,
                max_luminance: 10_000_000,
            }),
            light: Some(ContentLight {
                max_pixel: 1000,
                max_frame_average: 400,
            }),
            ..Colour::default()
        }
    }

    #[test]
    fn each_encoder_is_told_in_its_own_units() {
        assert_eq!(
            for_x265(&graded()),
            ":master-display=G(8500,39850)B(6550,2300)R(35400,14600)WP(15635,16450)L(10000000,50)\
             :max-cll=1000,400"
        );
        assert_eq!(
            for_svt_av1(&graded()),
            ":mastering-display=G(0.17,0.797)B(0.131,0.046)R(0.708,0.292)WP(0.3127,0.329)\
             L(1000,0.005):content-light=1000,400"
        );
    }

    #[test]
    fn what_is_not_known_or_cannot_be_is_left_out() {
        assert_eq!(for_x265(&Colour::default()), "");
        let mut lies = graded();
        lies.mastering.as_mut().unwrap().red.x = u32::MAX;
        lies.light.as_mut().unwrap().max_pixel = u32::MAX;
        assert_eq!((for_x265(&lies), for_svt_av1(&lies)), Default::default());
    }
}
