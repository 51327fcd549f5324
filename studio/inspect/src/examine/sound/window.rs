//! What ffmpeg's `ametadata` filter prints of `astats` and `ebur128` for each window of a track.

/// Longest line that is looked at; real ones are under 80 bytes.
const LINE: usize = 256;

/// Channels whose peaks are kept: beyond 22.2 there is nothing.
const MOST_CHANNELS: usize = 24;

/// Figures of one window.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Window {
    /// Index of the track's stream.
    pub(super) track: u32,
    /// When it begins, in seconds of the file.
    pub(super) start: f64,
    /// Samples of each channel.
    pub(super) samples: f64,
    /// Highest sample, in dB of full scale.
    pub(super) peak: f64,
    /// How flat the waveform is at its peaks; clipped sound is above 10.
    pub(super) flatness: f64,
    /// Highest sample of each channel, in dB of full scale.
    pub(super) channels: Vec<f64>,
    /// Loudness of the three seconds up to its beginning, in LUFS.
    pub(super) short_term: Option<f64>,
}

/// Reads the printed text in pieces of any size; what is not understood is left out.
#[derive(Debug, Default)]
pub(super) struct Windows {
    line: Vec<u8>,
    next: Window,
}

impl Windows {
    /// Takes bytes and tells every window they complete.
    pub(super) fn feed(&mut self, bytes: &[u8], mut on_window: impl FnMut(Window)) {
        for byte in bytes {
            if *byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                if let Some(window) = self.take_line(&String::from_utf8_lossy(&line)) {
                    on_window(window);
                }
            } else if self.line.len() < LINE {
                self.line.push(*byte);
            }
        }
    }

    fn take_line(&mut self, line: &str) -> Option<Window> {
        if line.starts_with("frame:") {
            let (_, start) = line.split_once("pts_time:")?;
            self.next = Window {
                start: number(start)?,
                ..Window::default()
            };
            return None;
        }
        let (key, value) = line.split_once('=')?;
        match key.strip_prefix("lavfi.astats.") {
            Some("Overall.Peak_level") => self.next.peak = number(value)?,
            Some("Overall.Flat_factor") => self.next.flatness = number(value)?,
            Some("Overall.Number_of_samples") => self.next.samples = number(value)?,
            Some(channel)
                if channel.ends_with(".Peak_level") && self.next.channels.len() < MOST_CHANNELS =>
            {
                self.next.channels.push(number(value)?);
            }
            None if key == "lavfi.r128.S" => self.next.short_term = number(value),
            None if key == "track" => {
                self.next.track = value.trim().parse().ok()?;
                return Some(std::mem::take(&mut self.next)).filter(|window| window.samples > 0.0);
            }
            _ => {}
        }
        None
    }
}

/// A number, which for silence is minus infinity.
fn number(text: &str) -> Option<f64> {
    text.trim()
        .parse()
        .ok()
        .filter(|value: &f64| !value.is_nan())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PRINTED: &[u8] = b"frame:1    pts:24000   pts_time:0.5\nlavfi.r128.S=-23.061\nlavfi.astats.1.Peak_level=-inf\n\
        lavfi.astats.2.Peak_level=-6.020335\nlavfi.astats.Overall.Peak_level=-6.020335\n\
        lavfi.astats.Overall.Flat_factor=0.000000\nlavfi.astats.Overall.Number_of_samples=24000.000000\n\
        track=3\n";

    fn read(pieces: &[&[u8]]) -> Vec<Window> {
        let (mut windows, mut found) = (Windows::default(), Vec::new());
        for piece in pieces {
            windows.feed(piece, |window| found.push(window));
        }
        found
    }

    #[test]
    fn a_window_is_whole_with_its_tracks_line() {
        let expected = Window {
            track: 3,
            start: 0.5,
            samples: 24_000.0,
            peak: -6.020_335,
            flatness: 0.0,
            channels: vec![f64::NEG_INFINITY, -6.020_335],
            short_term: Some(-23.061),
        };
        assert_eq!(read(&[PRINTED]), [expected]);
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_pieces_are_survived(
            noise in prop::collection::vec(any::<u8>(), 0..300), cut in 0..PRINTED.len(),
        ) {
            let (head, tail) = PRINTED.split_at(cut);
            prop_assert_eq!(read(&[head, tail]).len(), 1);
            let _windows = read(&[head, &noise, tail]);
        }
    }
}
