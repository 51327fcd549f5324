//! Mirrors between logs that fail, hang and answer late: nothing is missing, nothing is there twice.
//!
//! Time is tokio's, paused: it passes when everybody waits, so hours of backoff take no time. A failure names
//! the seed that repeats it.

mod faulty;

use std::sync::Arc;
use std::time::Duration;

use data_events::mirror::{Activity, Mirror, MirrorSettings};
use data_events::{EventError, EventLog, MemoryLog, NewEvent, Offset, SharedLog, TopicSettings};
use platform_clock::{ManualClock, Timestamp};
use platform_entropy::{SeededEntropy, SharedEntropy, unit};

use crate::faulty::Faulty;

const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const TOPIC: &str = "plays";
const PARTITIONS: u32 = 3;

fn memory() -> SharedLog {
    Arc::new(MemoryLog::new(ManualClock::at(START)))
}

fn settings() -> MirrorSettings {
    MirrorSettings {
        batch: 7,
        streams: 2,
        ..MirrorSettings::new("mirror", vec![TOPIC.to_owned()])
    }
}

async fn publish(log: &SharedLog, partition: u32, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let event = NewEvent::new(format!("key-{number}"), number.to_be_bytes().to_vec());
        log.append_batch(TOPIC, partition, vec![event])
            .await
            .expect("a log that is well takes events");
    }
}

/// That the copy is the source, event by event.
async fn require_same(source: &SharedLog, copy: &SharedLog, seed: u64) {
    for partition in 0..PARTITIONS {
        let read = source
            .read(TOPIC, partition, Offset(0), 1_000)
            .await
            .expect("the source reads");
        let copied = copy
            .read(TOPIC, partition, Offset(0), 1_000)
            .await
            .expect("the copy reads");
        let origins: Vec<_> = copied.iter().filter_map(|event| event.origin).collect();
        let offsets: Vec<_> = read.iter().map(|event| event.offset).collect();
        assert_eq!(
            origins, offsets,
            "seed {seed}: no gap and no duplicate in partition {partition}"
        );
        for (original, copy) in read.iter().zip(&copied) {
            assert_eq!(
                (&original.key, &original.payload),
                (&copy.key, &copy.payload),
                "seed {seed}"
            );
            assert_eq!(original.at, copy.at, "seed {seed}: time is kept");
        }
    }
}

async fn history(seed: u64) {
    let entropy: SharedEntropy = SeededEntropy::shared(seed);
    let (source, copy) = (memory(), memory());
    source
        .create(TOPIC, &TopicSettings::partitions(PARTITIONS))
        .await
        .expect("a topic is created");
    for partition in 0..PARTITIONS {
        publish(&source, partition, 0..40).await;
    }
    let (from, to) = (
        Faulty::drawn_from(Arc::clone(&source), Arc::clone(&entropy), 40),
        Faulty::drawn_from(Arc::clone(&copy), Arc::clone(&entropy), 40),
    );
    // Mirrors that are killed at any moment, then one that may finish.
    for _ in 0..4 {
        let mirror = Mirror::new(
            Arc::clone(&from),
            Arc::clone(&to),
            settings(),
            Arc::clone(&entropy),
        );
        let mirror = mirror.expect("the settings are right");
        let life = Duration::from_millis((unit(&*entropy) * 120_000.0) as u64);
        let _ = tokio::time::timeout(life, mirror.run()).await;
        publish(&source, 1, 40..45).await;
    }
    let mirror = Mirror::new(from, to, settings(), entropy).expect("the settings are right");
    let patience = Duration::from_hours(10);
    let finished = async {
        tokio::select! {
            stopped = mirror.run() => panic!("seed {seed}: a mirror goes on: {stopped:?}"),
            () = mirror.caught_up() => {}
        }
    };
    tokio::time::timeout(patience, finished)
        .await
        .unwrap_or_else(|_| panic!("seed {seed}: the mirror catches up"));
    require_same(&source, &copy, seed).await;
}

#[test]
fn nothing_is_missing_and_nothing_is_there_twice() {
    for seed in 0..60 {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_time().start_paused(true).build();
        let runtime = runtime.expect("a runtime starts");
        runtime.block_on(history(seed));
    }
}

#[tokio::test]
async fn a_mirror_goes_on_with_what_comes_and_resumes_on_the_disk() -> Result<(), EventError> {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let clock = ManualClock::at(START);
    let source: SharedLog = Arc::new(EventLog::open(folders[0].path(), clock.clone()).await?);
    source
        .create(TOPIC, &TopicSettings::partitions(PARTITIONS))
        .await?;
    for round in 0..3 {
        let copy: SharedLog = Arc::new(EventLog::open(folders[1].path(), clock.clone()).await?);
        for partition in 0..PARTITIONS {
            publish(&source, partition, round * 10..round * 10 + 10).await;
        }
        let entropy = SeededEntropy::shared(1);
        let mirror = Mirror::new(Arc::clone(&source), Arc::clone(&copy), settings(), entropy)?;
        let copied = async {
            mirror.caught_up().await;
            publish(&source, 2, 100..103).await;
            copy.wait(
                TOPIC,
                2,
                source
                    .ends(TOPIC, 2)
                    .await?
                    .next
                    .0
                    .checked_sub(1)
                    .map(Offset)
                    .unwrap(),
            )
            .await
        };
        tokio::select! {
            stopped = mirror.run() => stopped?,
            copied = copied => copied?,
        }
        assert!(mirror.states().iter().all(|state| state.missed == 0));
        require_same(&source, &copy, 0).await;
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_hung_peer_shows_and_a_wrong_one_ends_the_mirror() -> Result<(), EventError> {
    let (source, copy) = (memory(), memory());
    source.create(TOPIC, &TopicSettings::partitions(1)).await?;
    publish(&source, 0, 0..5).await;
    copy.create(TOPIC, &TopicSettings::partitions(2)).await?;
    let entropy = SeededEntropy::shared(1);
    let mirror = Mirror::new(
        Arc::clone(&source),
        Arc::clone(&copy),
        settings(),
        Arc::clone(&entropy),
    )?;
    assert!(matches!(
        mirror.run().await,
        Err(EventError::WrongPartitions { .. })
    ));
    let copy = memory();
    copy.create(TOPIC, &TopicSettings::partitions(1)).await?;
    copy.append_batch(TOPIC, 0, vec![NewEvent::new("", "its own")])
        .await?;
    let mirror = Mirror::new(Arc::clone(&source), copy, settings(), Arc::clone(&entropy))?;
    assert!(
        matches!(mirror.run().await, Err(EventError::Refused { .. })),
        "a copy holds copies only"
    );
    let hung = Faulty::hung(memory());
    hung.create(TOPIC, &TopicSettings::partitions(1)).await?;
    let mirror = Mirror::new(source, hung, settings(), entropy)?;
    let _ = tokio::time::timeout(Duration::from_mins(2), mirror.run()).await;
    let state = mirror.states().remove(0);
    assert!(
        matches!(
            state.activity,
            Activity::Retrying { failures: 2.., .. } | Activity::Resuming
        ),
        "{state:?}"
    );
    assert_eq!(state.copied, 0);
    Ok(())
}
