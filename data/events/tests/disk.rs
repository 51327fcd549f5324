//! The log on disk: the conformance suite, what a reopen finds, torn ends, damage, and retention.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use data_events::{
    Ends, Event, EventError, EventLog, Log as _, NewEvent, Offset, TopicSettings, conformance,
};
use platform_clock::{ManualClock, Timestamp};
use proptest::prelude::*;

const TOPIC: &str = "plays";
const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// Bytes of a segment's header, of a batch's, and of an event beside its key and payload.
const HEADERS: (u64, u64, u64) = (32, 44, 17);

/// Segments of few events, so that most checks cross them.
fn settings() -> TopicSettings {
    TopicSettings {
        segment_bytes: 500,
        ..TopicSettings::partitions(1)
    }
}

async fn open(folder: &Path) -> Result<EventLog, EventError> {
    let log = EventLog::open(folder, ManualClock::at(START)).await?;
    log.create(TOPIC, &settings()).await?;
    Ok(log)
}

async fn fill(log: &EventLog, sizes: &[usize]) -> Result<(), EventError> {
    for (number, size) in (0_u8..).zip(sizes) {
        let payload = Bytes::from(vec![number; *size]);
        let key = Bytes::from(format!("key-{number}"));
        log.append(TOPIC, key, payload).await?;
    }
    Ok(())
}

async fn all(log: &EventLog) -> Result<Vec<Event>, EventError> {
    let first = log.ends(TOPIC, 0).await?.first;
    log.read(TOPIC, 0, first, usize::MAX).await
}

/// The partition's segments, in order.
fn segments(folder: &Path) -> Vec<PathBuf> {
    let partition = folder.join("topics").join(TOPIC).join("0");
    let entries = std::fs::read_dir(partition).expect("the partition is there");
    let paths = entries.map(|entry| entry.expect("the folder reads").path());
    let mut segments: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|it| it == "log"))
        .collect();
    segments.sort();
    segments
}

fn last_segment(folder: &Path) -> PathBuf {
    segments(folder).pop().expect("a partition has a segment")
}

#[tokio::test]
async fn keeps_what_every_log_promises() {
    let folder = tempfile::tempdir().unwrap();
    let log = EventLog::open(folder.path(), ManualClock::at(START))
        .await
        .unwrap();
    conformance::suite(Arc::new(log), "suite").await;
}

#[tokio::test]
async fn a_reopened_log_goes_on_where_it_ended() -> Result<(), EventError> {
    let folder = tempfile::tempdir().unwrap();
    let mut before = Vec::new();
    for round in 0..4_u64 {
        let log = open(folder.path()).await?;
        assert!(
            log.torn_tails().is_empty(),
            "an orderly end leaves nothing torn"
        );
        assert_eq!(all(&log).await?, before);
        let committed = log.committed("readers", TOPIC).await?;
        assert_eq!(
            committed.get(&0).copied(),
            (round > 0).then_some(Offset(round))
        );
        fill(&log, &[30, 0, 150, 80]).await?;
        let member = log.join("readers", TOPIC, "m").await?;
        let generation = member.heartbeat().await?.generation;
        assert!(generation > round, "generations go on over restarts");
        member
            .commit(generation, &[(0, Offset(round + 1))].into())
            .await?;
        before = all(&log).await?;
        assert_eq!(before.len() as u64, (round + 1) * 4);
    }
    let log = open(folder.path()).await?;
    for event in &before {
        let read = log.read(TOPIC, 0, event.offset, 3).await?;
        let start = event.offset.0 as usize;
        assert_eq!(
            read,
            before[start..before.len().min(start + 3)],
            "from any offset"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_folder_in_use_is_refused() -> Result<(), EventError> {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path()).await?;
    fill(&first, &[1]).await?;
    assert!(matches!(
        open(folder.path()).await,
        Err(EventError::InUse(_))
    ));
    drop(first);
    open(folder.path()).await.map(|_| ())
}

#[tokio::test]
async fn an_index_finds_any_event_and_is_only_a_hint() -> Result<(), EventError> {
    let folder = tempfile::tempdir().unwrap();
    let topic = "large";
    let log = open(folder.path()).await?;
    log.create(topic, &TopicSettings::partitions(1)).await?;
    for number in 0..40_u8 {
        let batch = vec![NewEvent::new("", vec![number; 10_000]); 5];
        log.append_batch(topic, 0, batch).await?;
    }
    let index = folder
        .path()
        .join("topics/large/0/00000000000000000000.index");
    assert!(
        std::fs::metadata(&index).unwrap().len() >= 100,
        "two megabytes have several places"
    );
    let check = async |log: &EventLog| -> Result<(), EventError> {
        for offset in (0..200).step_by(7) {
            let event = log.read(topic, 0, Offset(offset), 1).await?.remove(0);
            assert_eq!(
                (event.offset, event.payload[0]),
                (Offset(offset), (offset / 5) as u8)
            );
        }
        Ok(())
    };
    check(&log).await?;
    drop(log);
    check(&open(folder.path()).await?).await?;
    let mut bytes = std::fs::read(&index).unwrap();
    bytes[45] ^= 1;
    bytes.truncate(bytes.len() - 3);
    std::fs::write(&index, bytes).unwrap();
    check(&open(folder.path()).await?).await?;
    std::fs::remove_file(&index).unwrap();
    let log = open(folder.path()).await?;
    check(&log).await?;
    assert_eq!(log.ends(topic, 0).await?.next, Offset(200));
    Ok(())
}

#[tokio::test]
async fn damage_in_the_middle_is_told_and_not_cut() -> Result<(), EventError> {
    let (segment_header, batch_header, event) = HEADERS;
    // A bad body, and a bad header, of the batch in the middle of the last segment.
    for at in [batch_header + event + 9, 9] {
        let folder = tempfile::tempdir().unwrap();
        fill(&open(folder.path()).await?, &[90, 90]).await?;
        let segment = last_segment(folder.path());
        let batch = batch_header + event + 5 + 90;
        let mut bytes = std::fs::read(&segment).unwrap();
        assert_eq!(bytes.len() as u64, segment_header + 2 * batch);
        bytes[(segment_header + at) as usize] ^= 1;
        std::fs::write(&segment, &bytes).unwrap();
        let log = open(folder.path()).await?;
        assert!(log.torn_tails().is_empty(), "nothing is cut");
        let damaged = log.read(TOPIC, 0, Offset(0), 1).await;
        let Err(EventError::Damaged {
            offset,
            segment: told,
            byte,
            ..
        }) = damaged
        else {
            panic!("damage is told: {damaged:?}");
        };
        assert_eq!(
            (offset, byte, told),
            (Offset(0), segment_header, segment.clone())
        );
        assert_eq!(
            log.read(TOPIC, 0, Offset(1), 9).await?.len(),
            1,
            "what follows can be read"
        );
        fill(&log, &[5]).await?;
        assert_eq!(
            log.ends(TOPIC, 0).await?.next,
            Offset(3),
            "and offsets go on"
        );
        assert_eq!(std::fs::read(&segment).unwrap()[..bytes.len()], bytes);
    }
    Ok(())
}

#[tokio::test]
async fn damage_to_an_earlier_segment_is_told() -> Result<(), EventError> {
    for at in [9, 50] {
        let folder = tempfile::tempdir().unwrap();
        fill(&open(folder.path()).await?, &[150; 8]).await?;
        let first = segments(folder.path()).remove(0);
        let mut bytes = std::fs::read(&first).unwrap();
        bytes[at] ^= 1;
        std::fs::write(&first, bytes).unwrap();
        let log = open(folder.path()).await?;
        let damaged = log.read(TOPIC, 0, Offset(0), 1).await;
        assert!(matches!(
            damaged,
            Err(EventError::Damaged {
                offset: Offset(0),
                ..
            })
        ));
        assert_eq!(
            log.read(TOPIC, 0, Offset(6), 10).await?.len(),
            2,
            "the others can be read"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_newer_format_is_refused_in_words() -> Result<(), EventError> {
    let folder = tempfile::tempdir().unwrap();
    fill(&open(folder.path()).await?, &[1]).await?;
    let segment = last_segment(folder.path());
    let mut bytes = std::fs::read(&segment).unwrap();
    bytes[4] = 9;
    std::fs::write(&segment, bytes).unwrap();
    let refused = open(folder.path()).await;
    let Err(error @ EventError::NewerFormat { version: 9, .. }) = refused else {
        panic!("it is refused: {refused:?}");
    };
    assert!(error.to_string().contains("run the version that wrote it"));
    assert!(!error.is_transient());
    Ok(())
}

#[tokio::test]
async fn what_was_copied_before_is_seen_after_a_restart() -> Result<(), EventError> {
    let folder = tempfile::tempdir().unwrap();
    let copied = |origin: u64| {
        vec![NewEvent {
            origin: Some(Offset(origin)),
            ..NewEvent::new("", vec![0; 300])
        }]
    };
    let log = open(folder.path()).await?;
    log.append_batch(TOPIC, 0, copied(4)).await?;
    log.append_batch(TOPIC, 0, copied(7)).await?;
    log.append_batch(TOPIC, 0, vec![NewEvent::new("", vec![0; 300])])
        .await?;
    drop(log);
    let log = open(folder.path()).await?;
    let refused = log.append_batch(TOPIC, 0, copied(7)).await;
    assert!(matches!(
        refused,
        Err(EventError::Duplicate {
            last: Offset(7),
            ..
        })
    ));
    log.append_batch(TOPIC, 0, copied(8)).await.map(drop)
}

#[tokio::test]
async fn retention_drops_whole_segments_by_bytes_and_by_age() -> Result<(), EventError> {
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::at(START);
    let log = EventLog::open(folder.path(), clock.clone()).await?;
    let bytes = TopicSettings {
        retain_bytes: Some(900),
        ..settings()
    };
    log.create(TOPIC, &bytes).await?;
    fill(&log, &[300; 8]).await?;
    let ends = log.ends(TOPIC, 0).await?;
    assert_eq!(ends.next, Offset(8));
    assert!((Offset(4)..Offset(6)).contains(&ends.first), "{ends:?}");
    let refused = log.read(TOPIC, 0, Offset(1), 9).await;
    assert!(matches!(refused, Err(EventError::Retired { first, .. }) if first == ends.first));
    assert_eq!(all(&log).await?.len() as u64, 8 - ends.first.0);
    log.retire().await?;
    let aged = TopicSettings {
        retain_for: Some(Duration::from_hours(1)),
        ..settings()
    };
    log.create("aged", &aged).await?;
    for number in 0..3_u8 {
        log.append("aged", Bytes::new(), vec![number; 400].into())
            .await?;
        clock.advance(Duration::from_mins(40));
    }
    assert_eq!(
        log.retire().await?,
        1,
        "the first segment was closed 80 minutes ago"
    );
    let ends = log.ends("aged", 0).await?;
    assert_eq!(
        ends,
        Ends {
            first: Offset(1),
            next: Offset(3)
        }
    );
    drop(log);
    let log = EventLog::open(folder.path(), clock).await?;
    assert_eq!(
        log.ends("aged", 0).await?,
        ends,
        "a beginning is found again"
    );
    Ok(())
}

/// What happens to the last segment while nobody has it open.
#[derive(Debug, Clone)]
enum Harm {
    Truncate(prop::sample::Index),
    Garbage(Vec<u8>),
    Zeros(usize),
}

fn harm() -> impl Strategy<Value = Harm> {
    prop_oneof![
        any::<prop::sample::Index>().prop_map(Harm::Truncate),
        prop::collection::vec(any::<u8>(), 1..300).prop_map(Harm::Garbage),
        (1..300_usize).prop_map(Harm::Zeros),
    ]
}

/// Does the harm; returns the first byte it touched and the file's size since.
fn apply(harm: &Harm, path: &Path) -> (u64, u64) {
    let mut bytes = std::fs::read(path).expect("the segment reads");
    let touched = match harm {
        Harm::Truncate(at) => {
            let at = at.index(bytes.len() + 1);
            bytes.truncate(at);
            at
        }
        Harm::Garbage(more) => {
            bytes.extend_from_slice(more);
            bytes.len() - more.len()
        }
        Harm::Zeros(count) => {
            bytes.resize(bytes.len() + count, 0);
            bytes.len() - count
        }
    };
    std::fs::write(path, &bytes).expect("the segment is written");
    (touched as u64, bytes.len() as u64)
}

async fn survives(sizes: &[usize], harm: &Harm) -> Result<(), TestCaseError> {
    let (segment_header, batch_header, event) = HEADERS;
    let folder = tempfile::tempdir()?;
    let log = open(folder.path()).await?;
    fill(&log, sizes).await?;
    let before = all(&log).await?;
    drop(log);
    let segment = last_segment(folder.path());
    let stem = segment.file_stem().and_then(|stem| stem.to_str());
    let base: usize = stem
        .and_then(|stem| stem.parse().ok())
        .expect("a name is its first offset");
    let (touched, size) = apply(harm, &segment);
    let batch = |read: &Event| batch_header + event + (read.key.len() + read.payload.len()) as u64;
    let (mut whole, mut kept) = (base, segment_header);
    while whole < before.len() && kept + batch(&before[whole]) <= touched {
        kept += batch(&before[whole]);
        whole += 1;
    }
    let log = open(folder.path()).await?;
    prop_assert_eq!(&all(&log).await?, &before[..whole], "whole batches stay");
    let told: Vec<_> = log
        .torn_tails()
        .iter()
        .map(|tail| (tail.kept_bytes, tail.cut_bytes))
        .collect();
    let cut = if touched < segment_header {
        size
    } else {
        size - kept
    };
    let expected: Vec<_> = (cut > 0).then_some((kept, cut)).into_iter().collect();
    prop_assert_eq!(told, expected, "what is cut is told");
    let next = log
        .append(TOPIC, Bytes::new(), Bytes::from_static(b"after"))
        .await?;
    prop_assert_eq!(next.offset, Offset(whole as u64), "offsets go on");
    drop(log);
    let log = open(folder.path()).await?;
    prop_assert!(log.torn_tails().is_empty(), "a cut end is whole");
    prop_assert_eq!(all(&log).await?.len(), whole + 1);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_torn_end_loses_only_what_was_torn_and_says_so(
        sizes in prop::collection::vec(0..200_usize, 1..8),
        harm in harm(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.unwrap().block_on(survives(&sizes, &harm))?;
    }
}
