//! A wide partition: pages from its middle, before and after it was split.
//!
//! Two readers of one engine: one whose clock stands still, so that it goes on reading the partition, and one
//! that knows the parts. Their reads take turns, so that both meet the same disk, caches and noise.

mod partition;

use std::sync::Arc;

use data_cassandra::{CassandraEngine, Cluster};
use data_engine::{FjallEngine, SharedEngine};

use crate::figure::Figure;
use crate::ground::Ground;
use crate::limits::{FEW_WIDE_PAGES, QUICK_WIDE_BYTES, WIDE_BYTES, WIDE_PAGES};
use crate::plan::Plan;
use crate::rounds::human;
use partition::{Pages, Partition};
use tests_figures::Report;

pub(crate) async fn measure(
    plan: &Plan,
    ground: &Ground,
    report: &mut Report,
) -> anyhow::Result<()> {
    let bytes = plan.pick(WIDE_BYTES, QUICK_WIDE_BYTES);
    if plan.wants(Figure::WideCost) {
        let folder = ground.folder()?;
        let engine = FjallEngine::open_shared(folder.path()).await?;
        let pages = of(engine, bytes, plan.pick(WIDE_PAGES, FEW_WIDE_PAGES)).await?;
        report.add(
            Figure::WideCost,
            pages.after / pages.before,
            &how(&pages, bytes),
        );
    }
    if plan.wants(Figure::WideSpeedup) {
        let Some(address) = tests_engines::address("CASSANDRA") else {
            let why = "no Cassandra; `./bench data` starts one";
            report.leave_out(Figure::WideSpeedup, why);
            return Ok(());
        };
        let name = tests_engines::unique("measure");
        let cluster: Cluster = format!("cassandra://{address}/{name}?replication=1").parse()?;
        let engine: SharedEngine = Arc::new(CassandraEngine::connect(&cluster).await?);
        let pages = of(engine, bytes, FEW_WIDE_PAGES).await?;
        report.add(
            Figure::WideSpeedup,
            pages.before / pages.after,
            &how(&pages, bytes),
        );
    }
    Ok(())
}

async fn of(engine: SharedEngine, bytes: usize, pages: usize) -> anyhow::Result<Pages> {
    let partition = Partition::fill(engine, bytes).await?;
    partition.split().await?;
    partition.read(pages).await
}

fn how(pages: &Pages, bytes: usize) -> String {
    format!(
        "p99 of {} pages of 1,000 events: {} before, {} after (medians {} and {}); {} MB in one partition",
        pages.count,
        human(pages.before),
        human(pages.after),
        human(pages.median_before),
        human(pages.median_after),
        bytes / 1_000_000
    )
}
