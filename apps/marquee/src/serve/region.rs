//! The stores' owner: the API, the origin and the studio, with or without appliances beside them.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use contracts_delivery::Origin as _;
use platform_http::{Server, Shutdown};
use tokio::task::JoinSet;

use super::changes::Changes;
use super::delivery::Delivery;
use super::ground::Ground;
use super::membership::Membership;
use super::studio::Workplace;
use super::{api, chores, owner, places, planner, records, routes, secret};
use crate::cli::Serve;
use crate::config::{Config, address_url};
use crate::demo;

/// Runs until `shutdown`; then stops the studio where it is and lets open requests finish.
pub(crate) async fn run(
    mut config: Config,
    serve: &Serve,
    with_edges: bool,
    with_studio: bool,
    shutdown: Shutdown,
) -> Result<()> {
    let ground = Ground::open(&config, serve).await?;
    let secret = secret::read_or_make(&ground.data, &*ground.entropy).await?;
    let delivery = Delivery::open(&ground).await?;
    routes::begin(&config.routes, &delivery.steering).await?;
    if let Some(table) = &config.steering.places {
        places::begin(table, &delivery.steering).await?;
    }
    let membership = Membership::open(&config, &ground, &delivery).await?;
    let workplace = if with_studio {
        Some(Workplace::open(&config, &ground, &delivery, &membership).await?)
    } else {
        None
    };
    let password = owner::prepare(&membership.accounts, &ground.data, &*ground.entropy).await?;
    let server = Server::bind(serve.listen.unwrap_or(config.server.listen)).await?;
    let address = server.address();
    let mut tasks = JoinSet::new();
    delivery.start_loops(&mut tasks, &shutdown)?;
    records::start(config.records.listen, &ground, &mut tasks, &shutdown).await?;
    planner::start(&mut tasks, &delivery, &membership, &ground, &shutdown);
    follow_files(&config, &delivery, &mut tasks, &shutdown);
    let origin = delivery
        .start_origin(&config, &secret, &ground, &mut tasks, &shutdown)
        .await?;
    config.upstream.origin = config.origin.url(origin);
    config.upstream.control = address_url(address);
    if with_edges {
        for edge in &config.edges {
            delivery
                .start_edge(edge, &config, &secret, &ground, &mut tasks, &shutdown)
                .await?;
        }
    }
    let router = api::router(
        &config,
        &membership,
        workplace.as_ref(),
        &delivery,
        &secret,
        &ground,
    );
    tasks.spawn(server.serve(router, shutdown.clone()));
    chores::start(
        &mut tasks,
        &membership,
        workplace.as_ref(),
        &ground,
        shutdown.clone(),
    );
    welcome(address, password.as_deref());
    if let Some(workplace) = &workplace {
        start_work(workplace, &delivery, &ground, serve, &mut tasks, &shutdown).await?;
    }
    shutdown.cancelled().await;
    if let Some(workplace) = &workplace {
        workplace.studio.stop().await;
    }
    while tasks.join_next().await.is_some() {}
    Ok(())
}

/// Reads the files that steering stands on again when they change.
fn follow_files(
    config: &Config,
    delivery: &Delivery,
    tasks: &mut JoinSet<()>,
    shutdown: &Shutdown,
) {
    let (settings, steering) = (config.routes.clone(), delivery.steering.clone());
    let (mut changes, stop) = (Changes::of(routes::files(&settings)), shutdown.clone());
    tasks.spawn(async move {
        while changes.next(&stop).await.is_some() {
            if let Err(error) = routes::begin(&settings, &steering).await {
                tracing::error!("the routes stay as they were: {error:#}");
            }
        }
    });
    let Some(table) = config.steering.places.clone() else {
        return;
    };
    let (steering, stop) = (delivery.steering.clone(), shutdown.clone());
    let mut changes = Changes::of(vec![table.clone()]);
    tasks.spawn(async move {
        while changes.next(&stop).await.is_some() {
            if let Err(error) = places::begin(&table, &steering).await {
                tracing::error!("the places stay as they were: {error:#}");
            }
        }
    });
}

/// Goes on with open titles, and on the first start makes the demonstration films.
async fn start_work(
    workplace: &Workplace,
    delivery: &Delivery,
    ground: &Ground,
    serve: &Serve,
    tasks: &mut JoinSet<()>,
    shutdown: &Shutdown,
) -> Result<()> {
    // Files of runs that died before their release was published; open runs store theirs again.
    let collected = delivery
        .origin
        .collect()
        .await
        .context("cannot collect the origin's leftovers")?;
    tracing::info!(collected, "collected what no release names");
    workplace.studio.resume().await?;
    if serve.no_demo {
        return Ok(());
    }
    let (studio, data) = (workplace.studio.clone(), ground.data.clone());
    let (uploads, tools) = (Arc::clone(&workplace.uploads), Arc::clone(&workplace.tools));
    let making = Box::pin(demo::publish_all(studio, uploads, tools, data));
    let stop = shutdown.clone();
    tasks.spawn(async move {
        if let Some(Err(error)) = stop.run_until_cancelled(making).await {
            tracing::error!("the demonstration films could not be made: {error:#}");
        }
    });
    Ok(())
}

#[expect(
    clippy::print_stdout,
    reason = "the owner is told where to go, and the password once"
)]
fn welcome(address: SocketAddr, password: Option<&str>) {
    println!("Marquee is ready at http://{address}/");
    if let Some(password) = password {
        println!("Sign in as: owner");
        println!("  password: {password}");
        println!(
            "The password is shown this once; `marquee` on this machine uses the data folder instead."
        );
    }
}
