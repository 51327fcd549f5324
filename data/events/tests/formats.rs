//! Logs that earlier versions wrote, kept as bytes under `tests/formats/<format>`, open with everything in
//! them. `MARQUEE_WRITE_FORMATS=1` writes the newest one anew.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use data_events::{EventError, EventLog, Log as _, NewEvent, Offset, TopicSettings};
use platform_clock::{ManualClock, Timestamp};

const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

fn kept(format: u32) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/formats/{format}"))
}

/// A copy that may be written to.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a temporary folder takes folders");
    for entry in std::fs::read_dir(from).expect("the kept log is there") {
        let entry = entry.expect("the kept log reads");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a kept file copies");
        }
    }
}

#[tokio::test]
async fn format_1_is_taken_over() -> Result<(), EventError> {
    let folder = tempfile::tempdir().unwrap();
    copy(&kept(1), folder.path());
    for events in 12..14_u64 {
        let log = EventLog::open(folder.path(), ManualClock::at(START)).await?;
        assert!(log.torn_tails().is_empty());
        assert_eq!(log.partitions("plays").await?, 1);
        let read = log.read("plays", 0, Offset(0), 100).await?;
        assert_eq!(read.len() as u64, events);
        for (event, number) in read.iter().zip(0..12_u8) {
            assert_eq!(event.key, format!("key-{number}"));
            assert_eq!(event.payload, vec![number; usize::from(number) * 9]);
            assert_eq!(
                event.at.millis(),
                START.millis() + 10 * (u64::from(number) + 1)
            );
        }
        assert_eq!(log.read("plays", 0, Offset(7), 1).await?, read[7..8]);
        assert_eq!(
            log.read("titles.made", 0, Offset(0), 9).await?[0].payload,
            "first"
        );
        let committed = log.committed("readers", "plays").await?;
        assert_eq!(committed, BTreeMap::from([(0, Offset(7))]));
        let place = log
            .append("plays", Bytes::new(), Bytes::from_static(b"new"))
            .await?;
        assert_eq!(
            place.offset,
            Offset(events),
            "and goes on in the format of today"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_torn_end_of_format_1_is_cut_and_told() -> Result<(), EventError> {
    let folder = tempfile::tempdir().unwrap();
    copy(&kept(1), folder.path());
    let last = folder.path().join("topics/plays/00000000000000000009.log");
    let size = std::fs::metadata(&last).unwrap().len();
    std::fs::File::options()
        .write(true)
        .open(&last)
        .unwrap()
        .set_len(size - 3)
        .unwrap();
    let log = EventLog::open(folder.path(), ManualClock::at(START)).await?;
    assert_eq!(log.torn_tails().len(), 1);
    assert_eq!(log.torn_tails()[0].next, Offset(11));
    assert_eq!(log.read("plays", 0, Offset(0), 100).await?.len(), 11);
    Ok(())
}

async fn write_format_2(folder: &Path) -> Result<(), EventError> {
    let log = EventLog::open(folder, ManualClock::at(START)).await?;
    let settings = TopicSettings {
        segment_bytes: 400,
        ..TopicSettings::partitions(2)
    };
    log.create("plays", &settings).await?;
    for number in 0..12_u8 {
        let event = NewEvent {
            at: Some(START),
            origin: (number % 2 == 1).then_some(Offset(number.into())),
            ..NewEvent::new(
                format!("key-{number}"),
                vec![number; usize::from(number) * 9],
            )
        };
        log.append_batch("plays", u32::from(number % 3 == 0), vec![event])
            .await?;
    }
    let member = log.join("readers", "plays", "m").await?;
    let generation = member.heartbeat().await?.generation;
    member
        .commit(generation, &[(0, Offset(7)), (1, Offset(2))].into())
        .await
}

#[tokio::test]
async fn format_2_opens() -> Result<(), EventError> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a flag of whoever runs the test, not configuration"
    )]
    let write = std::env::var("MARQUEE_WRITE_FORMATS").is_ok();
    if write {
        let _ = std::fs::remove_dir_all(kept(2));
        write_format_2(&kept(2)).await?;
        std::fs::remove_file(kept(2).join("lock")).expect("an open log had a lock");
    }
    let folder = tempfile::tempdir().unwrap();
    copy(&kept(2), folder.path());
    let log = EventLog::open(folder.path(), ManualClock::at(START)).await?;
    assert!(log.torn_tails().is_empty());
    let mut read = log.read("plays", 0, Offset(0), 100).await?;
    assert_eq!(read.len(), 8);
    read.extend(log.read("plays", 1, Offset(0), 100).await?);
    read.sort_by_key(|event| event.payload.len());
    for (event, number) in read.iter().zip(0..12_u8) {
        assert_eq!(event.key, format!("key-{number}"));
        assert_eq!(event.payload, vec![number; usize::from(number) * 9]);
        assert_eq!(event.at, START);
        assert_eq!(
            event.origin,
            (number % 2 == 1).then_some(Offset(number.into()))
        );
    }
    let committed = log.committed("readers", "plays").await?;
    assert_eq!(committed, BTreeMap::from([(0, Offset(7)), (1, Offset(2))]));
    let written = folder.path().join("again");
    write_format_2(&written).await?;
    let segment = "topics/plays/0/00000000000000000000.log";
    let same = std::fs::read(written.join(segment)).unwrap()
        == std::fs::read(kept(2).join(segment)).unwrap();
    assert!(same, "what is written today is format 2");
    Ok(())
}
