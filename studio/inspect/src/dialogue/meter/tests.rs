//! Sound that is like speech, beside noise at known levels.

use std::f64::consts::TAU;

use super::*;
use crate::dialogue::bands::RATE;

/// White noise, the same for each seed.
fn noise(seed: u64, samples: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    };
    (0..samples).map(|_| next()).collect()
}

/// Tones of eight pitches, each swelling as syllables do, at its own pace.
fn speech(samples: usize) -> Vec<f32> {
    let tone = |at: usize, pitch: usize| {
        let (time, hertz) = (at as f64 / RATE as f64, 180.0 * 1.5_f64.powi(pitch as i32));
        let pace = 2.1 + 0.7 * pitch as f64;
        let swell = (0.5 - 0.5 * (TAU * pace * time).cos()).powi(2);
        swell * (TAU * hertz * time + pitch as f64).sin() / 8.0
    };
    (0..samples)
        .map(|at| (0..8).map(|pitch| tone(at, pitch)).sum::<f64>() as f32)
        .collect()
}

fn power(samples: &[f32]) -> f32 {
    samples.iter().map(|it| it * it).sum::<f32>() / samples.len() as f32
}

/// The mean over the steps of speech with noise this many decibels under it.
fn at(decibels: f32) -> f64 {
    let clean = speech(6 * RATE);
    let noise = noise(7, clean.len());
    let gain = (power(&clean) / power(&noise) / 10_f32.powf(decibels / 10.0)).sqrt();
    let mut meter = Meter::new(Pair::DialogueAndMix);
    for (clean, noise) in clean.iter().zip(&noise) {
        meter.hear(*clean, clean + gain * noise);
    }
    let steps: Vec<u8> = meter.finish().into_iter().flatten().collect();
    steps.iter().map(|step| f64::from(*step)).sum::<f64>() / steps.len() as f64
}

#[test]
fn the_more_noise_the_less_is_understood() {
    let levels = [90.0, 20.0, 10.0, 5.0, 0.0, -5.0, -10.0];
    let found = levels.map(at);
    assert!(found.windows(2).all(|pair| pair[0] > pair[1]), "{found:?}");
    assert!(found[0] > 95.0 && found[6] < 35.0, "{found:?}");
}

#[test]
fn nothing_is_said_where_nobody_speaks() {
    let mut meter = Meter::new(Pair::DialogueAndMix);
    for sample in noise(3, 4 * RATE) {
        meter.hear(0.0, sample);
    }
    let steps = meter.finish();
    assert!(
        !steps.is_empty() && steps.iter().all(Option::is_none),
        "{steps:?}"
    );
    assert_eq!(Meter::new(Pair::LeftAndRight).finish(), []);
}

#[test]
fn what_both_sides_have_alike_is_taken_for_dialogue() {
    let clean = speech(4 * RATE);
    let (left, right) = (noise(1, clean.len()), noise(2, clean.len()));
    let mean = |gain: f32| {
        let mut meter = Meter::new(Pair::LeftAndRight);
        for (at, middle) in clean.iter().enumerate() {
            meter.hear(middle + gain * left[at], middle + gain * right[at]);
        }
        let steps: Vec<u8> = meter.finish().into_iter().flatten().collect();
        steps.iter().map(|step| u32::from(*step)).sum::<u32>() / steps.len() as u32
    };
    assert!(mean(0.0) >= 98, "{}", mean(0.0));
    assert!(mean(0.02) > mean(0.3) + 10, "{} {}", mean(0.02), mean(0.3));
}
