//! What `./bench data` measures: what the data layer costs over what it stands on, as ratios taken in one run,
//! ours and the peer's work by turns.
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
mod report;
mod rounds;
mod values;
mod wide;

use anyhow::Context as _;

use crate::ground::Ground;
use crate::plan::Plan;
use crate::report::Report;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let plan = Plan::parse(std::env::args().skip(1))?;
    let ground = Ground::prepare()?;
    let mut report = Report::begin(&ground);
    kv::measure(&plan, &ground, &mut report)
        .await
        .context("key-value records")?;
    log::measure(&plan, &ground, &mut report)
        .await
        .context("event log")?;
    wide::measure(&plan, &ground, &mut report)
        .await
        .context("wide partitions")?;
    bloom::measure(&plan, &ground, &mut report);
    hollow::measure(&plan, &ground, &mut report).context("datasets")?;
    report.end();
    Ok(())
}
