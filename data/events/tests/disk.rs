//! The log on disk: the conformance suite, what a reopen finds, and torn or damaged ends.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use data_events::{Event, EventError, EventLog, Log as _, Offset, conformance};
use platform_clock::{ManualClock, Timestamp};
use proptest::prelude::*;

const TOPIC: &str = "plays";

async fn open(folder: &Path) -> Result<EventLog, EventError> {
    // Segments of few events, so that most checks cross them.
    EventLog::open_with(folder, ManualClock::at(Timestamp::from_millis(5)), 400).await
}

async fn fill(log: &EventLog, sizes: &[usize]) -> Result<(), EventError> {
    for (number, size) in (0_u8..).zip(sizes) {
        let payload = Bytes::from(vec![number; *size]);
        log.append(TOPIC, Bytes::from(format!("key-{number}")), payload)
            .await?;
    }
    Ok(())
}

async fn all(log: &EventLog) -> Result<Vec<Event>, EventError> {
    log.read(TOPIC, Offset(0), usize::MAX).await
}

fn last_segment(folder: &Path) -> PathBuf {
    let entries = std::fs::read_dir(folder.join("topics").join(TOPIC)).expect("the topic is there");
    let paths = entries.map(|entry| entry.expect("the folder reads").path());
    paths.max().expect("a topic has a segment")
}

#[tokio::test]
async fn keeps_what_every_log_promises() {
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::at(Timestamp::from_millis(5));
    conformance::suite(Arc::new(
        EventLog::open(folder.path(), clock).await.unwrap(),
    ))
    .await;
    let folder = tempfile::tempdir().unwrap();
    conformance::suite(Arc::new(open(folder.path()).await.unwrap())).await;
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
        assert_eq!(log.position("readers", TOPIC).await?, Offset(round));
        fill(&log, &[30, 0, 150, 80]).await?;
        log.commit("readers", TOPIC, Offset(round + 1)).await?;
        before = all(&log).await?;
        assert_eq!(before.len() as u64, (round + 1) * 4);
    }
    let log = open(folder.path()).await?;
    for event in &before {
        let read = log.read(TOPIC, event.offset, 3).await?;
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
    assert!(matches!(
        open(folder.path()).await,
        Err(EventError::InUse(_))
    ));
    drop(first);
    open(folder.path()).await.map(|_| ())
}

#[tokio::test]
async fn damage_to_an_earlier_segment_is_told_and_not_skipped() -> Result<(), EventError> {
    let folder = tempfile::tempdir().unwrap();
    fill(&open(folder.path()).await?, &[150; 8]).await?;
    let first = last_segment(folder.path()).with_file_name(format!("{:020}.log", 0));
    let mut bytes = std::fs::read(&first).unwrap();
    bytes[20] ^= 1;
    std::fs::write(&first, bytes).unwrap();
    let log = open(folder.path()).await?;
    assert!(log.torn_tails().is_empty());
    let damaged = log.read(TOPIC, Offset(0), 1).await;
    assert!(matches!(
        damaged,
        Err(EventError::Damaged {
            offset: Offset(0),
            byte: 0,
            ..
        })
    ));
    assert_eq!(
        log.read(TOPIC, Offset(6), 10).await?.len(),
        2,
        "the others can be read"
    );
    Ok(())
}

/// What happens to the last segment while nobody has it open.
#[derive(Debug, Clone)]
enum Harm {
    Truncate(prop::sample::Index),
    Flip(prop::sample::Index, u8),
    Garbage(Vec<u8>),
    Zeros(usize),
}

fn harm() -> impl Strategy<Value = Harm> {
    prop_oneof![
        any::<prop::sample::Index>().prop_map(Harm::Truncate),
        (any::<prop::sample::Index>(), 0..8_u8).prop_map(|(at, bit)| Harm::Flip(at, bit)),
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
        Harm::Flip(at, bit) => {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
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
    // An event of this test has a frame of 28 bytes, a key of five or six, and its payload.
    let frame = |event: &Event| (28 + event.key.len() + event.payload.len()) as u64;
    let (mut whole, mut kept) = (base, 0);
    while whole < before.len() && kept + frame(&before[whole]) <= touched {
        kept += frame(&before[whole]);
        whole += 1;
    }
    let log = open(folder.path()).await?;
    prop_assert_eq!(&all(&log).await?, &before[..whole], "whole events stay");
    let told: Vec<_> = log
        .torn_tails()
        .iter()
        .map(|tail| (tail.kept_bytes, tail.cut_bytes))
        .collect();
    let expected: Vec<_> = (size > kept)
        .then_some((kept, size - kept))
        .into_iter()
        .collect();
    prop_assert_eq!(told, expected, "what is cut is told");
    let next = log
        .append(TOPIC, Bytes::new(), Bytes::from_static(b"after"))
        .await?;
    prop_assert_eq!(next, Offset(whole as u64), "offsets go on");
    drop(log);
    let log = open(folder.path()).await?;
    prop_assert!(log.torn_tails().is_empty(), "a cut end is whole");
    prop_assert_eq!(all(&log).await?.len(), whole + 1);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_harmed_end_loses_only_what_was_harmed_and_says_so(
        sizes in prop::collection::vec(0..200_usize, 1..12),
        harm in harm(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(survives(&sizes, &harm))?;
    }
}
