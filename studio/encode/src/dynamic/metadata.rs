//! ffprobe's print of frames and what comes with them, read line by line. Nothing in it is trusted.

/// Longest line that is looked at; a name and a number are under 80 bytes.
const LINE: usize = 256;

/// What the metadata of a frame is called.
const NAME: &str = "side_data_type=HDR Dynamic Metadata SMPTE2094-40 (HDR10+)";

/// Steps in which brightness of red, green and blue is counted, up to this (10,000 cd/m²).
const LIGHT: u32 = 100_000;
/// The same of the knee of the curve.
const KNEE: u32 = 4095;
/// The same of its anchors.
const ANCHOR: u32 = 1023;
/// The brightest display there is, in cd/m².
const BRIGHTEST: u32 = 10_000;
/// Most percentiles and most anchors: each count has four bits.
const MOST: usize = 15;

/// What ST 2094-40 says of one frame, of one window over all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Metadata {
    /// Peak of the display it was made for, in cd/m².
    pub(super) display: u32,
    /// Greatest red, green and blue.
    pub(super) greatest: Vec<u32>,
    /// Mean of each pixel's greatest.
    pub(super) average: u32,
    /// Percentages, and how bright that many pixels are at most.
    pub(super) percentages: Vec<u32>,
    /// See [`Metadata::percentages`].
    pub(super) percentiles: Vec<u32>,
    /// Where the curve leaves the straight line.
    pub(super) knee: (u32, u32),
    /// The curve beyond; empty for none.
    pub(super) anchors: Vec<u32>,
    /// Parts of the picture that are told apart.
    pub(super) windows: u32,
}

impl Metadata {
    /// Whether it is what the standard allows and one window says all.
    fn is_sound(&self) -> bool {
        let within = |values: &[u32], most: u32| values.iter().all(|value| *value <= most);
        self.windows == 1
            && self.greatest.len() == 3
            && within(&self.greatest, LIGHT)
            && within(&[self.average], LIGHT)
            && within(&[self.display], BRIGHTEST)
            && self.percentages.len() == self.percentiles.len()
            && self.percentages.len() <= MOST
            && within(&self.percentages, 100)
            && within(&self.percentiles, LIGHT)
            && within(&[self.knee.0, self.knee.1], KNEE)
            && self.anchors.len() <= MOST
            && within(&self.anchors, ANCHOR)
    }

    fn take(&mut self, name: &str, value: &str) -> Option<()> {
        match name {
            "num_windows" => self.windows = value.parse().ok()?,
            "targeted_system_display_maximum_luminance" => self.display = steps(value, 1)?,
            "maxscl" => push(&mut self.greatest, steps(value, LIGHT)?),
            "average_maxrgb" => self.average = steps(value, LIGHT)?,
            "distribution_maxrgb_percentage" => push(&mut self.percentages, value.parse().ok()?),
            "distribution_maxrgb_percentile" => push(&mut self.percentiles, steps(value, LIGHT)?),
            "knee_point_x" => self.knee.0 = steps(value, KNEE)?,
            "knee_point_y" => self.knee.1 = steps(value, KNEE)?,
            "bezier_curve_anchors" => push(&mut self.anchors, steps(value, ANCHOR)?),
            _ => {}
        }
        Some(())
    }
}

/// One more than are allowed is kept, so that it shows.
fn push(values: &mut Vec<u32>, value: u32) {
    if values.len() <= MOST {
        values.push(value);
    }
}

/// A fraction such as `17/4095` in steps of which there are `of` to one.
fn steps(fraction: &str, of: u32) -> Option<u32> {
    let (numerator, denominator) = fraction.split_once('/')?;
    let (numerator, denominator): (u64, u64) = (numerator.parse().ok()?, denominator.parse().ok()?);
    let scaled = numerator.checked_mul(u64::from(of))?;
    let rounded = scaled
        .checked_add(denominator / 2)?
        .checked_div(denominator)?;
    u32::try_from(rounded).ok()
}

/// Takes the print in pieces of any size.
#[derive(Debug, Default)]
pub(super) struct Printed {
    line: Vec<u8>,
    time: Option<f64>,
    open: Option<Metadata>,
    broken: bool,
    found: Option<Metadata>,
}

impl Printed {
    /// Takes bytes; `frame` is told the time of each whole frame, in seconds, and what came with it.
    pub(super) fn feed(&mut self, bytes: &[u8], mut frame: impl FnMut(f64, Option<Metadata>)) {
        for byte in bytes {
            if *byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                self.take(&String::from_utf8_lossy(&line), &mut frame);
            } else if self.line.len() < LINE {
                self.line.push(*byte);
            }
        }
    }

    fn take(&mut self, line: &str, frame: &mut impl FnMut(f64, Option<Metadata>)) {
        match line.trim() {
            "[FRAME]" => *self = Self::default(),
            "[/FRAME]" => {
                if let Some(time) = self.time.take() {
                    frame(time, self.found.take());
                }
            }
            "[SIDE_DATA]" => (self.open, self.broken) = (None, false),
            "[/SIDE_DATA]" => {
                let whole = self.open.take().filter(|it| !self.broken && it.is_sound());
                self.found = whole.or(self.found.take());
            }
            NAME => self.open = Some(Metadata::default()),
            other => self.value(other),
        }
    }

    fn value(&mut self, line: &str) {
        let Some((name, value)) = line.split_once('=') else {
            return;
        };
        if let Some(open) = &mut self.open {
            self.broken |= open.take(name, value).is_none();
        } else if name == "best_effort_timestamp_time" {
            self.time = value.parse().ok().filter(|time: &f64| time.is_finite());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str, piece: usize) -> Vec<(f64, Option<Metadata>)> {
        let (mut printed, mut found) = (Printed::default(), Vec::new());
        for bytes in text.as_bytes().chunks(piece) {
            printed.feed(bytes, |time, metadata| found.push((time, metadata)));
        }
        found
    }

    fn frame(time: &str, lines: &str) -> String {
        format!(
            "[FRAME]\nbest_effort_timestamp_time={time}\n[SIDE_DATA]\n{NAME}\n{lines}\n[/SIDE_DATA]\n[/FRAME]\n"
        )
    }

    const SOUND: &str = "num_windows=1\ntargeted_system_display_maximum_luminance=400/1\n\
        maxscl=1000/100000\nmaxscl=1/100\nmaxscl=3000/100000\naverage_maxrgb=77/100000\n\
        distribution_maxrgb_percentage=50\ndistribution_maxrgb_percentile=6/100000\n\
        knee_point_x=17/4095\nknee_point_y=64/4095\nbezier_curve_anchors=102/1023";

    #[test]
    fn a_frame_has_what_was_printed_of_it_and_others_have_none() {
        let text = format!(
            "{}[FRAME]\nbest_effort_timestamp_time=0.5\n[SIDE_DATA]\nside_data_type=other\n\
             maxscl=1/1\n[/SIDE_DATA]\n[/FRAME]\n",
            frame("0.25", SOUND)
        );
        let found = read(&text, 7);
        assert_eq!(found[1], (0.5, None));
        let first = found[0].1.clone().unwrap();
        assert_eq!((first.display, first.average), (400, 77));
        assert_eq!(first.greatest, [1000, 1000, 3000]);
        assert_eq!((first.knee, first.anchors), ((17, 64), vec![102]));
        assert_eq!((first.percentages, first.percentiles), (vec![50], vec![6]));
    }

    #[test]
    fn what_no_standard_allows_is_left_out() {
        for (from, to) in [
            ("num_windows=1", "num_windows=2"),
            ("maxscl=1/100\n", ""),
            ("=6/100000", "=6/0"),
            ("percentage=50", "percentage=101"),
            ("average_maxrgb=77/", "average_maxrgb=200000/"),
        ] {
            let text = frame("1", &SOUND.replace(from, to));
            assert_eq!(read(&text, 99), [(1.0, None)], "{from}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let mut printed = Printed::default();
            printed.feed(&bytes, |_, _| {});
        }

        #[test]
        fn any_values_are_survived(value in "[0-9/=.-]{0,30}") {
            let text = frame("1", &SOUND.replace("77/100000", &value));
            prop_assert_eq!(read(&text, 64).len(), 1);
        }
    }
}
