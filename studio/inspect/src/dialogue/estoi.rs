//! The measure itself.

use super::bands::{BANDS, Frame};

/// Frames of one stretch: 384 ms, as long as a syllable or two.
pub const SEGMENT: usize = 30;

/// Added where something would be divided by nothing.
const TINY: f32 = 1e-9;

/// How alike the bands of dialogue and mix move in one stretch, from -1 to 1: each band's course is made
/// free of its mean and its size, then each moment's, and what is left is correlated.
pub fn estoi(dialogue: &[Frame; SEGMENT], mix: &[Frame; SEGMENT]) -> f32 {
    let (one, other) = (normalised(dialogue), normalised(mix));
    let moments = one.iter().zip(&other);
    let alike = moments.map(|(a, b)| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>());
    alike.sum::<f32>() / SEGMENT as f32
}

fn normalised(frames: &[Frame; SEGMENT]) -> [Frame; SEGMENT] {
    let mut made = *frames;
    for band in 0..BANDS {
        let mut course: [f32; SEGMENT] = std::array::from_fn(|at| made[at][band]);
        centre(&mut course);
        for (frame, value) in made.iter_mut().zip(course) {
            frame[band] = value;
        }
    }
    for frame in &mut made {
        centre(frame);
    }
    made
}

/// Takes the mean away and scales what is left to length 1.
fn centre(values: &mut [f32]) {
    let mean = values.iter().sum::<f32>() / values.len() as f32;
    for value in values.iter_mut() {
        *value -= mean;
    }
    let length = values.iter().map(|value| value * value).sum::<f32>().sqrt();
    for value in values.iter_mut() {
        *value /= length + TINY;
    }
}
