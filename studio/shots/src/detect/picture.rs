//! A frame as the detector sees it: small, brightness only.

/// Pixels across.
pub(crate) const WIDTH: usize = 64;
/// Pixels down.
pub(crate) const HEIGHT: usize = 36;
/// Bytes of one picture, a byte to a pixel, row by row.
pub(crate) const BYTES: usize = WIDTH * HEIGHT;

/// How far a camera may shake between two frames and still be told from a cut, in pixels: a twentieth
/// of the picture's width.
const SHAKE: isize = 3;

/// Differences below this are never a cut, so that no shift is looked for.
const QUIET: f32 = 5.0;

/// What coding does to a pixel that has not changed, in brightness steps.
const NOISE: u8 = 6;

/// A picture with what is often asked of it.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    pixels: Vec<u8>,
    mean: f32,
    deviation: f32,
}

impl Picture {
    /// From [`BYTES`] pixels.
    pub(crate) fn new(pixels: Vec<u8>) -> Self {
        let count = pixels.len().max(1) as f32;
        let mean = pixels.iter().map(|pixel| f32::from(*pixel)).sum::<f32>() / count;
        let squares = pixels
            .iter()
            .map(|pixel| (f32::from(*pixel) - mean).powi(2));
        let deviation = (squares.sum::<f32>() / count).sqrt();
        Self {
            pixels,
            mean,
            deviation,
        }
    }

    /// Whether it shows nothing: one black, or one white.
    pub(crate) fn is_blank(&self) -> bool {
        self.deviation < 3.0 && !(16.0..=240.0).contains(&self.mean)
    }

    /// How much it varies, in brightness steps.
    pub(crate) fn deviation(&self) -> f32 {
        self.deviation
    }

    /// Mean absolute difference of pixels, in brightness steps of 0 to 255.
    pub(crate) fn difference(&self, other: &Self) -> f32 {
        self.shifted(other, 0, 0)
    }

    /// The same, of the best match within a shake of the camera.
    pub(crate) fn steadied_difference(&self, other: &Self) -> f32 {
        let plain = self.difference(other);
        if plain < QUIET {
            return plain;
        }
        let shifts =
            (-SHAKE..=SHAKE).flat_map(|down| (-SHAKE..=SHAKE).map(move |right| (right, down)));
        shifts
            .map(|(right, down)| self.shifted(other, right, down))
            .fold(plain, f32::min)
    }

    /// Mean absolute difference where the two overlap when `other` is moved.
    fn shifted(&self, other: &Self, right: isize, down: isize) -> f32 {
        let across = WIDTH - right.unsigned_abs();
        let rows = HEIGHT - down.unsigned_abs();
        let (own_x, other_x) = apart(right);
        let (own_y, other_y) = apart(down);
        let mut sum = 0_u32;
        for row in 0..rows {
            let own = &self.pixels[(row + own_y) * WIDTH + own_x..][..across];
            let theirs = &other.pixels[(row + other_y) * WIDTH + other_x..][..across];
            let pairs = own.iter().zip(theirs);
            sum += pairs.map(|(a, b)| u32::from(a.abs_diff(*b))).sum::<u32>();
        }
        sum as f32 / (across * rows) as f32
    }

    /// The part of the pixels that differ by more than noise.
    pub(crate) fn changed(&self, other: &Self) -> f32 {
        let pairs = self.pixels.iter().zip(&other.pixels);
        let changed = pairs.filter(|(a, b)| a.abs_diff(**b) > NOISE).count();
        changed as f32 / BYTES as f32
    }

    /// How alike the two are but for brightness and contrast: 1 the same, 0 nothing in common.
    pub(crate) fn likeness(&self, other: &Self) -> f32 {
        let pairs = self.pixels.iter().zip(&other.pixels);
        let products =
            pairs.map(|(a, b)| (f32::from(*a) - self.mean) * (f32::from(*b) - other.mean));
        let spread = self.deviation * other.deviation * BYTES as f32;
        products.sum::<f32>() / spread.max(1.0)
    }

    /// Where this picture lies on the way from `from` to `to`, as a mixture of the two: the share of
    /// `to`, and what no mixture explains, as a part of how far the two are apart.
    pub(crate) fn mixture(&self, from: &Self, to: &Self) -> (f32, f32) {
        let (mut along, mut length) = (0.0_f32, 0.0_f32);
        let each = || {
            let ends = from.pixels.iter().zip(&to.pixels);
            self.pixels.iter().zip(ends).map(|(own, (from, to))| {
                let from = f32::from(*from);
                (f32::from(*own) - from, f32::from(*to) - from)
            })
        };
        for (own, way) in each() {
            along += own * way;
            length += way * way;
        }
        let share = along / length.max(1.0);
        let unexplained = each()
            .map(|(own, way)| (own - share * way).powi(2))
            .sum::<f32>();
        (share, (unexplained / length.max(1.0)).sqrt())
    }
}

/// The first row or column of each picture when one is moved by `shift`.
fn apart(shift: isize) -> (usize, usize) {
    if shift >= 0 {
        (shift.unsigned_abs(), 0)
    } else {
        (0, shift.unsigned_abs())
    }
}
