//! The places that serve the title, in rank order, and which of them are left alone after a failure.

use std::time::Duration;

use crate::limits::{FIRST_REST, LONGEST_REST};

/// Appliances by rank.
#[derive(Debug, Clone)]
pub(crate) struct Places(Vec<Place>);

#[derive(Debug, Clone)]
struct Place {
    id: String,
    rests_until: Duration,
    next_rest: Duration,
}

impl Places {
    pub(crate) fn new(ids: &[String]) -> Self {
        let place = |id: &String| Place {
            id: id.clone(),
            rests_until: Duration::ZERO,
            next_rest: FIRST_REST,
        };
        Self(ids.iter().map(place).collect())
    }

    pub(crate) fn id(&self, place: usize) -> &str {
        self.0.get(place).map_or("", |place| &place.id)
    }

    /// The best place that may be asked now.
    pub(crate) fn best(&self, now: Duration) -> Option<usize> {
        self.0.iter().position(|place| place.rests_until <= now)
    }

    /// When the first resting place may be asked again.
    pub(crate) fn earliest(&self) -> Duration {
        self.0
            .iter()
            .map(|place| place.rests_until)
            .min()
            .unwrap_or(Duration::ZERO)
    }

    pub(crate) fn failed(&mut self, place: usize, now: Duration) {
        if let Some(place) = self.0.get_mut(place) {
            place.rests_until = now + place.next_rest;
            place.next_rest = (place.next_rest * 2).min(LONGEST_REST);
        }
    }

    pub(crate) fn served(&mut self, place: usize) {
        if let Some(place) = self.0.get_mut(place) {
            place.next_rest = FIRST_REST;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_place_is_asked_again_after_its_rest_and_each_rest_doubles() {
        let mut places = Places::new(&["a".into(), "b".into()]);
        let at = Duration::from_secs;
        assert_eq!(places.best(at(0)), Some(0));
        places.failed(0, at(1));
        assert_eq!(places.best(at(1)), Some(1));
        places.failed(1, at(2));
        assert_eq!(places.best(at(2)), None);
        assert_eq!(places.earliest(), at(6));
        assert_eq!(places.best(at(6)), Some(0));
        places.failed(0, at(6));
        assert_eq!(places.best(at(15)), Some(1));
        assert_eq!(places.best(at(16)), Some(0));
        places.served(0);
        places.failed(0, at(20));
        assert_eq!(places.best(at(25)), Some(0));
    }

    #[test]
    fn rests_have_a_longest() {
        let mut places = Places::new(&["a".into()]);
        for _ in 0..40 {
            places.failed(0, Duration::ZERO);
        }
        assert_eq!(places.earliest(), LONGEST_REST);
        assert_eq!(places.id(0), "a");
    }
}
