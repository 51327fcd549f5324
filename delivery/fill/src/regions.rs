//! Forecasts of several regions, each with a little of what the others watch.

use crate::Forecast;
use crate::limits::{ELSEWHERE_SHARE, ELSEWHERE_VIEWS};

/// To every region's forecast [`ELSEWHERE_SHARE`] of that of all others is added, at most [`ELSEWHERE_VIEWS`]. Where
/// much is watched that changes nothing; a region that is new is taken to watch what the others do.
pub fn inform(forecasts: &mut [Forecast]) {
    let titles = forecasts.iter().map(|it| it.views.len()).max();
    let mut all = vec![0.0_f64; titles.unwrap_or(0)];
    for forecast in &*forecasts {
        for (sum, views) in all.iter_mut().zip(&forecast.views) {
            *sum += f64::from(*views);
        }
    }
    for forecast in forecasts {
        forecast.views.resize(all.len(), 0.0);
        let own: f64 = forecast.views.iter().map(|views| f64::from(*views)).sum();
        let elsewhere = all.iter().sum::<f64>() - own;
        let share = ELSEWHERE_SHARE.min(ELSEWHERE_VIEWS / elsewhere.max(1.0));
        for (views, all) in forecast.views.iter_mut().zip(&all) {
            let others = (all - f64::from(*views)).max(0.0);
            *views += (share * others) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn forecast(views: &[f32]) -> Forecast {
        Forecast {
            views: views.to_vec(),
            busiest_hour: 0.1,
        }
    }

    #[test]
    fn one_region_is_left_as_it_is() {
        let mut forecasts = [forecast(&[3.0, 0.0, 1.0])];
        inform(&mut forecasts);
        assert_eq!(forecasts[0].views, [3.0, 0.0, 1.0]);
        inform(&mut []);
    }

    #[test]
    fn a_new_region_watches_what_the_others_do_until_it_is_known_better() {
        let mut forecasts = [
            forecast(&[]),
            forecast(&[900.0, 100.0]),
            forecast(&[0.0, 50_000.0, 10.0]),
        ];
        inform(&mut forecasts);
        let [new, known, other] = &forecasts;
        let [first, second, third] = new.views[..] else {
            panic!("{new:?}")
        };
        assert!(second > first && first > third && third > 0.0, "{new:?}");
        assert!((first + second + third - ELSEWHERE_VIEWS as f32).abs() < 0.1);
        assert!(known.views[0] > known.views[1] * 4.0, "{known:?}");
        assert!((other.views[1] - 50_010.0).abs() < 1.0, "{other:?}");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_more_is_added(
            regions in proptest::collection::vec(proptest::collection::vec(0.0_f32..1e9, 0..6), 0..5),
        ) {
            let before: Vec<Forecast> = regions.iter().map(|views| forecast(views)).collect();
            let mut after = before.clone();
            inform(&mut after);
            for (before, after) in before.iter().zip(&after) {
                let (mut was, mut is) = (0.0, 0.0);
                for (at, views) in after.views.iter().enumerate() {
                    let known = before.views.get(at).copied().unwrap_or(0.0);
                    prop_assert!(views.is_finite() && *views >= known);
                    was += f64::from(known);
                    is += f64::from(*views);
                }
                prop_assert!(is - was <= ELSEWHERE_VIEWS + 1e-6 * is, "{} more", is - was);
            }
        }
    }
}
