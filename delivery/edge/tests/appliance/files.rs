//! What becomes of connections when the process has no file left for one more.

use std::fs::File;
use std::process::Command;
use std::time::Duration;

use delivery_edge::EdgeConfig;
use delivery_edge::limits::LET_GO;
use rustix::process::{Resource, Rlimit, setrlimit};

use crate::bed::Bed;
use crate::protocol::{asks, connect, rest};
use crate::upstream::Synthetic;

/// Connections before the files are all taken: some more than go at once.
const CONNECTIONS: usize = LET_GO + 20;
/// Files beside them: what the appliance and the runtime have open.
const BESIDE: usize = 60;

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "it is this program, which ends by itself"
)]
fn where_no_file_is_left_those_that_ask_nothing_go_the_longest_idle_first() {
    // The limit is a whole process's: other tests would run into it.
    let this = std::env::current_exe().unwrap();
    let alone = ["--exact", "--ignored", "files::of_a_process_with_few_files"];
    let run = Command::new(this).args(alone).output().unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
#[ignore = "lowers the limit of open files for its process; another test runs it in one of its own"]
async fn of_a_process_with_few_files() {
    let files = (2 * CONNECTIONS + BESIDE) as u64;
    let few = Rlimit {
        current: Some(files),
        maximum: Some(files),
    };
    setrlimit(Resource::Nofile, few).unwrap();
    let bed = one_loop().await;
    let mut streams = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut stream = connect(&bed).await;
        asks(&mut stream).await;
        streams.push(stream);
        bed.clock.advance(Duration::from_millis(10));
    }
    let taken: Vec<File> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
    assert!(taken.len() < BESIDE, "{} files were left", taken.len());
    assert_eq!(bed.metric("marquee_edge_connections_let_go_total"), 0);
    // One for whoever comes; the appliance has none for its side of it.
    let mut taken = taken.into_iter();
    drop(taken.next());
    let mut one_more = connect(&bed).await;
    asks(&mut one_more).await;
    let let_go = bed.metric("marquee_edge_connections_let_go_total");
    assert_eq!(let_go, LET_GO as u64);
    for stream in &mut streams[..LET_GO] {
        assert_eq!(rest(stream).await, "");
    }
    asks(&mut streams[LET_GO]).await;
    asks(&mut one_more).await;
}

/// An appliance whose connections are all of one event loop's.
async fn one_loop() -> Bed {
    let folder = tempfile::tempdir().unwrap();
    let config = EdgeConfig {
        folder: folder.path().join("cache"),
        threads: 1,
        ..EdgeConfig::default()
    };
    Bed::with(config, Synthetic::new(), folder).await
}
