//! What a region will watch in the next 24 hours, title by title.
//!
//! A past day speaks for the next once it is freed of its weekday and carried forward along the fall that launches
//! had before. Recent days count more the less the title is what it was. A title of less than a day is taken for one
//! of the launches before it until its own views say more.

use crate::History;
use crate::limits::{
    BUSIEST_HOUR, CHANGING, FALL_PRIOR, HISTORY_DAYS, LAUNCH_DAYS, LAUNCH_PRIOR, MAX_RISE,
    MAX_WEEKDAY, STEADY, SURPRISE,
};

/// A title that became, or becomes, watchable within the four weeks or the next day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Launch {
    /// Its number.
    pub title: usize,
    /// When, in hours of the history's time.
    pub hour: u64,
    /// How it is expected to do beside other launches; 1 where nothing is known.
    pub weight: f32,
}

/// Views expected in the 24 hours from the end of a history.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// By the title's number.
    pub views: Vec<f32>,
    /// The part of them in the busiest hour.
    pub busiest_hour: f32,
}

impl Forecast {
    /// Of a region's history. Titles without a launch are older than it.
    pub fn of(history: &History, launches: &[Launch]) -> Self {
        let last = launches.iter().map(|launch| launch.title + 1).max();
        let titles = history.titles().max(last.unwrap_or(0));
        let mut starts: Vec<Option<Launch>> = vec![None; titles];
        for launch in launches {
            starts[launch.title] = Some(*launch);
        }
        let lens = Lens::of(history, &starts);
        let mut views: Vec<f32> = (0..titles)
            .map(|title| lens.settled(title, starts[title]))
            .collect();
        let debut = lens.debut.unwrap_or_else(|| best_hundredth(&views));
        for launch in starts.iter().flatten() {
            if let Some(expected) = lens.young(launch, debut) {
                views[launch.title] = expected;
            }
        }
        Self {
            views,
            busiest_hour: history.busiest_hour().unwrap_or(BUSIEST_HOUR),
        }
    }
}

/// What a history says of all its titles.
struct Lens<'a> {
    history: &'a History,
    /// How a day differs from the mean day, by its weekday; the next day's is first.
    weekdays: [f32; 7],
    /// Views of a title's day over those of the day before, by the age of that day.
    fall: [f32; LAUNCH_DAYS],
    /// Views of a launch's first day; none where there was no launch.
    debut: Option<f32>,
}

impl<'a> Lens<'a> {
    fn of(history: &'a History, starts: &[Option<Launch>]) -> Self {
        let mut lens = Self {
            history,
            weekdays: weekdays(history),
            fall: [1.0; LAUNCH_DAYS],
            debut: None,
        };
        lens.learn_launches(starts);
        lens
    }

    fn learn_launches(&mut self, starts: &[Option<Launch>]) {
        let (mut before, mut after) = ([FALL_PRIOR; LAUNCH_DAYS], [FALL_PRIOR; LAUNCH_DAYS]);
        let (mut debuts, mut debut) = (0.0, 0.0);
        for launch in starts.iter().flatten() {
            let days = self.days_old(launch.hour).min(self.history.days());
            // A title older than the history has no first day in it.
            let within = self.history.days() > self.days_old(launch.hour);
            let of_age = |age: usize| self.plain_day(launch.title, days - 1 - age);
            if days > 0 && within {
                debuts += launch.weight;
                debut += of_age(0);
                for age in 0..(days - 1).min(LAUNCH_DAYS) {
                    before[age] += of_age(age);
                    after[age] += of_age(age + 1);
                }
            }
        }
        for (fall, (before, after)) in self.fall.iter_mut().zip(before.into_iter().zip(after)) {
            *fall = (after / before).min(MAX_RISE);
        }
        self.debut = (debuts > 0.0).then(|| debut / debuts);
    }

    /// A title of a day or more, or one whose launch nobody told.
    fn settled(&self, title: usize, launch: Option<Launch>) -> f32 {
        let days = launch.map_or(HISTORY_DAYS, |launch| self.days_old(launch.hour));
        let known = days.min(self.history.days());
        let (mut carry, mut counts) = (1.0, [0.0; 2]);
        let (mut weights, mut weight) = ([0.0; 2], [1.0; 2]);
        for ago in 0..known {
            if launch.is_some() {
                carry *= self.fall.get(days - 1 - ago).copied().unwrap_or(1.0);
            }
            let views = self.plain_day(title, ago) * carry;
            for (pace, by) in [STEADY, CHANGING].into_iter().enumerate() {
                counts[pace] += weight[pace] * views;
                weights[pace] += weight[pace];
                weight[pace] *= by;
            }
        }
        if known == 0 {
            return 0.0;
        }
        let [steady, changing] = [counts[0] / weights[0], counts[1] / weights[1]];
        let surprise = ((changing - steady) / (SURPRISE * (steady + 1.0).sqrt())).powi(2);
        let level = steady + (changing - steady) * (surprise / (1.0 + surprise));
        level * self.weekdays[0]
    }

    /// A title that is not a day old at the end of the history; none for any other.
    fn young(&self, launch: &Launch, debut: f32) -> Option<f32> {
        let end = self.history.end();
        let (age, wait) = (
            end.saturating_sub(launch.hour),
            launch.hour.saturating_sub(end),
        );
        if age >= 24 || wait >= 24 {
            return (wait >= 24).then_some(0.0);
        }
        let expected = debut * launch.weight;
        let seen = self.history.day(launch.title, 0) as f32;
        let old = age as f32 / 24.0;
        let pace = (LAUNCH_PRIOR + seen) / (LAUNCH_PRIOR + expected * old);
        let first = (1.0 - old - wait as f32 / 24.0) * expected * pace;
        Some((first + old * expected * pace * self.fall[0]) * self.weekdays[0])
    }

    /// Whole days since then.
    fn days_old(&self, hour: u64) -> usize {
        (self.history.end().saturating_sub(hour) / 24) as usize
    }

    /// Views of a day as if it were the mean weekday.
    fn plain_day(&self, title: usize, ago: usize) -> f32 {
        self.history.day(title, ago) as f32 / self.weekdays[(ago + 1) % 7]
    }
}

/// How days differ by weekday, the next day's first. The day `n` days ago is `n + 1` before the next one, so that its
/// weekday is at `(n + 1) % 7`: counted backwards. Each day is compared with the week around it, and of a weekday the
/// median counts: one launch makes no weekday.
fn weekdays(history: &History) -> [f32; 7] {
    let days: Vec<f32> = (0..history.days())
        .map(|ago| history.day_of_all(ago) as f32)
        .collect();
    let mut beside: [Vec<f32>; 7] = Default::default();
    for (week, ago) in days.windows(7).zip(3..) {
        let mean = week.iter().sum::<f32>() / 7.0;
        if mean > 0.0 {
            beside[(ago + 1) % 7].push(days[ago] / mean);
        }
    }
    let medians = beside.map(|mut of_one| {
        of_one.sort_unstable_by(f32::total_cmp);
        of_one.get(of_one.len() / 2).copied().unwrap_or(1.0)
    });
    let mean = medians.iter().sum::<f32>() / 7.0;
    medians.map(|median| {
        let factor = if mean > 0.0 { median / mean } else { 1.0 };
        factor.clamp(1.0 / MAX_WEEKDAY, MAX_WEEKDAY)
    })
}

/// What the hundredth of the titles with the most views have at least.
fn best_hundredth(views: &[f32]) -> f32 {
    let mut sorted = views.to_vec();
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    sorted.get(sorted.len() / 100).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// So many views a day at noon, for four weeks.
    fn history(days: impl Fn(usize, u64) -> u32, titles: usize) -> History {
        let mut history = History::beginning(0);
        history.advance(HISTORY_DAYS as u64 * 24);
        for day in 0..HISTORY_DAYS as u64 {
            for title in 0..titles {
                history.count(title, day * 24 + 12, days(title, day));
            }
        }
        history
    }

    fn launch(title: usize, hour: u64) -> Launch {
        Launch {
            title,
            hour,
            weight: 1.0,
        }
    }

    #[test]
    fn steady_views_go_on_and_weekdays_are_told_apart() {
        let weekly = |_, day| if day % 7 == 6 { 200 } else { 100 };
        let forecast = Forecast::of(&history(weekly, 3), &[]);
        // Day 28 is a day 0 of its week.
        assert!(
            (forecast.views[0] - 100.0).abs() < 3.0,
            "{:?}",
            forecast.views
        );
        let saturday = |_, day| if day % 7 == 0 { 200 } else { 100 };
        let forecast = Forecast::of(&history(saturday, 3), &[]);
        assert!(
            (forecast.views[0] - 200.0).abs() < 6.0,
            "{:?}",
            forecast.views
        );
    }

    #[test]
    fn a_title_that_changed_is_believed_and_noise_is_not() {
        let jump = |title, day| match title {
            0 if day >= 26 => 900,
            0 => 100,
            _ => 100 + (day as u32 % 3) * 8,
        };
        let forecast = Forecast::of(&history(jump, 2), &[]);
        assert!(forecast.views[0] > 500.0, "{:?}", forecast.views);
        assert!(
            (98.0..120.0).contains(&forecast.views[1]),
            "{:?}",
            forecast.views
        );
    }

    #[test]
    fn launches_fall_as_launches_before_them_did() {
        // Titles 0 to 2 began on days 10 to 12 and halve every day; 3 began yesterday.
        let halving = |title, day: u64| match title {
            0..3 => day
                .checked_sub(10 + title as u64)
                .map_or(0, |age| 40_000 >> age.min(20)),
            3 if day == 27 => 8_000,
            3 => 0,
            _ => 400_000,
        };
        let mut launches: Vec<Launch> = (0..3).map(|n| launch(n, (10 + n as u64) * 24)).collect();
        launches.push(launch(3, 27 * 24));
        launches.push(launch(5, 28 * 24));
        launches.push(launch(6, 28 * 24 + 12));
        let forecast = Forecast::of(&history(halving, 5), &launches);
        assert!(
            (3_000.0..5_500.0).contains(&forecast.views[3]),
            "{:?}",
            forecast.views
        );
        let debut = f32::from(40_u8) * 1_000.0 * 3.0 / 4.0 + 2_000.0;
        assert!(
            (forecast.views[5] / debut - 1.0).abs() < 0.3,
            "{:?}",
            forecast.views
        );
        assert!(
            (forecast.views[6] / forecast.views[5] - 0.5).abs() < 0.01,
            "half of the day is left"
        );
    }

    #[test]
    fn nothing_is_expected_where_nothing_is_known() {
        let forecast = Forecast::of(&History::beginning(7), &[launch(1, 900)]);
        assert_eq!(forecast.views, [0.0, 0.0]);
        assert!((forecast.busiest_hour - BUSIEST_HOUR).abs() < f32::EPSILON);
    }

    #[test]
    fn launches_that_rise_a_thousandfold_a_day_leave_a_number() {
        let mut history = History::beginning(0);
        history.advance(573);
        let counts = [
            (2, 572, 3_286_620),
            (1, 572, 113_384_092),
            (0, 548, 1_798_103_873),
            (3, 140, 185_120_824),
        ];
        for (title, hour, views) in counts {
            history.count(title, hour, views);
        }
        let hours = [(3, 117), (2, 237), (1, 261), (0, 189)];
        let launches = hours.map(|(title, hour)| launch(title, hour));
        let forecast = Forecast::of(&history, &launches);
        assert!(
            forecast.views.iter().all(|views| views.is_finite()),
            "{:?}",
            forecast.views
        );
    }

    proptest! {
        #[test]
        fn a_forecast_is_finite_and_of_what_was_watched(
            counts in proptest::collection::vec((0_usize..6, 0_u64..900, any::<u32>()), 0..60),
            launches in proptest::collection::vec((0_usize..8, 0_u64..1_000), 0..8),
            end in 0_u64..900,
        ) {
            let mut history = History::beginning(0);
            history.advance(end);
            for (title, hour, views) in counts {
                history.count(title, hour, views);
            }
            let launches: Vec<Launch> = launches.into_iter().map(|(title, hour)| launch(title, hour)).collect();
            let forecast = Forecast::of(&history, &launches);
            for views in &forecast.views {
                prop_assert!(views.is_finite() && *views >= 0.0);
            }
            prop_assert_eq!(&forecast, &Forecast::of(&history, &launches));
        }
    }
}
