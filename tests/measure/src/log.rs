//! The event log beside the disk, and beside NATS `JetStream`.

mod file;
mod nats;

use std::fmt::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use data_events::{EventLog, Log as _, TopicSettings};
use platform_clock::SharedClock;

use crate::figure::Figure;
use crate::ground::Ground;
use crate::limits::{APPENDING, LONG_ROUNDS, PUBLISHERS, VALUE_BYTES};
use crate::plan::Plan;
use crate::rounds::{Paired, Side};
use nats::Nats;
use tests_figures::Report;

/// The topic, which has one partition.
const TOPIC: &str = "speed";

/// The log under measurement.
struct Measured {
    log: Arc<EventLog>,
    clock: SharedClock,
    payload: Bytes,
}

pub(crate) async fn measure(
    plan: &Plan,
    ground: &Ground,
    report: &mut Report,
) -> anyhow::Result<()> {
    if !plan.wants_any(&[Figure::LogDisk, Figure::LogNats]) {
        return Ok(());
    }
    let folder = ground.folder()?;
    let log = EventLog::open(folder.path().join("log"), Arc::clone(&ground.clock)).await?;
    log.create(TOPIC, &TopicSettings::partitions(1)).await?;
    let measured = Measured {
        log: Arc::new(log),
        clock: Arc::clone(&ground.clock),
        payload: crate::values::Values::new().value(0),
    };
    let rounds = plan.pick(LONG_ROUNDS, LONG_ROUNDS / 2 + 2);
    if plan.wants(Figure::LogDisk) {
        let path = folder.path().join("file");
        let disk = file::File::new(path, PUBLISHERS * VALUE_BYTES, Arc::clone(&ground.clock));
        beside_disk(rounds, &measured, &disk, report).await?;
    }
    if plan.wants(Figure::LogNats) {
        match tests_engines::address("NATS") {
            None => report.leave_out(Figure::LogNats, "no NATS server; `./bench data` starts one"),
            Some(address) => beside_nats(rounds, &measured, &address, report).await?,
        }
    }
    Ok(())
}

/// The file's batches are of as many events as the log's can be at most, one of each publisher: a smaller
/// batch would make the disk slower, and the log look better.
async fn beside_disk(
    rounds: usize,
    log: &Measured,
    disk: &file::File,
    report: &mut Report,
) -> anyhow::Result<()> {
    let mut pairs = Vec::new();
    for round in 0..rounds {
        let mut pair = (0.0, 0.0);
        for side in Side::order(round) {
            match side {
                Side::Ours => pair.0 = log.rate(PUBLISHERS).await? * VALUE_BYTES as f64,
                Side::Peer => pair.1 = disk.rate().await?,
            }
        }
        pairs.push(pair);
    }
    let paired = Paired::of(&pairs);
    let how = format!(
        "{:.1} MB/s of {PUBLISHERS} publishers of 1 KiB; a file, {PUBLISHERS} KiB and fdatasync by turns, {:.1} MB/s",
        paired.ours / 1e6,
        paired.peer / 1e6
    );
    report.add(Figure::LogDisk, paired.ratio, &how);
    Ok(())
}

/// With one publisher and with many; the lesser ratio counts.
async fn beside_nats(
    rounds: usize,
    log: &Measured,
    address: &str,
    report: &mut Report,
) -> anyhow::Result<()> {
    let mut nats = Nats::connect(address, Arc::clone(&log.clock)).await?;
    nats.create_stream().await?;
    let (mut least, mut how) = (f64::INFINITY, format!("NATS {}, sync always", nats.version));
    for publishers in [1, PUBLISHERS] {
        let mut pairs = Vec::new();
        for round in 0..rounds {
            let mut pair = (0.0, 0.0);
            for side in Side::order(round) {
                match side {
                    Side::Ours => pair.0 = log.rate(publishers).await?,
                    Side::Peer => pair.1 = nats.rate(publishers, &log.payload).await?,
                }
            }
            pairs.push(pair);
        }
        let paired = Paired::of(&pairs);
        least = least.min(paired.ratio);
        write!(
            how,
            "; {publishers} publishers {:.0}/s and {:.0}/s ({:.2})",
            paired.ours, paired.peer, paired.ratio
        )?;
    }
    report.add(Figure::LogNats, least, &how);
    Ok(())
}

impl Measured {
    /// Acknowledged events a second, of so many publishers that each wait for one before the next.
    async fn rate(&self, publishers: usize) -> anyhow::Result<f64> {
        let began = self.clock.monotonic();
        let tasks: Vec<_> = (0..publishers)
            .map(|_| {
                let (log, clock) = (Arc::clone(&self.log), Arc::clone(&self.clock));
                let payload = self.payload.clone();
                tokio::spawn(async move {
                    let mut count = 0_u32;
                    while clock.monotonic().saturating_sub(began) < APPENDING {
                        log.append(TOPIC, Bytes::new(), payload.clone()).await?;
                        count += 1;
                    }
                    anyhow::Ok(count)
                })
            })
            .collect();
        let mut count = 0;
        for task in tasks {
            count += task.await??;
        }
        let took = self.clock.monotonic().saturating_sub(began);
        Ok(f64::from(count) / took.as_secs_f64())
    }
}
