//! Aggregating a series' events: counts, histograms over time, and what an item's values come to.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;

use crate::limits::{MAX_DISTINCT, MAX_HISTOGRAM_INTERVALS};
use crate::namespace::Namespace;
use crate::read::{Budget, Keep, PageToken, QueryHash};
use crate::time::micros;
use crate::{Condition, Event, EventTime, ReadQuery, TimeSeriesError, search};

/// What to make of the events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Aggregation {
    /// How many there are.
    Count,
    /// How many there are in each interval of this length; intervals begin at its multiples since the epoch.
    Histogram(Duration),
    /// The different values of an item.
    Distinct(Bytes),
    /// Sum, least and greatest of an item's values, which are decimal numbers in text.
    Numbers(Bytes),
}

/// What the events come to. Those of the pages of a query [`merge`](Self::merge).
#[derive(Debug, Clone, PartialEq)]
pub enum Aggregate {
    /// How many there are.
    Count(u64),
    /// How many there are in the interval that begins then; intervals without events are left out.
    Histogram(BTreeMap<EventTime, u64>),
    /// The different values.
    Distinct(BTreeSet<Bytes>),
    /// What the values come to.
    Numbers(Numbers),
}

/// What numbers come to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Numbers {
    /// How many there are.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
    /// The least.
    pub min: Option<f64>,
    /// The greatest.
    pub max: Option<f64>,
    /// Events whose item is no number, or that have none.
    pub without: u64,
}

impl Numbers {
    fn add(&mut self, value: Option<&Bytes>) {
        let text = value.and_then(|value| std::str::from_utf8(value).ok());
        let number = text.and_then(|text| text.trim().parse::<f64>().ok());
        let Some(number) = number.filter(|number| number.is_finite()) else {
            self.without += 1;
            return;
        };
        self.merge(&Self {
            count: 1,
            sum: number,
            min: Some(number),
            max: Some(number),
            without: 0,
        });
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.without += other.without;
        let either = |one: Option<f64>, other: Option<f64>, of: fn(f64, f64) -> f64| {
            one.zip(other)
                .map(|(one, other)| of(one, other))
                .or(one)
                .or(other)
        };
        self.min = either(self.min, other.min, f64::min);
        self.max = either(self.max, other.max, f64::max);
    }
}

impl Aggregate {
    fn of_nothing(aggregation: &Aggregation) -> Self {
        match aggregation {
            Aggregation::Count => Self::Count(0),
            Aggregation::Histogram(_) => Self::Histogram(BTreeMap::new()),
            Aggregation::Distinct(_) => Self::Distinct(BTreeSet::new()),
            Aggregation::Numbers(_) => Self::Numbers(Numbers::default()),
        }
    }

    /// Adds what another page came to; of another aggregation it changes nothing.
    pub fn merge(&mut self, other: Self) {
        match (self, other) {
            (Self::Count(count), Self::Count(more)) => *count += more,
            (Self::Histogram(intervals), Self::Histogram(more)) => {
                for (start, count) in more {
                    *intervals.entry(start).or_default() += count;
                }
            }
            (Self::Distinct(values), Self::Distinct(more)) => values.extend(more),
            (Self::Numbers(numbers), Self::Numbers(more)) => numbers.merge(&more),
            _ => {}
        }
    }

    fn add(&mut self, aggregation: &Aggregation, event: &Event) -> Keep {
        match (&mut *self, aggregation) {
            (Self::Count(count), _) => *count += 1,
            (Self::Histogram(intervals), Aggregation::Histogram(width)) => {
                let width = micros(*width).max(1);
                let start = event.time.micros() / width * width;
                *intervals.entry(EventTime::from_micros(start)).or_default() += 1;
            }
            (Self::Distinct(values), Aggregation::Distinct(item)) => {
                if let Some(value) = event.item(item) {
                    values.insert(value.clone());
                }
                if values.len() >= MAX_DISTINCT {
                    return Keep::Full;
                }
            }
            (Self::Numbers(numbers), Aggregation::Numbers(item)) => numbers.add(event.item(item)),
            _ => {}
        }
        Keep::Kept
    }
}

/// What a page's events come to.
#[derive(Debug, Clone, PartialEq)]
pub struct AggregatePage {
    /// What they come to.
    pub aggregate: Aggregate,
    /// Where the next page begins; `None` when this was the last.
    pub next: Option<PageToken>,
}

impl Namespace {
    /// What a page of events comes to; as many events as one page may look at.
    pub(crate) async fn aggregate(
        &self,
        series: &[u8],
        query: &ReadQuery,
        (aggregation, conditions): (&Aggregation, &[Condition]),
    ) -> Result<AggregatePage, TimeSeriesError> {
        search::check(conditions)?;
        self.check_intervals(aggregation, query)?;
        let hash = QueryHash::new("aggregate", &self.name, series, query);
        let hash = search::bind(hash, &(aggregation, conditions));
        let mut aggregate = Aggregate::of_nothing(aggregation);
        let keep = |event: Event| {
            if search::meets(&event, conditions) {
                aggregate.add(aggregation, &event)
            } else {
                Keep::Passed
            }
        };
        let next = self.scan_page((series, query), hash, Budget::whole(), keep);
        let next = next.await?;
        Ok(AggregatePage { aggregate, next })
    }

    fn check_intervals(
        &self,
        aggregation: &Aggregation,
        query: &ReadQuery,
    ) -> Result<(), TimeSeriesError> {
        let Aggregation::Histogram(width) = aggregation else {
            return Ok(());
        };
        // Only what is kept can fill intervals.
        let kept = self.config().retention;
        let span = query.range.until().micros() - query.range.from().micros();
        let intervals = span.min(micros(kept)) / micros(*width).max(1);
        if intervals > MAX_HISTOGRAM_INTERVALS {
            return Err(TimeSeriesError::TooLarge {
                what: "a histogram in intervals",
                size: usize::try_from(intervals).unwrap_or(usize::MAX),
                limit: MAX_HISTOGRAM_INTERVALS as usize,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EventItem;

    #[test]
    fn numbers_come_to_the_same_in_any_pages() {
        let values = ["1.5", "-2", "x", "40"];
        let whole = |values: &[&str]| {
            let mut numbers = Numbers::default();
            for value in values {
                numbers.add(Some(&Bytes::copy_from_slice(value.as_bytes())));
            }
            numbers
        };
        let mut merged = whole(&values[..2]);
        merged.merge(&whole(&values[2..]));
        assert_eq!(merged, whole(&values));
        assert_eq!(merged.without, 1);
        assert_eq!(
            (merged.min, merged.max, merged.sum),
            (Some(-2.0), Some(40.0), 39.5)
        );
    }

    #[test]
    fn intervals_begin_at_multiples_of_their_length() {
        let aggregation = Aggregation::Histogram(Duration::from_micros(10));
        let mut aggregate = Aggregate::of_nothing(&aggregation);
        for time in [9, 10, 19, 30] {
            let event = Event::new(
                EventTime::from_micros(time),
                "e",
                vec![EventItem::new("k", "v")],
            );
            aggregate.add(&aggregation, &event);
        }
        let expected = [(0, 1), (10, 2), (30, 1)];
        let expected = expected.map(|(start, count)| (EventTime::from_micros(start), count));
        assert_eq!(aggregate, Aggregate::Histogram(expected.into()));
    }
}
