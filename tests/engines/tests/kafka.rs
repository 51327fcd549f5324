//! Kafka: the event log's suite, and a dataset told over it.

use std::sync::Arc;

use data_events::{SharedLog, conformance};
use data_hollow::testing::{film, films};
use data_hollow::{Consumer, HollowStore, Producer, ProducerOptions};
use data_kafka::{KafkaLog, KafkaSettings};
use data_objects::{Objects, S3Config, S3Credentials, Writers};
use platform_clock::SystemClock;
use tests_engines::{Bucket, address, bucket, unique};

async fn log() -> Option<SharedLog> {
    let settings = KafkaSettings::new(address("KAFKA")?);
    let log = KafkaLog::connect(settings, SystemClock::shared()).await;
    Some(Arc::new(log.expect("the broker answers")))
}

/// The beginning of topics' names that no earlier run has used: they have no underscore.
fn topics(suite: &str) -> String {
    unique(suite).replace('_', "-")
}

/// What lies below `prefix` in the bucket.
async fn open(bucket: Bucket, prefix: &str) -> Objects {
    let endpoint = bucket.endpoint.parse().expect("the endpoint is a URL");
    let config = S3Config::new(bucket.name)
        .below(prefix)
        .at(endpoint)
        .in_region(bucket.region)
        .with_credentials(S3Credentials::new(bucket.key, bucket.secret))
        .written_by(Writers::One);
    Objects::open_s3(config).await.expect("the bucket opens")
}

#[tokio::test(flavor = "multi_thread")]
async fn kafka_keeps_what_every_log_promises() {
    let Some(log) = log().await else {
        return;
    };
    conformance::suite(log, &topics("events")).await;
}

#[tokio::test]
async fn a_cluster_that_is_not_there_can_be_tried_again() {
    if address("KAFKA").is_none() {
        return;
    }
    let nobody = KafkaSettings::new("127.0.0.1:9");
    let refused = KafkaLog::connect(nobody, SystemClock::shared()).await;
    let error = refused.expect_err("nobody listens there");
    assert!(error.is_transient(), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dataset_over_kafka_and_s3_is_followed_and_found_again() {
    let (Some(log), Some(bucket)) = (log().await, bucket()) else {
        return;
    };
    let objects = open(bucket, &unique("dataset")).await;
    let store = HollowStore::new(objects, log);
    let dataset = Arc::new(films(&topics("films")).0);
    let some = |edition| (0..20).map(move |number| film(number, edition)).collect();
    let early = Consumer::open(Arc::clone(&dataset), store.clone()).await;
    let early = early.expect("an empty dataset opens");
    for edition in 1..=2 {
        // A producer that restarts goes on from what stands.
        let options = ProducerOptions::default();
        let producer = Producer::open(Arc::clone(&dataset), store.clone(), options).await;
        let published = producer.expect("it opens").publish(some(edition)).await;
        assert_eq!(published.expect("it is published").version, edition);
    }
    let late = Consumer::open(dataset, store).await.expect("it opens");
    for state in [early.refresh().await.expect("it follows"), late.state()] {
        assert_eq!(state.version(), 2);
        let read = state.get(&film(5, 0).id).expect("it was published");
        assert_eq!(read.decode().expect("it is whole"), film(5, 2));
    }
}
