//! How fast a dataset is looked up in, loaded and moved on.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use platform_clock::Clock;
use serde::Deserialize;

use crate::blob;
use crate::dataset::Dataset;
use crate::error::HollowError;
use crate::record::encode;
use crate::state::{State, StateChange};
use crate::testing::{Film, film};

/// How often what is timed once is repeated; the median counts.
const ROUNDS: usize = 5;
/// Lookups timed.
const LOOKUPS: u64 = 2_000_000;

/// What was measured. Times are of one thread.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    /// Records in the dataset.
    pub records: u64,
    /// Bytes of memory that records and their table take.
    pub bytes: u64,
    /// Bytes of the snapshot's blob.
    pub snapshot_bytes: u64,
    /// A lookup by a random key that is there, to the record's bytes; nothing of it is decoded.
    pub lookup_ns: f64,
    /// The same, and id, name and year decoded, borrowed from the state.
    pub lookup_view_ns: f64,
    /// The same, and the whole record decoded into its own memory.
    pub lookup_owned_ns: f64,
    /// A lookup by a random key that is not there.
    pub lookup_missing_ns: f64,
    /// The same of the standard library's map from keys to boxed records, which neither shares what versions have in
    /// common nor holds them side by side: what this machine's memory allows without either.
    pub map_ns: f64,
    /// From a snapshot's blob in memory to a state.
    pub snapshot_load: Duration,
    /// From a delta's blob in memory, of one record in a hundred at random, to the next state.
    pub delta_apply: Duration,
    /// The same for a delta of one record.
    pub one_apply: Duration,
}

impl Figures {
    /// The part of a snapshot's load that a delta of 1 % takes.
    pub fn delta_over_snapshot(&self) -> f64 {
        self.delta_apply.as_secs_f64() / self.snapshot_load.as_secs_f64()
    }
}

#[derive(Deserialize)]
struct FilmView<'a> {
    id: &'a str,
    name: &'a str,
    year: u16,
}

/// Measures a dataset of so many films, declared without indexes or with them by the caller.
pub fn measure(
    dataset: &Dataset<Film>,
    records: u64,
    clock: &dyn Clock,
) -> Result<Figures, HollowError> {
    let first = filled(dataset, records)?;
    let snapshot = blob::snapshot(dataset, &first)?;
    let snapshot_load = median(clock, || {
        blob::load(dataset, &snapshot, 1, "snapshot").map(drop)
    })?;
    let state = blob::load(dataset, &snapshot, 1, "snapshot")?;
    drop(first);
    let delta_apply = timed_deltas(dataset, &state, records.div_ceil(100), clock)?;
    let one_apply = timed_deltas(dataset, &state, 1, clock)?;
    let present = keys(records, 0);
    let absent = keys(records, records);
    let bytes_of = |key: &str| state.get(key).map_or(0, |film| film.bytes().len());
    let view_of = |key: &str| {
        let film = state.get(key)?.view::<FilmView<'_>>().ok()?;
        Some(film.id.len() + film.name.len() + usize::from(film.year))
    };
    let owned_of = |key: &str| state.get(key)?.decode().ok();
    let map = boxed(&state);
    let mapped = |key: &str| map.get(key).map_or(0, |record| usize::from(record[0]));
    Ok(Figures {
        records,
        bytes: state.bytes(),
        snapshot_bytes: snapshot.len() as u64,
        lookup_ns: per_lookup(clock, &present, bytes_of),
        lookup_view_ns: per_lookup(clock, &present, view_of),
        lookup_owned_ns: per_lookup(clock, &present, owned_of),
        map_ns: per_lookup(clock, &present, mapped),
        lookup_missing_ns: per_lookup(clock, &absent, bytes_of),
        snapshot_load,
        delta_apply,
        one_apply,
    })
}

fn filled(dataset: &Dataset<Film>, records: u64) -> Result<Arc<State<Film>>, HollowError> {
    let mut change = StateChange::new(dataset, records as usize);
    for number in 0..records {
        let encoded = encode(&film(number, 0))?;
        change.put(encoded.key_len, &encoded.bytes)?;
    }
    change.finish(1)
}

fn boxed(state: &State<Film>) -> HashMap<String, Box<[u8]>> {
    let entries = state.rows().iter().map(|entry| {
        let key = String::from_utf8_lossy(&entry.key()[1..]).into_owned();
        (key, Box::from(entry.record))
    });
    entries.collect()
}

/// The median time of a delta that replaces `count` records, applied to one state after another as a
/// consumer does.
fn timed_deltas(
    dataset: &Dataset<Film>,
    state: &Arc<State<Film>>,
    count: u64,
    clock: &dyn Clock,
) -> Result<Duration, HollowError> {
    let (mut state, mut times) = (Arc::clone(state), Vec::new());
    for round in 1..=ROUNDS as u64 {
        let mut change = StateChange::of(dataset, &state);
        for pick in 0..count {
            let number = scattered(pick + round * count, state.len());
            let encoded = encode(&film(number, round))?;
            change.put(encoded.key_len, &encoded.bytes)?;
        }
        let version = state.version() + 1;
        let next = change.finish(version)?;
        let changes = blob::diff(state.rows(), next.rows());
        let delta = blob::delta(dataset, state.version(), &next, &changes)?;
        drop(changes);
        drop(next);
        let began = clock.monotonic();
        state = blob::apply(dataset, &state, &delta, version, "delta")?;
        times.push(clock.monotonic().saturating_sub(began));
    }
    times.sort_unstable();
    Ok(times[ROUNDS / 2])
}

fn median(
    clock: &dyn Clock,
    mut run: impl FnMut() -> Result<(), HollowError>,
) -> Result<Duration, HollowError> {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let began = clock.monotonic();
        run()?;
        times.push(clock.monotonic().saturating_sub(began));
    }
    times.sort_unstable();
    Ok(times[ROUNDS / 2])
}

/// A number below `records` for each pick, in an order that no cache foresees.
fn scattered(pick: u64, records: u64) -> u64 {
    pick.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29) % records
}

/// Keys to look up, side by side, so that only the dataset is read at random.
fn keys(records: u64, from: u64) -> String {
    let picks = (0..LOOKUPS / 4).map(|pick| scattered(pick, records) + from);
    picks.map(|number| film(number, 0).id).collect()
}

fn per_lookup<T>(clock: &dyn Clock, keys: &str, look: impl Fn(&str) -> T) -> f64 {
    const KEY_BYTES: usize = 26;
    let began = clock.monotonic();
    let mut looked = 0;
    while looked < LOOKUPS {
        for start in (0..keys.len()).step_by(KEY_BYTES) {
            black_box(look(&keys[start..start + KEY_BYTES]));
            looked += 1;
        }
    }
    clock.monotonic().saturating_sub(began).as_nanos() as f64 / looked as f64
}
