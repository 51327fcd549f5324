//! The planner's loop: what the catalogue holds is told to steering, and every hour files are placed.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use contracts_membership::Catalog;
use delivery_planner::{Planner, SiteBox};
use delivery_steering::{ApplianceView, SteeringService};
use platform_clock::SharedClock;
use platform_http::Shutdown;
use tokio::task::JoinSet;

use super::delivery::Delivery;
use super::ground::Ground;
use super::membership::Membership;

/// How often the catalogue is looked at: a title is steered by its holders soon after it is published.
const LOOK: Duration = Duration::from_mins(1);

/// How often files are placed anew, when the same appliances are there.
const PLACE: Duration = Duration::from_hours(1);

/// Starts the loop.
pub(crate) fn start(
    tasks: &mut JoinSet<()>,
    delivery: &Delivery,
    membership: &Membership,
    ground: &Ground,
    shutdown: &Shutdown,
) {
    tasks.spawn(run(
        delivery.planner(ground),
        Arc::clone(&membership.catalog) as _,
        delivery.steering.clone(),
        Arc::clone(&ground.clock),
        shutdown.clone(),
    ));
}

async fn run(
    mut planner: Planner,
    catalog: Arc<dyn Catalog>,
    steering: SteeringService,
    clock: SharedClock,
    shutdown: Shutdown,
) {
    let (mut ticks, mut last) = (tokio::time::interval(LOOK), None);
    while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
        let boxes: Vec<SiteBox> = steering.appliances().iter().map(site_box).collect();
        let now = clock.monotonic();
        let due = last
            .as_ref()
            .is_none_or(|(placed, known)| now.saturating_sub(*placed) >= PLACE || *known != boxes);
        match round(
            &mut planner,
            &*catalog,
            &steering,
            due.then_some(&boxes[..]),
        )
        .await
        {
            Ok(()) if due => last = Some((now, boxes)),
            Ok(()) => {}
            Err(error) => tracing::warn!("cannot place files; what was placed stays: {error:#}"),
        }
    }
}

async fn round(
    planner: &mut Planner,
    catalog: &dyn Catalog,
    steering: &SteeringService,
    place: Option<&[SiteBox]>,
) -> Result<()> {
    let titles = catalog.list().await?;
    steering.describe(planner.releases(&titles).await?);
    if let Some(boxes) = place {
        steering.place(planner.plan(&titles, boxes).await?);
    }
    Ok(())
}

fn site_box(view: &ApplianceView) -> SiteBox {
    SiteBox {
        appliance: view.appliance.clone(),
        tier: view.report.tier,
        site: view.report.site.clone(),
        region: view.report.region.clone(),
        cache_bytes: view.report.cache_bytes,
        capacity_mbps: view.report.capacity_mbps,
    }
}
