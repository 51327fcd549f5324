//! What `./bench data`, `./bench steering`, `./bench edge` and `./bench fill` measure: what the data layer costs over
//! what it stands on, as ratios taken in one run, ours and the peer's work by turns; how fast appliances are ranked;
//! what an appliance costs beside nginx; and what placing files before they are asked for is worth.
//!
//! A measurement is a module; [`figure`] names its figures and their targets. This crate must not know how a
//! peer's server is started: `bench` does that, and says where it is in `MARQUEE_TEST_NATS`,
//! `MARQUEE_TEST_CASSANDRA` and `MARQUEE_TEST_NGINX`. Without one its figures are left out, and said to be.

mod bloom;
mod edge;
mod figure;
mod fill;
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

/// Runs the appliance that `edge` measures, instead of a measurement.
const APPLIANCE: &str = "appliance";
/// Makes the certificate that both servers show.
const CERTIFICATE: &str = "certificate";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut words = std::env::args().skip(1).peekable();
    if words.next_if(|word| word == APPLIANCE).is_some() {
        return edge::appliance::run(words).await;
    }
    if words.next_if(|word| word == CERTIFICATE).is_some() {
        let folder = words.next().context("name a folder")?;
        return edge::sealed::make_certificate(folder.as_ref());
    }
    let plan = Plan::parse(words)?;
    let ground = Ground::prepare()?;
    Report::say(ground.describe());
    let mut report = Report::begin();
    match plan.group {
        Group::Data => data(&plan, &ground, &mut report).await?,
        Group::Steering => steering::measure(&plan, &ground, &mut report).context("steering")?,
        Group::Edge => edge::measure(&plan, &ground, &mut report).context("appliance")?,
        Group::Fill => fill::measure(&plan, &ground, &mut report),
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
