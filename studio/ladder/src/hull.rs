//! The convex hull in (logarithm of rate, quality): what is best at each rate.

/// Something with a rate and a quality.
pub trait Rated {
    /// Kilobits a second; positive.
    fn kbps(&self) -> f64;
    /// 0 to 100.
    fn quality(&self) -> f64;
}

/// The points that none is better than at its rate or below, by ascending rate and quality.
pub fn front<T: Rated + Clone>(points: &[T]) -> Vec<T> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| {
        let rates = a.kbps().total_cmp(&b.kbps());
        rates.then(b.quality().total_cmp(&a.quality()))
    });
    let mut front: Vec<T> = Vec::new();
    for point in sorted {
        if front
            .last()
            .is_none_or(|last| point.quality() > last.quality())
        {
            front.push(point);
        }
    }
    front
}

/// The points of which no mixture of others is better, by ascending rate and quality. Each more of rate
/// buys less of quality than the one before it.
pub fn hull<T: Rated + Clone>(points: &[T]) -> Vec<T> {
    let mut hull: Vec<T> = Vec::new();
    for point in front(points) {
        while let [.., before, last] = hull.as_slice() {
            if slope(before, &point) < slope(before, last) {
                break;
            }
            hull.pop();
        }
        hull.push(point);
    }
    hull
}

/// Quality bought by one natural logarithm of rate on the way from one point to another.
pub fn slope<T: Rated>(from: &T, to: &T) -> f64 {
    (to.quality() - from.quality()) / (to.kbps().ln() - from.kbps().ln()).max(f64::MIN_POSITIVE)
}

/// How much of quality a point lies below a hull's line; 0 beyond its ends.
pub fn below<T: Rated>(point: &T, hull: &[T]) -> f64 {
    let around = hull
        .windows(2)
        .find(|pair| pair[0].kbps() <= point.kbps() && point.kbps() <= pair[1].kbps());
    around.map_or(0.0, |pair| {
        let along = point.kbps().ln() - pair[0].kbps().ln();
        (pair[0].quality() + slope(&pair[0], &pair[1]) * along - point.quality()).max(0.0)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq)]
    struct Point(f64, f64);

    impl Rated for Point {
        fn kbps(&self) -> f64 {
            self.0
        }
        fn quality(&self) -> f64 {
            self.1
        }
    }

    #[test]
    fn what_is_worse_or_under_the_line_is_left_out() {
        let points = [
            Point(100.0, 40.0),
            Point(200.0, 45.0),
            Point(400.0, 80.0),
            Point(500.0, 70.0),
            Point(1600.0, 95.0),
        ];
        assert_eq!(hull(&points), [points[0], points[2], points[4]]);
        assert_eq!(hull::<Point>(&[]), []);
        let best = [points[0], points[1], points[2], points[4]];
        assert_eq!(front(&points), best);
        // Half-way between 100 and 400 on the logarithmic scale the line is at 60.
        assert!((below(&points[1], &hull(&points)) - 15.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn no_point_lies_above_the_hull_and_it_is_concave(
            points in proptest::collection::vec((1.0_f64..10_000.0, 0.0_f64..100.0), 1..40),
        ) {
            let points: Vec<_> = points.into_iter().map(|(rate, quality)| Point(rate, quality)).collect();
            let hull = hull(&points);
            prop_assert!(!hull.is_empty() && hull.iter().all(|point| points.contains(point)));
            for pair in hull.windows(2) {
                prop_assert!(pair[0].0 < pair[1].0 && pair[0].1 < pair[1].1);
                for point in &points {
                    if point.0 >= pair[0].0 && point.0 <= pair[1].0 {
                        let line = pair[0].1 + slope(&pair[0], &pair[1]) * (point.0 / pair[0].0).ln();
                        prop_assert!(point.1 <= line + 1e-6);
                    }
                }
            }
            for three in hull.windows(3) {
                prop_assert!(slope(&three[0], &three[1]) > slope(&three[1], &three[2]));
            }
            let best = points.iter().map(|point| point.1).fold(0.0, f64::max);
            prop_assert!((hull[hull.len() - 1].1 - best).abs() < 1e-9);
        }
    }
}
