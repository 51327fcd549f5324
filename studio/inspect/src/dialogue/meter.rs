//! Samples in, one figure for each step of some seconds out, in memory that does not grow with the film.

use std::collections::VecDeque;

use super::bands::{Bands, FRAME, Frame, HOP, Spectrum};
use super::estoi::{SEGMENT, estoi};
use crate::limits::{DIALOGUE_ACTIVE, DIALOGUE_HEARD_DB, DIALOGUE_SEGMENTS};

/// What the two channels of samples are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pair {
    /// Dialogue alone, and the mix.
    DialogueAndMix,
    /// Left and right: dialogue is taken to be what both have alike.
    LeftAndRight,
}

/// Measures as samples come.
#[derive(Debug)]
pub struct Meter {
    pair: Pair,
    bands: Bands,
    waiting: VecDeque<(f32, f32)>,
    dialogue: Vec<Frame>,
    mix: Vec<Frame>,
    /// Power of the dialogue's frames in this stretch.
    power: f32,
    /// Figures of the stretches of this step in which there was dialogue.
    step: Vec<f32>,
    segments: usize,
    steps: Vec<Option<u8>>,
}

impl Meter {
    /// One that has heard nothing.
    pub fn new(pair: Pair) -> Self {
        Self {
            pair,
            bands: Bands::default(),
            waiting: VecDeque::with_capacity(2 * FRAME),
            dialogue: Vec::with_capacity(SEGMENT),
            mix: Vec::with_capacity(SEGMENT),
            power: 0.0,
            step: Vec::with_capacity(DIALOGUE_SEGMENTS),
            segments: 0,
            steps: Vec::new(),
        }
    }

    /// Takes a sample of each channel, from -1 to 1, at 10,000 a second.
    pub fn hear(&mut self, first: f32, second: f32) {
        self.waiting.push_back((first, second));
        if self.waiting.len() == FRAME {
            self.frame();
            self.waiting.drain(..HOP);
        }
    }

    /// Step by step, hundredths of intelligibility; nothing where there was too little dialogue.
    pub fn finish(mut self) -> Vec<Option<u8>> {
        if self.segments > 0 {
            self.end_step();
        }
        self.steps
    }

    fn frame(&mut self) {
        let one = self.bands.spectrum(self.waiting.iter().map(|it| it.0));
        let other = self.bands.spectrum(self.waiting.iter().map(|it| it.1));
        let (dialogue, mix) = match self.pair {
            Pair::DialogueAndMix => {
                let own = self.bands.magnitudes(|bin| one[bin].norm_sqr());
                (own, self.bands.magnitudes(|bin| other[bin].norm_sqr()))
            }
            Pair::LeftAndRight => {
                let own = self.bands.magnitudes(|bin| alike(&one, &other, bin));
                let both = |bin: usize| f32::midpoint(one[bin].norm_sqr(), other[bin].norm_sqr());
                (own, self.bands.magnitudes(both))
            }
        };
        self.power += dialogue.iter().map(|it| it * it).sum::<f32>();
        self.dialogue.push(dialogue);
        self.mix.push(mix);
        if self.dialogue.len() == SEGMENT {
            self.end_segment();
        }
    }

    fn end_segment(&mut self) {
        // A sine at full scale has this much in a frame's bins.
        let full = (FRAME as f32 / 4.0).powi(2) * 1.5;
        let decibels = 10.0 * (self.power / SEGMENT as f32 / full).max(1e-12).log10();
        let pair = (
            <&[Frame; SEGMENT]>::try_from(&self.dialogue[..]),
            <&[Frame; SEGMENT]>::try_from(&self.mix[..]),
        );
        if let (Ok(dialogue), Ok(mix)) = pair
            && decibels >= DIALOGUE_HEARD_DB
        {
            self.step.push(estoi(dialogue, mix));
        }
        self.dialogue.clear();
        self.mix.clear();
        self.power = 0.0;
        self.segments += 1;
        if self.segments == DIALOGUE_SEGMENTS {
            self.end_step();
        }
    }

    fn end_step(&mut self) {
        let heard = self.step.len() as f32;
        let enough = heard >= self.segments as f32 * DIALOGUE_ACTIVE;
        let mean = self.step.iter().sum::<f32>() / heard.max(1.0);
        let hundredths = (mean.clamp(0.0, 1.0) * 100.0).round() as u8;
        self.steps.push(enough.then_some(hundredths));
        self.step.clear();
        self.segments = 0;
    }
}

/// Power of what left and right have alike in one bin: all of the middle where nothing lies at the sides,
/// none where they hold as much as it does.
fn alike(left: &Spectrum, right: &Spectrum, bin: usize) -> f32 {
    let middle = ((left[bin] + right[bin]) / 2.0).norm_sqr();
    let sides = ((left[bin] - right[bin]) / 2.0).norm_sqr();
    let share = ((middle - sides) / (middle + sides + f32::MIN_POSITIVE)).max(0.0);
    middle * share * share
}

#[cfg(test)]
mod tests;
