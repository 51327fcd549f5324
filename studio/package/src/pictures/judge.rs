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
    /// Brightness of every pixel, of 255.
    pub(super) luma: Vec<f64>,
    /// Mean colours of a grid of parts: what tells frames apart at a glance.
    pub(super) glance: Vec<[u8; 3]>,
}

/// Parts of a glance, across and down.
const GLANCE: usize = 4;

impl Judgement {
    /// How far two frames look apart: 0 when alike, 1 when black and white.
    pub(super) fn distance(&self, other: &Self) -> f64 {
        let parts = self.glance.iter().flatten();
        let apart = parts.zip(other.glance.iter().flatten());
        let sum: u64 = apart.map(|(one, two)| u64::from(one.abs_diff(*two))).sum();
        let count = self.glance.len().max(1) * 3;
        sum as f64 / (count * 255) as f64
    }
}

/// The best frames, at most so many: the best of all, then by turns the one that is worth most and looks least like
/// those before it. Frames that are not usable stand back while there are others.
pub(super) fn choose<T>(mut seen: Vec<(T, Judgement)>, count: usize) -> Vec<(T, Judgement)> {
    if seen.iter().any(|(_, it)| it.usable) {
        seen.retain(|(_, it)| it.usable);
    }
    let mut chosen: Vec<(T, Judgement)> = Vec::new();
    while chosen.len() < count && !seen.is_empty() {
        let worth = |it: &Judgement| {
            let nearest = chosen.iter().map(|(_, other)| it.distance(other));
            it.score * nearest.fold(1.0, f64::min)
        };
        let best = (0..seen.len())
            .max_by(|left, right| worth(&seen[*left].1).total_cmp(&worth(&seen[*right].1)));
        let Some(best) = best.filter(|best| worth(&seen[*best].1) > 0.0 || chosen.is_empty())
        else {
            break;
        };
        chosen.push(seen.remove(best));
    }
    chosen
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
        colour: mean_colour(rgb.as_chunks().0.iter()),
        glance: glance(rgb, width.max(1)),
        luma,
    }
}

fn glance(rgb: &[u8], width: usize) -> Vec<[u8; 3]> {
    let (pixels, _) = rgb.as_chunks::<3>();
    let height = pixels.len() / width;
    let part = |index: usize| {
        let (column, row) = (index % GLANCE, index / GLANCE);
        let across = column * width / GLANCE..(column + 1) * width / GLANCE;
        let down = row * height / GLANCE..(row + 1) * height / GLANCE;
        mean_colour(down.flat_map(|y| &pixels[y * width + across.start..y * width + across.end]))
    };
    (0..GLANCE * GLANCE).map(part).collect()
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

fn mean_colour<'a>(pixels: impl Iterator<Item = &'a [u8; 3]>) -> [u8; 3] {
    let (mut sums, mut count) = ([0_u64; 3], 0);
    for pixel in pixels {
        count += 1;
        for (sum, value) in sums.iter_mut().zip(pixel) {
            *sum += u64::from(*value);
        }
    }
    sums.map(|sum| (sum / count.max(1)) as u8)
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

    #[test]
    fn the_frames_that_are_chosen_differ() {
        let chequered = |level: usize, shift: usize| {
            judge(
                &frame(|x, y| [(((x / 4 + y / 4) + shift) % 2 * 60 + level) as u8; 3]),
                64,
            )
        };
        let black = judge(&frame(|_, _| [0; 3]), 64);
        let seen = vec![
            ("black", black.clone()),
            ("best", chequered(60, 0)),
            ("alike", chequered(61, 0)),
            ("other", chequered(160, 0)),
        ];
        let names = |chosen: Vec<(&'static str, Judgement)>| -> Vec<_> {
            chosen.into_iter().map(|(name, _)| name).collect()
        };
        let chosen = names(choose(seen, 2));
        assert!(
            chosen.contains(&"other") && !chosen.contains(&"black"),
            "{chosen:?}"
        );
        assert_eq!(names(choose(vec![("black", black)], 3)), ["black"]);
        assert!(names(choose(Vec::new(), 3)).is_empty());
    }
}
