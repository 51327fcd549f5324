//! Which part of a frame fills another shape: the part with the most to see.

/// A shape that artwork is cut to, as width over height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Aspect {
    pub(super) across: u32,
    pub(super) down: u32,
}

/// A part of a frame, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Crop {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// How much a part at the frame's edge is worth of one in the middle that has as much to see.
const EDGE_WORTH: f64 = 0.7;

/// The largest part of that shape of a frame of `width` by `height`, in even pixels, whose sides are whole; where in
/// the frame is for [`place`].
pub(super) fn largest(width: u32, height: u32, aspect: Aspect) -> (u32, u32) {
    let across = u64::from(height) * u64::from(aspect.across) / u64::from(aspect.down);
    let down = u64::from(width) * u64::from(aspect.down) / u64::from(aspect.across);
    let even = |pixels: u64| (pixels as u32 / 2 * 2).max(2);
    if across <= u64::from(width) {
        (even(across), even(height.into()))
    } else {
        (even(width.into()), even(down))
    }
}

/// Places a part of a frame where the detail in it is most, `luma` being the frame at any size, `columns` across.
pub(super) fn place(
    (width, height): (u32, u32),
    aspect: Aspect,
    luma: &[f64],
    columns: usize,
) -> Crop {
    let (across, down) = largest(width, height, aspect);
    let detail = Detail::of(luma, columns.max(1));
    let free = |whole: u32, part: u32| f64::from(whole.saturating_sub(part));
    // A part leaves room in one direction at most.
    let x = slide(&detail.columns, f64::from(across) / f64::from(width.max(1)));
    let y = slide(&detail.rows, f64::from(down) / f64::from(height.max(1)));
    let even = |pixels: f64| pixels as u32 / 2 * 2;
    Crop {
        x: even(x * free(width, across)),
        y: even(y * free(height, down)),
        width: across,
        height: down,
    }
}

/// How much changes from pixel to pixel, by column and by row.
struct Detail {
    columns: Vec<f64>,
    rows: Vec<f64>,
}

impl Detail {
    fn of(luma: &[f64], width: usize) -> Self {
        let mut columns = vec![0.0; width];
        let mut rows = vec![0.0; luma.len() / width];
        for (y, pair) in luma.chunks_exact(width).enumerate() {
            let below = luma.get((y + 1) * width..(y + 2) * width);
            for x in 0..width.saturating_sub(1) {
                let mut changes = (pair[x] - pair[x + 1]).abs();
                changes += below.map_or(0.0, |below| (pair[x] - below[x]).abs());
                columns[x] += changes;
                rows[y] += changes;
            }
        }
        Self { columns, rows }
    }
}

/// Where a window of a share of `detail` has the most in it: 0 at the beginning, 1 at the end.
fn slide(detail: &[f64], share: f64) -> f64 {
    let window = (detail.len() as f64 * share).round() as usize;
    let places = detail.len().saturating_sub(window);
    if places == 0 || window == 0 {
        return 0.5;
    }
    let worth = |place: usize| {
        let seen: f64 = detail[place..place + window].iter().sum();
        let off_middle = (place as f64 / places as f64 - 0.5).abs() * 2.0;
        seen * (1.0 - (1.0 - EDGE_WORTH) * off_middle)
    };
    let best = (0..=places).max_by(|left, right| {
        let middle = |place: usize| place.abs_diff(places / 2);
        let order = worth(*left).total_cmp(&worth(*right));
        order.then(middle(*right).cmp(&middle(*left)))
    });
    best.unwrap_or(places / 2) as f64 / places as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const POSTER: Aspect = Aspect { across: 2, down: 3 };
    const HERO: Aspect = Aspect {
        across: 21,
        down: 9,
    };

    /// A grey frame of 64 by 36 with a chequered block at `x` and `y`.
    fn block(x: usize, y: usize) -> Vec<f64> {
        let pixel = |index: usize| {
            let (column, row) = (index % 64, index / 64);
            let inside = (x..x + 8).contains(&column) && (y..y + 8).contains(&row);
            if inside && (column + row) % 2 == 0 {
                220.0
            } else {
                90.0
            }
        };
        (0..64 * 36).map(pixel).collect()
    }

    #[test]
    fn a_part_is_as_large_as_it_can_be() {
        assert_eq!(largest(1280, 720, POSTER), (480, 720));
        assert_eq!(largest(1280, 720, HERO), (1280, 548));
        assert_eq!(largest(176, 144, POSTER), (96, 144));
    }

    #[test]
    fn a_part_goes_where_there_is_something_to_see() {
        let frame = (1280, 720);
        let left = place(frame, POSTER, &block(2, 10), 64);
        let right = place(frame, POSTER, &block(54, 10), 64);
        assert!(left.x < 80 && right.x > 720, "{left:?} {right:?}");
        let low = place(frame, HERO, &block(28, 27), 64);
        assert!(low.y > 100 && low.x == 0, "{low:?}");
        let inside = |crop: Crop| crop.x + crop.width <= 1280 && crop.y + crop.height <= 720;
        assert!([left, right, low].into_iter().all(inside));
    }

    #[test]
    fn where_nothing_stands_out_it_is_the_middle() {
        let flat = place((1280, 720), POSTER, &vec![128.0; 64 * 36], 64);
        assert_eq!((flat.x, flat.y), (400, 0));
    }
}
