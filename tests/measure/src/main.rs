//! What `./bench data` and `./bench steering` measure: what the data layer costs over what it stands on, as ratios
//! taken in one run, ours and the peer's work by turns; and how fast appliances are ranked.
//!
//! A measurement is a module; [`figure`] names its figures and their targets. This crate must not know how a
//! peer's server is started: `bench` does that, and says where it is in `MARQUEE_TEST_NATS` and
//! `MARQUEE_TEST_CASSANDRA`. Without one its figures are left out, and said to be.

mod bloom;
mod figure;
mod ground;
mod hollow;
mod kv;
mod limits;
mod log;
mod plan;
mod rounds;
mod steering;
mod values;
mod wide;

use anyhow::Context as _;

use crate::figure::Group;
use crate::ground::Ground;
use crate::plan::Plan;
use tests_figures::Report;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let plan = Plan::parse(std::env::args().skip(1))?;
    let ground = Ground::prepare()?;
    Report::say(ground.describe());
    let mut report = Report::begin();
    match plan.group {
        Group::Data => data(&plan, &ground, &mut report).await?,
        Group::Steering => steering::measure(&plan, &ground, &mut report).context("steering")?,
    }
    report.end();
    Ok(())
}

async fn data(plan: &Plan, ground: &Ground, report: &mut Report) -> anyhow::Result<()> {
    kv::measure(plan, ground, report)
        .await
        .context("key-value records")?;
    log::measure(plan, ground, report)
        .await
        .context("event log")?;
    wide::measure(plan, ground, report)
        .await
        .context("wide partitions")?;
    bloom::measure(plan, ground, report);
    hollow::measure(plan, ground, report).context("datasets")
}
