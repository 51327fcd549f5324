//! Views of one region, by title and hour, over four weeks.

use crate::limits::{HISTORY_DAYS, HISTORY_HOURS};

/// What was watched. Hours are numbered as they pass, those of UTC for one: a day is any 24 of them, and no clock is
/// put forward or back in between. Titles are numbered from 0.
#[derive(Debug, Clone)]
pub struct History {
    /// Of each title a ring of hours; nothing of one that was never watched.
    titles: Vec<Vec<u32>>,
    /// Of all titles.
    all: Vec<u64>,
    /// The hour after the newest.
    end: u64,
    /// The first hour that was watched over.
    begin: u64,
}

impl History {
    /// Nothing yet; counting begins with hour `begin`.
    pub fn beginning(begin: u64) -> Self {
        Self {
            titles: Vec::new(),
            all: vec![0; HISTORY_HOURS],
            end: begin,
            begin,
        }
    }

    /// Time has come to the beginning of hour `end`: what is older than four weeks is forgotten.
    pub fn advance(&mut self, end: u64) {
        let steps = end
            .saturating_sub(self.end)
            .min(HISTORY_HOURS as u64)
            .min(end);
        for hour in end - steps..end {
            let at = slot(hour);
            self.all[at] = 0;
            for counts in self.titles.iter_mut().filter(|it| !it.is_empty()) {
                counts[at] = 0;
            }
        }
        self.end = self.end.max(end);
        self.begin = self
            .begin
            .max(self.end.saturating_sub(HISTORY_HOURS as u64));
    }

    /// Adds views of a title in an hour that time has passed; those of other hours are let go.
    pub fn count(&mut self, title: usize, hour: u64, views: u32) {
        if hour >= self.end || hour < self.begin {
            return;
        }
        if self.titles.len() <= title {
            self.titles.resize(title + 1, Vec::new());
        }
        let (at, counts) = (slot(hour), &mut self.titles[title]);
        counts.resize(HISTORY_HOURS, 0);
        counts[at] = counts[at].saturating_add(views);
        self.all[at] += u64::from(views);
    }

    /// The hour after the newest.
    pub const fn end(&self) -> u64 {
        self.end
    }

    /// One more than the greatest number of a title counted.
    pub fn titles(&self) -> usize {
        self.titles.len()
    }

    /// Whole days before now that were watched over, at most four weeks.
    pub fn days(&self) -> usize {
        ((self.end - self.begin) / 24).min(HISTORY_DAYS as u64) as usize
    }

    /// Views of a title in the 24 hours that end `ago` days before now.
    pub fn day(&self, title: usize, ago: usize) -> u32 {
        let counts = self.titles.get(title);
        let Some(counts) = counts.filter(|counts| !counts.is_empty()) else {
            return 0;
        };
        self.hours_of(ago)
            .fold(0, |sum, hour| sum.saturating_add(counts[slot(hour)]))
    }

    /// The same of all titles.
    pub fn day_of_all(&self, ago: usize) -> u64 {
        self.hours_of(ago).map(|hour| self.all[slot(hour)]).sum()
    }

    /// The part of a day's views that fell into its busiest hour, over the days of the last week; none when there
    /// were no views.
    pub fn busiest_hour(&self) -> Option<f32> {
        let mut hours = [0_u64; 24];
        for ago in 0..self.days().min(7) {
            for hour in self.hours_of(ago) {
                hours[(hour % 24) as usize] += self.all[slot(hour)];
            }
        }
        let (sum, most) = (hours.iter().sum::<u64>(), hours.into_iter().max()?);
        (sum > 0).then(|| most as f32 / sum as f32)
    }

    fn hours_of(&self, ago: usize) -> impl Iterator<Item = u64> + use<> {
        let ago = ago as u64;
        let (from, to) = (
            self.end.saturating_sub((ago + 1) * 24),
            self.end.saturating_sub(ago * 24),
        );
        from.max(self.begin)..to.max(self.begin)
    }
}

const fn slot(hour: u64) -> usize {
    (hour % HISTORY_HOURS as u64) as usize
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hours_of_other_times_are_let_go() {
        let mut history = History::beginning(100);
        history.count(0, 100, 5);
        assert_eq!(history.day(0, 0), 0, "that hour has not come");
        history.advance(124);
        for hour in [99, 100, 123, 124] {
            history.count(0, hour, 1);
        }
        assert_eq!((history.days(), history.day(0, 0)), (1, 2));
        assert_eq!(history.day(7, 0), 0);
        assert_eq!(history.busiest_hour(), Some(0.5));
    }

    proptest! {
        #[test]
        fn a_day_is_the_sum_of_its_hours(
            steps in proptest::collection::vec((0_u64..40, 0_usize..3, 0_u64..2_000, 1_u32..9), 0..120),
        ) {
            let mut history = History::beginning(0);
            let mut model: HashMap<(usize, u64), u32> = HashMap::new();
            for (more, title, hour, views) in steps {
                history.advance(history.end() + more);
                history.count(title, hour, views);
                let oldest = history.end().saturating_sub(HISTORY_HOURS as u64);
                if (oldest..history.end()).contains(&hour) {
                    *model.entry((title, hour)).or_default() += views;
                }
            }
            for title in 0..3 {
                for ago in 0..history.days() {
                    let to = history.end() - ago as u64 * 24;
                    let within = |at: &u64| (to - 24..to).contains(at);
                    let sum: u32 = model.iter().filter(|it| it.0.0 == title && within(&it.0.1)).map(|it| it.1).sum();
                    prop_assert_eq!(history.day(title, ago), sum);
                }
            }
        }
    }
}
