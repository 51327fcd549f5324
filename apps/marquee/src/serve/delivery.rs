//! Delivery: the origin, steering, and the appliances of this process.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::routing::get;
use contracts_delivery::{ApplianceId, ClusterSecret, ControlPlane, Tier};
use delivery_edge::{Appliance, EdgeConfig, FillClient, Listeners, Upstreams, fill_router};
use delivery_misses::MissesService;
use delivery_multiplex::Protocols;
use delivery_origin::OriginStore;
use delivery_planner::Planner;
use delivery_steering::{HttpProber, SteeringService};
use platform_http::Shutdown;
use tokio::task::JoinSet;

use super::ground::Ground;
use crate::config::{Config, EdgeSettings, ORIGIN};

/// What other planes and the listeners get of delivery.
pub(crate) struct Delivery {
    pub(crate) origin: OriginStore,
    pub(crate) steering: SteeringService,
    pub(crate) misses: MissesService,
}

impl Delivery {
    pub(crate) async fn open(ground: &Ground) -> Result<Self> {
        let objects = ground.films.clone();
        let (engine, clock) = (&ground.engine, &ground.clock);
        let origin = OriginStore::open(engine, objects, Arc::clone(clock)).await?;
        let withdrawals = Arc::new(origin.clone());
        let entropy = Arc::clone(&ground.entropy);
        let steering = SteeringService::open(
            engine,
            withdrawals,
            Arc::clone(&ground.log),
            Arc::clone(clock),
            entropy,
        )
        .await?;
        let misses = MissesService::new(Arc::clone(&ground.log), Arc::clone(clock));
        Ok(Self {
            origin,
            steering,
            misses,
        })
    }

    /// Decides what appliances keep.
    pub(crate) fn planner(&self, ground: &Ground) -> Planner {
        let origin = Arc::new(self.origin.clone());
        Planner::new(Arc::clone(&ground.log), origin, Arc::clone(&ground.clock))
    }

    /// Starts the loops that keep files, keys, reservations and the misses in order.
    pub(crate) fn start_loops(&self, tasks: &mut JoinSet<()>, shutdown: &Shutdown) -> Result<()> {
        let (origin, stop) = (self.origin.clone(), shutdown.clone());
        tasks.spawn(async move { origin.sweep_loop(stop).await });
        let (steering, stop) = (self.steering.clone(), shutdown.clone());
        tasks.spawn(async move { steering.tend_loop(stop).await });
        let prober = Arc::new(HttpProber::new().context("cannot prepare HTTP")?);
        let (steering, stop) = (self.steering.clone(), shutdown.clone());
        tasks.spawn(async move { steering.probe_loop(prober, stop).await });
        let (misses, stop) = (self.misses.clone(), shutdown.clone());
        tasks.spawn(async move { misses.follow(stop).await });
        Ok(())
    }

    /// The origin's listener: fill for appliances, and films for viewers no appliance can serve.
    pub(crate) async fn start_origin(
        &self,
        config: &Config,
        secret: &ClusterSecret,
        ground: &Ground,
        tasks: &mut JoinSet<()>,
        shutdown: &Shutdown,
    ) -> Result<SocketAddr> {
        let listeners = Listeners::bind(config.origin.listen, 0)?;
        let address = listeners.address();
        let own = EdgeConfig {
            id: ApplianceId(ORIGIN.to_owned()),
            base_url: config.origin.url(address),
            tls: config.origin.tls.clone(),
            tier: Tier::Origin,
            cache_bytes: 0,
            ..EdgeConfig::default()
        };
        let upstreams = Upstreams::origin(Arc::new(self.origin.clone()));
        let appliance = self.local_appliance(own, upstreams, ground).await?;
        let fill = fill_router(Arc::new(self.origin.clone()), secret.clone());
        serve(listeners, appliance, fill.merge(health()), tasks, shutdown);
        Ok(address)
    }

    /// An appliance in this process, which fills from the origin and reports to steering by calls.
    pub(crate) async fn start_edge(
        &self,
        settings: &EdgeSettings,
        config: &Config,
        secret: &ClusterSecret,
        ground: &Ground,
        tasks: &mut JoinSet<()>,
        shutdown: &Shutdown,
    ) -> Result<()> {
        let listeners = Listeners::bind(settings.listen, settings.threads)?;
        let own = settings.appliance(&config.upstream, listeners.address(), &ground.data);
        let listeners = equip(listeners, &own)?;
        let client =
            FillClient::new(secret.clone(), &config.trust()?).context("cannot prepare HTTP")?;
        let upstreams = Upstreams::with_neighbours(Arc::new(self.origin.clone()), client);
        let appliance = self.local_appliance(own, upstreams, ground).await?;
        ground.metrics.register(|registry| {
            let label = ("appliance".into(), settings.id.0.clone().into());
            appliance.register_metrics(registry.sub_registry_with_label(label));
        });
        let fill = fill_router(appliance.stored_files(), secret.clone());
        serve(listeners, appliance, fill.merge(health()), tasks, shutdown);
        Ok(())
    }

    /// Opens an appliance and reports it, so that steering knows it before the first viewer comes.
    async fn local_appliance(
        &self,
        config: EdgeConfig,
        upstreams: Upstreams,
        ground: &Ground,
    ) -> Result<Appliance> {
        let plane: Arc<dyn ControlPlane> = Arc::new(self.steering.clone());
        let name = config.id.clone();
        let opened = async {
            let appliance =
                Appliance::open(config, Arc::clone(&ground.clock), upstreams, plane).await?;
            appliance.report().await?;
            anyhow::Ok(appliance)
        };
        opened
            .await
            .with_context(|| format!("cannot start appliance {name}"))
    }
}

/// What an appliance answers to whoever looks after it.
pub(crate) fn health() -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(|| async { "ok\n" }))
}

/// Listeners with whoever speaks the protocols that an appliance's settings switch on.
pub(crate) fn equip(listeners: Listeners, config: &EdgeConfig) -> Result<Listeners> {
    Ok(match Protocols::bind(config, listeners.address())? {
        Some(protocols) => listeners.with(Box::new(protocols)),
        None => listeners,
    })
}

/// Serves an appliance, and the routes `beside` what players ask for, and lets it report.
pub(crate) fn serve(
    listeners: Listeners,
    appliance: Appliance,
    beside: Router,
    tasks: &mut JoinSet<()>,
    shutdown: &Shutdown,
) {
    let (serving, stop) = (appliance.clone(), shutdown.clone());
    tasks.spawn(async move {
        if let Err(error) = serving.serve(listeners, beside, stop).await {
            tracing::error!(%error, "an appliance has stopped serving");
        }
    });
    let stop = shutdown.clone();
    tasks.spawn(async move { appliance.control_loop(stop).await });
}
