//! A ranker: the criteria in an order, and the numbers they turn on.

use std::fmt;
use std::str::FromStr;

use super::{Criterion, Standing};
use delivery_routes::limits::MAX_CANDIDATES;

use crate::limits::{FULL_LOAD, LOAD_BANDS, MAX_RANKED};

/// How appliances are ranked. Written as text, such as
/// `order=standing,tier,score full_load=0.9 longest=4`; what is left out is as by default.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranker {
    order: Vec<Criterion>,
    full_load: f32,
    load_bands: [f32; 2],
    longest: usize,
    /// For each criterion where in the key it lies and which bits it has; none when it is not asked.
    fields: [(u32, u64); Criterion::ALL.len()],
    /// Bits that the criteria leave for the hash.
    tie_bits: u32,
}

/// The text is not a ranker.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRanker {
    /// A word is not `name=value`, or the name is not known.
    #[error("{0:?} is none of order=, full_load=, load_bands=, longest=")]
    UnknownWord(String),
    /// A criterion is not known.
    #[error(
        "{0:?} is no criterion; there are standing, content, route, tier, load, proximity, throughput, score"
    )]
    UnknownCriterion(String),
    /// A criterion is named twice.
    #[error("{0} is named twice")]
    Twice(Criterion),
    /// A number is not one, or out of range.
    #[error("{name} takes {takes}, not {given:?}")]
    BadNumber {
        /// The word.
        name: &'static str,
        /// What it takes.
        takes: &'static str,
        /// What it was given.
        given: String,
    },
}

impl Default for Ranker {
    /// Those that work first, of these those that hold the files; then by route, tier, load, distance and what
    /// clients measured.
    fn default() -> Self {
        let order = [
            Criterion::Standing,
            Criterion::Content,
            Criterion::Route,
            Criterion::Tier,
            Criterion::Load,
            Criterion::Proximity,
            Criterion::Throughput,
        ];
        Self::of(order.to_vec(), FULL_LOAD, LOAD_BANDS, MAX_RANKED)
    }
}

impl Ranker {
    /// The score of 40, 20 and 40 among those of the nearest tier that work and hold the files: what the
    /// default is compared with.
    pub fn score() -> Self {
        let order = [
            Criterion::Standing,
            Criterion::Content,
            Criterion::Tier,
            Criterion::Score,
        ];
        Self::of(order.to_vec(), FULL_LOAD, LOAD_BANDS, MAX_RANKED)
    }

    fn of(order: Vec<Criterion>, full_load: f32, load_bands: [f32; 2], longest: usize) -> Self {
        let (mut fields, mut left) = ([(0, 0); Criterion::ALL.len()], u64::BITS);
        for criterion in &order {
            left -= criterion.bits();
            fields[*criterion as usize] = (left, (1 << criterion.bits()) - 1);
        }
        Self {
            order,
            full_load,
            load_bands,
            longest,
            fields,
            tie_bits: left,
        }
    }

    /// Most appliances of an answer.
    pub const fn longest(&self) -> usize {
        self.longest
    }

    /// From this load on an appliance is full.
    pub const fn full_load(&self) -> f32 {
        self.full_load
    }

    /// The criteria, the first decides first.
    pub fn order(&self) -> &[Criterion] {
        &self.order
    }

    /// Whether `criterion` matters.
    pub(super) fn asks(&self, criterion: Criterion) -> bool {
        self.fields[criterion as usize].1 != 0
    }

    /// A value in its place in the key; values past what fits count as the greatest.
    pub(super) fn field(&self, criterion: Criterion, value: u64) -> u64 {
        let (shift, mask) = self.fields[criterion as usize];
        value.min(mask) << shift
    }

    /// The hash in its place in the key.
    pub(super) const fn tie(&self, hash: u64) -> u64 {
        hash >> (u64::BITS - self.tie_bits)
    }

    /// Whether a load leaves room.
    pub(super) fn room(&self, load: f32) -> Standing {
        if load >= self.full_load {
            Standing::Full
        } else {
            Standing::Well
        }
    }

    /// The same ranker with longer answers than players are given, for the record.
    pub(crate) fn whole(&self) -> Self {
        Self {
            longest: MAX_CANDIDATES,
            ..self.clone()
        }
    }

    /// The band of a load, from 0.
    pub(super) fn band(&self, load: f32) -> u64 {
        let passed = self.load_bands.iter().filter(|bound| load >= **bound);
        passed.count() as u64
    }
}

impl fmt::Display for Ranker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order: Vec<String> = self.order.iter().map(ToString::to_string).collect();
        let [low, high] = self.load_bands;
        write!(
            f,
            "order={} full_load={} load_bands={low},{high} longest={}",
            order.join(","),
            self.full_load,
            self.longest
        )
    }
}

impl FromStr for Ranker {
    type Err = BadRanker;

    fn from_str(text: &str) -> Result<Self, BadRanker> {
        let mut ranker = Self::default();
        for word in text.split_whitespace() {
            let (name, value) = word
                .split_once('=')
                .ok_or_else(|| BadRanker::UnknownWord(word.to_owned()))?;
            match name {
                "order" => ranker.order = criteria(value)?,
                "full_load" => ranker.full_load = fraction("full_load", value)?,
                "load_bands" => ranker.load_bands = bands(value)?,
                "longest" => ranker.longest = longest(value)?,
                _ => return Err(BadRanker::UnknownWord(word.to_owned())),
            }
        }
        let Self {
            order,
            full_load,
            load_bands,
            longest,
            ..
        } = ranker;
        Ok(Self::of(order, full_load, load_bands, longest))
    }
}

fn criteria(text: &str) -> Result<Vec<Criterion>, BadRanker> {
    let mut order = Vec::new();
    for name in text.split(',') {
        let criterion = name
            .parse()
            .map_err(|()| BadRanker::UnknownCriterion(name.to_owned()))?;
        if order.contains(&criterion) {
            return Err(BadRanker::Twice(criterion));
        }
        order.push(criterion);
    }
    Ok(order)
}

fn fraction(name: &'static str, given: &str) -> Result<f32, BadRanker> {
    let fraction = given.parse().ok();
    fraction
        .filter(|it| (0.0..=1.0).contains(it))
        .ok_or_else(|| BadRanker::BadNumber {
            name,
            takes: "a number from 0 to 1",
            given: given.to_owned(),
        })
}

fn bands(given: &str) -> Result<[f32; 2], BadRanker> {
    let wrong = || BadRanker::BadNumber {
        name: "load_bands",
        takes: "two rising numbers from 0 to 1 with a comma between them",
        given: given.to_owned(),
    };
    let (low, high) = given.split_once(',').ok_or_else(wrong)?;
    let bands = [fraction("load_bands", low)?, fraction("load_bands", high)?];
    Some(bands)
        .filter(|[low, high]| low < high)
        .ok_or_else(wrong)
}

fn longest(given: &str) -> Result<usize, BadRanker> {
    let longest = given.parse().ok();
    longest
        .filter(|longest| (1..=MAX_RANKED).contains(longest))
        .ok_or_else(|| BadRanker::BadNumber {
            name: "longest",
            takes: "a number from 1 to 8",
            given: given.to_owned(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_round_trip_and_the_fields_lie_in_the_order_named() {
        for ranker in [Ranker::default(), Ranker::score()] {
            assert_eq!(ranker.to_string().parse(), Ok(ranker));
        }
        let ranker: Ranker = "order=load,tier longest=3 full_load=0.9".parse().unwrap();
        assert_eq!((ranker.longest(), ranker.full_load()), (3, 0.9));
        assert!(ranker.field(Criterion::Load, 1) > ranker.field(Criterion::Tier, 2));
        assert_eq!(ranker.field(Criterion::Route, 9), 0, "it is not asked");
        assert!(ranker.tie(u64::MAX) < ranker.field(Criterion::Tier, 1));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let error = |text: &str| text.parse::<Ranker>().unwrap_err();
        assert_eq!(error("fast"), BadRanker::UnknownWord("fast".into()));
        assert_eq!(error("speed=1"), BadRanker::UnknownWord("speed=1".into()));
        let unknown = BadRanker::UnknownCriterion("price".into());
        assert_eq!(error("order=tier,price"), unknown);
        assert_eq!(error("order=tier,tier"), BadRanker::Twice(Criterion::Tier));
        for bad in [
            "longest=0",
            "longest=9",
            "full_load=2",
            "full_load=NaN",
            "load_bands=0.5",
            "load_bands=0.8,0.5",
        ] {
            assert!(matches!(error(bad), BadRanker::BadNumber { .. }), "{bad}");
        }
    }
}
