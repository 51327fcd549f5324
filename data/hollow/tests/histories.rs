//! Random histories of a dataset against a map: every version, forward and back, by any way.

#![expect(clippy::unwrap_used, reason = "a test fails where an unwrap does")]

use std::collections::BTreeMap;
use std::sync::Arc;

use data_hollow::testing::{Film, FilmIndexes, MemoryStore, film, films};
use data_hollow::{Consumer, Dataset, Producer, ProducerOptions, State};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

type Model = BTreeMap<String, Film>;

const HISTORIES: u64 = 12;
const STEPS: u64 = 25;

fn declared() -> (Arc<Dataset<Film>>, FilmIndexes) {
    let (dataset, indexes) = films("films");
    (Arc::new(dataset), indexes)
}

fn check(state: &State<Film>, indexes: &FilmIndexes, model: &Model, context: &str) {
    assert_eq!(state.len(), model.len() as u64, "{context}");
    for (id, film) in model {
        let found = state
            .get(id)
            .unwrap_or_else(|| panic!("{context}: {id} is missing"));
        assert_eq!(&found.decode().unwrap(), film, "{context}");
        let by_release = state.one(&indexes.release, &film.release).unwrap();
        assert_eq!(&by_release.decode().unwrap().id, id, "{context}");
    }
    for tag in ["quiet", "river", "harbour", "nothing"] {
        let found: Vec<_> = state
            .find(&indexes.tag, tag)
            .map(|it| it.decode().unwrap().id)
            .collect();
        let tagged = model
            .values()
            .filter(|film| film.tags.iter().any(|it| it == tag));
        let expected: Vec<_> = tagged.map(|film| film.id.clone()).collect();
        assert_eq!(found, expected, "{context}: {tag}");
    }
    for prefix in ["", "The ", "The silver of the g"] {
        let found = state.beginning(&indexes.name, prefix);
        let found: Vec<_> = found.map(|it| it.decode().unwrap().name).collect();
        let named = model.values().filter(|film| film.name.starts_with(prefix));
        let mut expected: Vec<_> = named.map(|film| film.name.clone()).collect();
        expected.sort();
        assert_eq!(found, expected, "{context}: {prefix}");
    }
}

/// Changes, adds and removes some films.
fn evolve(random: &mut StdRng, model: &mut Model, edition: u64) {
    for _ in 0..random.random_range(1..60) {
        let number = random.random_range(0..400);
        let film = film(number, edition);
        if random.random_bool(0.3) {
            model.remove(&film.id);
        } else {
            model.insert(film.id.clone(), film);
        }
    }
}

async fn history(seed: u64) {
    let mut random = StdRng::seed_from_u64(seed);
    let (dataset, indexes) = declared();
    let store = MemoryStore::new();
    let options = ProducerOptions {
        snapshot_every: random.random_range(1..6),
        kept_versions: random.random_range(4..30),
        max_count_change: 1.0,
    };
    let mut producer = Producer::open(Arc::clone(&dataset), store.store(), options)
        .await
        .unwrap();
    let following = Consumer::open(Arc::clone(&dataset), store.store())
        .await
        .unwrap();
    let lazy = Consumer::open(Arc::clone(&dataset), store.store())
        .await
        .unwrap();
    let mut versions: BTreeMap<u64, Model> = BTreeMap::new();
    let mut model = Model::new();
    for step in 1..=STEPS {
        let context = format!("seed {seed}, step {step}");
        if versions.len() > 3 && random.random_bool(0.2) {
            let back = *versions
                .keys()
                .rev()
                .nth(random.random_range(1..3))
                .unwrap();
            producer.roll_back(back).await.unwrap();
            model = versions[&back].clone();
        } else {
            evolve(&mut random, &mut model, step);
            let films = model.values().cloned().collect();
            let published = producer.publish(films).await.unwrap();
            versions.insert(published.version, model.clone());
        }
        if random.random_bool(0.1) {
            producer = Producer::open(Arc::clone(&dataset), store.store(), options)
                .await
                .unwrap();
        }
        let state = following.refresh().await.unwrap();
        check(&state, &indexes, &model, &context);
        check(&producer.state(), &indexes, &model, &context);
        if random.random_bool(0.2) {
            check(&lazy.refresh().await.unwrap(), &indexes, &model, &context);
            let fresh = Consumer::open(Arc::clone(&dataset), store.store())
                .await
                .unwrap();
            check(&fresh.state(), &indexes, &model, &context);
            assert_eq!(fresh.state().digest(), state.digest(), "{context}");
        }
    }
}

#[tokio::test]
async fn every_version_is_as_the_model_says() {
    for seed in 0..HISTORIES {
        history(seed).await;
    }
}
