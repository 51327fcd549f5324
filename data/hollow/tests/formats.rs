//! Formats kept: what version 1 wrote is read by every later one.
//!
//! The files were written by `keep_the_formats` (ignored). A changed format gets files of its own beside them.

#![expect(clippy::unwrap_used, reason = "a test fails where an unwrap does")]

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use data_hollow::testing::MemoryStore;
use data_hollow::{
    Announcements as _, Blobs as _, Consumer, Dataset, Editor, HollowError, ManyIndex, Producer,
    ProducerOptions, RawConsumer, Record,
};
use serde::{Deserialize, Serialize};

/// The record as the files were written with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Town {
    name: String,
    people: u32,
    rivers: Vec<String>,
}

impl Record for Town {
    type Key = str;
    fn key(&self) -> &str {
        &self.name
    }
}

/// The record with fields added since.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct TownNow {
    name: String,
    people: u32,
    rivers: Vec<String>,
    mayor: Option<String>,
    walled: bool,
    area_km2: f64,
}

impl Record for TownNow {
    type Key = str;
    fn key(&self) -> &str {
        &self.name
    }
}

/// The record with a field renamed.
#[derive(Debug, Serialize, Deserialize)]
struct TownRenamed {
    name: String,
    inhabitants: u32,
}

impl Record for TownRenamed {
    type Key = str;
    fn key(&self) -> &str {
        &self.name
    }
}

fn town(name: &str, people: u32, rivers: &[&str]) -> Town {
    let rivers = rivers.iter().map(|river| (*river).to_owned()).collect();
    Town {
        name: name.into(),
        people,
        rivers,
    }
}

fn first() -> Vec<Town> {
    vec![
        town("Ulm", 129_000, &["Donau", "Blau"]),
        town("Jena", 110_000, &["Saale"]),
    ]
}

fn second() -> Vec<Town> {
    vec![
        town("Ulm", 130_000, &["Donau", "Blau"]),
        town("Kiel", 247_000, &[]),
    ]
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/formats/1")
}

const TOPICS: [&str; 2] = ["hollow.towns", "hollow.rawtowns.raw"];

/// The kept files as a store.
async fn kept() -> Arc<MemoryStore> {
    let store = MemoryStore::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|it| it == "blob") {
            store
                .put(std::fs::read(path).unwrap().into())
                .await
                .unwrap();
        }
    }
    for topic in TOPICS {
        for place in 0.. {
            let Ok(message) = std::fs::read(folder().join(format!("{topic}.{place}"))) else {
                assert!(place > 1, "the messages of {topic} are kept");
                break;
            };
            store.append(topic, message.into()).await.unwrap();
        }
    }
    store
}

#[tokio::test]
#[ignore = "writes the kept files; run once per format"]
async fn keep_the_formats() {
    let store = MemoryStore::new();
    let towns = Arc::new(Dataset::<Town>::new("towns").unwrap());
    let options = ProducerOptions::default();
    let mut producer = Producer::open(towns, store.store(), options).await.unwrap();
    producer.publish(first()).await.unwrap();
    producer.publish(second()).await.unwrap();
    let towns = Arc::new(Dataset::<Town>::new("rawtowns").unwrap());
    let consumer = Arc::new(RawConsumer::open(towns, store.store()).await.unwrap());
    let editor = Editor::new(consumer);
    for town in first() {
        editor.put(&town).await.unwrap();
    }
    editor.remove("Jena").await.unwrap();
    std::fs::create_dir_all(folder()).unwrap();
    let keep = |name: String, bytes: Bytes| {
        let mut file = std::fs::File::create_new(folder().join(name)).unwrap();
        std::io::Write::write_all(&mut file, &bytes).unwrap();
    };
    for name in store.blobs() {
        keep(format!("{name}.blob"), store.get(name).await.unwrap());
    }
    for topic in TOPICS {
        for (place, message) in store.read(topic, 0, 100).await.unwrap() {
            keep(format!("{topic}.{place}"), message);
        }
    }
}

#[tokio::test]
async fn format_1_is_read_with_the_fields_of_then_and_of_now() {
    let store = kept().await;
    let then = Arc::new(Dataset::<Town>::new("towns").unwrap());
    let consumer = Consumer::open(then, store.store()).await.unwrap();
    for expected in second() {
        let read = consumer
            .state()
            .get(&expected.name)
            .unwrap()
            .decode()
            .unwrap();
        assert_eq!(read, expected);
    }
    let mut now = Dataset::<TownNow>::new("towns").unwrap();
    let mayors: ManyIndex<TownNow, str> = now.many("mayor", |town, keys| {
        town.mayor.iter().for_each(|mayor| keys.add(mayor.as_str()));
    });
    let now = Arc::new(now);
    let options = ProducerOptions::default();
    let mut producer = Producer::open(Arc::clone(&now), store.store(), options)
        .await
        .unwrap();
    let mut ulm = producer.state().get("Ulm").unwrap().decode().unwrap();
    assert_eq!(
        (ulm.people, ulm.mayor.clone(), ulm.walled),
        (130_000, None, false)
    );
    ulm.mayor = Some("Martin".into());
    producer.publish(vec![ulm.clone()]).await.unwrap();
    let state = Consumer::open(now, store.store()).await.unwrap().state();
    let found: Vec<_> = state
        .find(&mayors, "Martin")
        .map(|it| it.decode().unwrap())
        .collect();
    assert_eq!(found, [ulm]);
    // The program of then reads on, without the fields it does not know.
    let state = consumer.refresh().await.unwrap();
    let read = state.get("Ulm").unwrap().decode().unwrap();
    assert_eq!((state.version(), read.people), (3, 130_000));
    producer.roll_back(1).await.unwrap();
    assert!(
        consumer.refresh().await.unwrap().get("Jena").is_some(),
        "back by kept deltas"
    );
}

#[tokio::test]
async fn raw_edits_of_format_1_are_read() {
    let store = kept().await;
    let now = Arc::new(Dataset::<TownNow>::new("rawtowns").unwrap());
    let state = RawConsumer::open(now, store.store()).await.unwrap().state();
    assert_eq!((state.len(), state.version()), (1, 3));
    assert_eq!(
        state.get("Ulm").unwrap().decode().unwrap().rivers,
        ["Donau", "Blau"]
    );
}

#[tokio::test]
async fn a_renamed_field_is_refused_in_words() {
    let store = kept().await;
    let renamed = Arc::new(Dataset::<TownRenamed>::new("rawtowns").unwrap());
    let error = RawConsumer::open(renamed, store.store()).await.unwrap_err();
    assert!(matches!(error, HollowError::OtherFields { place: 2, .. }));
    assert!(
        error
            .to_string()
            .contains("`people` there and `inhabitants` here"),
        "{error}"
    );
    let renamed = Arc::new(Dataset::<TownRenamed>::new("towns").unwrap());
    let error = Consumer::open(renamed, store.store()).await.unwrap_err();
    assert!(
        matches!(error, HollowError::OtherFields { place: 2, .. }),
        "{error}"
    );
}
