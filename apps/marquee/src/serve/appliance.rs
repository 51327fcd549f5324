//! An appliance in a process of its own: no store, an upstream, a cache.

use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use delivery_edge::{Appliance, FillClient, HttpControl, Listeners, Upstreams, fill_router};
use platform_clock::SystemClock;
use platform_http::Shutdown;
use platform_observe::Metrics;
use tokio::task::JoinSet;

use super::{delivery, secret};
use crate::cli::Serve;
use crate::config::Config;

/// Runs the first appliance of the configuration until `shutdown`.
#[expect(clippy::print_stdout, reason = "the operator is told where it listens")]
pub(crate) async fn run(config: &Config, serve: &Serve, shutdown: Shutdown) -> Result<()> {
    let Some(settings) = config.edges.first() else {
        bail!("the configuration names no appliance; add an [[edges]] section");
    };
    let secret_file = config
        .upstream
        .secret_file
        .clone()
        .unwrap_or_else(|| serve.data.join(secret::FILE));
    let secret = secret::read(&secret_file).await?;
    let listeners = Listeners::bind(serve.listen.unwrap_or(settings.listen), settings.threads)?;
    let address = listeners.address();
    let own = settings.appliance(&config.upstream, address, &serve.data);
    let listeners = delivery::equip(listeners, &own)?;
    let base = own.base_url.clone();
    let trust = config.trust()?;
    let client = FillClient::new(secret.clone(), &trust).context("cannot prepare HTTP")?;
    let origin = Arc::new(client.at(own.origin_url.clone()));
    let control = HttpControl::new(own.control_url.clone(), secret.clone(), &trust)
        .context("cannot prepare HTTP")?;
    let appliance = Appliance::open(
        own,
        SystemClock::shared(),
        Upstreams::with_neighbours(origin, client),
        Arc::new(control),
    )
    .await?;
    if let Err(error) = appliance.report().await {
        tracing::warn!(%error, "the control plane does not answer yet; what is stored is served meanwhile");
    }
    let metrics = Metrics::new();
    metrics.register(|registry| appliance.register_metrics(registry));
    let fill = fill_router(appliance.stored_files(), secret);
    let beside = fill.merge(delivery::health()).merge(metrics.router());
    let mut tasks = JoinSet::new();
    delivery::serve(listeners, appliance, beside, &mut tasks, &shutdown);
    println!("appliance {} is ready at {base}", settings.id);
    while tasks.join_next().await.is_some() {}
    Ok(())
}
