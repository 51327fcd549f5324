//! How near the log comes to the disk: appends at 1 and 64 publishers of 1 KiB beside raw writes with
//! `fdatasync` of as many bytes, in turns. Run by hand: `cargo test --release -p data-events --test speed --
//! --ignored --nocapture`; `MARQUEE_SPEED_FOLDER` names the disk.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use data_events::{EventLog, Log as _, TopicSettings};
use platform_clock::{Clock as _, SystemClock};

const EVENT_BYTES: usize = 1_024;
const ROUND: Duration = Duration::from_secs(2);

async fn appends(log: &Arc<EventLog>, publishers: usize) -> f64 {
    let clock = SystemClock::shared();
    let end = clock.monotonic() + ROUND;
    let publish = |log: Arc<EventLog>, clock: platform_clock::SharedClock| async move {
        let payload = Bytes::from(vec![7; EVENT_BYTES]);
        let mut count = 0_u32;
        while clock.monotonic() < end {
            log.append("speed", Bytes::from_static(b"k"), payload.clone())
                .await
                .expect("the disk has room");
            count += 1;
        }
        count
    };
    let tasks: Vec<_> = (0..publishers)
        .map(|_| tokio::spawn(publish(Arc::clone(log), Arc::clone(&clock))))
        .collect();
    let mut count = 0;
    for task in tasks {
        count += task.await.expect("a publisher does not panic");
    }
    f64::from(count) / ROUND.as_secs_f64()
}

/// Events a second that raw writes of `events` at once reach, each followed by a sync.
fn raw(path: &Path, events: usize) -> f64 {
    let clock = SystemClock::new();
    // A new file each time, as the log begins new segments: a file that was cut is slower to write.
    let _ = std::fs::remove_file(path);
    let mut file = std::fs::File::create_new(path).expect("the folder takes files");
    let batch = vec![7_u8; events * (EVENT_BYTES + 18) + 44];
    let mut count = 0_u32;
    while clock.monotonic() < ROUND {
        file.write_all(&batch).expect("the disk has room");
        file.sync_data().expect("the disk syncs");
        count += 1;
    }
    f64::from(count) * events as f64 / ROUND.as_secs_f64()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it measures; run it by hand on an idle machine"]
#[expect(clippy::print_stdout, reason = "a measurement is printed")]
async fn near_to_the_disk() {
    #[expect(
        clippy::disallowed_methods,
        reason = "where whoever measures wants the files"
    )]
    let parent =
        std::env::var("MARQUEE_SPEED_FOLDER").map_or_else(|_| std::env::temp_dir(), PathBuf::from);
    let folder = tempfile::tempdir_in(parent).unwrap();
    let log = EventLog::open(folder.path().join("log"), SystemClock::shared())
        .await
        .unwrap();
    log.create("speed", &TopicSettings::partitions(1))
        .await
        .unwrap();
    let log = Arc::new(log);
    for publishers in [1, 64] {
        let mut ratios = Vec::new();
        for _ in 0..5 {
            let disk = raw(&folder.path().join("raw"), publishers);
            let own = appends(&log, publishers).await;
            ratios.push(own / disk);
            println!(
                "{publishers} publishers: log {own:.0}/s, disk {disk:.0}/s, ratio {:.2}",
                own / disk
            );
        }
        ratios.sort_by(f64::total_cmp);
        println!("{publishers} publishers: median ratio {:.2}", ratios[2]);
        assert!(ratios[2] > 0.3, "the log keeps within sight of the disk");
    }
}
