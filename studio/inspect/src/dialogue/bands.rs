//! Sound as fifteen third-octave bands, frame by frame.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

/// Samples a second that the measure is defined at.
pub(super) const RATE: usize = 10_000;
/// Samples of one frame.
pub(super) const FRAME: usize = 256;
/// Samples from one frame to the next.
pub(super) const HOP: usize = FRAME / 2;
/// Points of the transform; the rest are zero.
const POINTS: usize = 2 * FRAME;
/// Bands.
pub(super) const BANDS: usize = 15;
/// Centre of the lowest band, in hertz.
const LOWEST: f64 = 150.0;

/// Magnitudes of the bands of one frame.
pub type Frame = [f32; BANDS];

/// A frame's spectrum.
pub(super) type Spectrum = Vec<Complex<f32>>;

/// Turns frames of samples into bands.
pub struct Bands {
    transform: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    /// First bin and the one after the last, band by band.
    bins: [(usize, usize); BANDS],
}

impl std::fmt::Debug for Bands {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bands").finish_non_exhaustive()
    }
}

impl Default for Bands {
    fn default() -> Self {
        let window = |at: usize| {
            let turn = std::f64::consts::TAU * (at as f64 + 1.0) / (FRAME as f64 + 1.0);
            (0.5 - 0.5 * turn.cos()) as f32
        };
        let bin = |hertz: f64| (hertz * POINTS as f64 / RATE as f64).round() as usize;
        let bins = std::array::from_fn(|band| {
            let centre = LOWEST * 2_f64.powf(band as f64 / 3.0);
            let half = 2_f64.powf(1.0 / 6.0);
            (bin(centre / half), bin(centre * half).min(POINTS / 2))
        });
        Self {
            transform: RealFftPlanner::new().plan_fft_forward(POINTS),
            window: (0..FRAME).map(window).collect(),
            bins,
        }
    }
}

impl Bands {
    /// The spectrum of [`FRAME`] samples.
    pub(super) fn spectrum(&self, samples: impl Iterator<Item = f32>) -> Spectrum {
        let mut frame = self.transform.make_input_vec();
        for (place, (sample, weight)) in frame.iter_mut().zip(samples.zip(&self.window)) {
            *place = sample * weight;
        }
        let mut spectrum = self.transform.make_output_vec();
        // The vectors are of the transform's own making, so that it cannot fail.
        let _done = self.transform.process(&mut frame, &mut spectrum);
        spectrum
    }

    /// Magnitudes of the bands, from the power of each bin.
    pub(super) fn magnitudes(&self, power: impl Fn(usize) -> f32) -> Frame {
        self.bins
            .map(|(first, end)| (first..end).map(&power).sum::<f32>().sqrt())
    }
}
