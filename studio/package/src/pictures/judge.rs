//! Which frame stands for a title: bright enough, varied, sharp.

/// What is seen in a frame.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Judgement {
    /// Neither black, nor white, nor flat.
    pub(super) usable: bool,
    /// The more the better.
    pub(super) score: f64,
    /// The mean colour.
    pub(super) colour: [u8; 3],
}

/// Mean brightness outside which a frame is a fade or a flash, of 255.
const BRIGHTNESS: std::ops::RangeInclusive<f64> = 20.0..=235.0;

/// Least spread of brightness: a title card on a plain ground has more, a wall or a sky less.
const LEAST_SPREAD: f64 = 14.0;

/// Spread and sharpness count up to here: beyond lie noise and test cards.
const MOST_SPREAD: f64 = 64.0;
const MOST_SHARPNESS: f64 = 24.0;

/// Judges a frame of red, green and blue bytes, `width` pixels across.
pub(super) fn judge(rgb: &[u8], width: usize) -> Judgement {
    let luma: Vec<f64> = rgb
        .as_chunks::<3>()
        .0
        .iter()
        .copied()
        .map(brightness)
        .collect();
    let count = luma.len().max(1) as f64;
    let mean = luma.iter().sum::<f64>() / count;
    let spread = (luma.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt();
    let sharpness = sharpness(&luma, width.max(1));
    Judgement {
        usable: BRIGHTNESS.contains(&mean) && spread >= LEAST_SPREAD,
        score: spread.min(MOST_SPREAD) * (1.0 + sharpness.min(MOST_SHARPNESS)),
        colour: mean_colour(rgb),
    }
}

/// Rec. 709 weights.
fn brightness([red, green, blue]: [u8; 3]) -> f64 {
    0.2126 * f64::from(red) + 0.7152 * f64::from(green) + 0.0722 * f64::from(blue)
}

/// Mean difference of a pixel to the one on its right and the one below.
fn sharpness(luma: &[f64], width: usize) -> f64 {
    let mut sum = 0.0;
    let mut count = 0.0;
    for (row, below) in luma
        .chunks_exact(width)
        .zip(luma.chunks_exact(width).skip(1))
    {
        for column in 0..width.saturating_sub(1) {
            let here = row[column];
            sum += (here - row[column + 1]).abs() + (here - below[column]).abs();
            count += 2.0;
        }
    }
    if count > 0.0 { sum / count } else { 0.0 }
}

fn mean_colour(rgb: &[u8]) -> [u8; 3] {
    let mut sums = [0_u64; 3];
    let (pixels, _) = rgb.as_chunks::<3>();
    for pixel in pixels {
        for (sum, value) in sums.iter_mut().zip(pixel) {
            *sum += u64::from(*value);
        }
    }
    sums.map(|sum| (sum / pixels.len().max(1) as u64) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(pixel: impl Fn(usize, usize) -> [u8; 3]) -> Vec<u8> {
        (0..64 * 36)
            .flat_map(|index| pixel(index % 64, index / 64))
            .collect()
    }

    #[test]
    fn black_white_and_flat_frames_are_not_usable() {
        for grey in [0, 8, 128, 255] {
            assert!(!judge(&frame(|_, _| [grey; 3]), 64).usable, "{grey}");
        }
        assert!(judge(&frame(|x, _| [(x * 4) as u8; 3]), 64).usable);
    }

    #[test]
    fn of_two_equally_varied_frames_the_sharp_one_wins() {
        let sharp = judge(
            &frame(|x, y| [((x / 4 + y / 4) % 2 * 120 + 60) as u8; 3]),
            64,
        );
        let soft = judge(&frame(|x, _| [if x < 32 { 60 } else { 180 }; 3]), 64);
        assert!(sharp.usable && soft.usable && sharp.score > soft.score);
    }

    #[test]
    fn the_colour_is_the_mean() {
        let halves = frame(|x, _| if x < 32 { [200, 0, 10] } else { [100, 50, 10] });
        assert_eq!(judge(&halves, 64).colour, [150, 25, 10]);
        assert!(!judge(&[], 64).usable);
    }
}
