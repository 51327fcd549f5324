//! The API's listener: every public route, the consoles' routes, the document that describes them, and
//! the web client.

use std::sync::Arc;

use axum::routing::get;
use axum::{Json, Router};
use contracts_delivery::ClusterSecret;
use membership_accounts::require_owner;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::backups;
use super::delivery::Delivery;
use super::ground::Ground;
use super::membership::Membership;
use super::studio::Workplace;
use crate::backup::Sources;
use crate::config::Config;
use crate::web;

#[derive(OpenApi)]
#[openapi(info(
    title = "Marquee",
    description = "The public API of a Marquee service. Errors are problem documents (RFC 9457)."
))]
struct Document;

/// Puts the listener's routes together.
pub(crate) fn router(
    config: &Config,
    membership: &Membership,
    workplace: Option<&Workplace>,
    delivery: &Delivery,
    secret: &ClusterSecret,
    ground: &Ground,
) -> Router {
    let mut public =
        OpenApiRouter::with_openapi(Document::openapi()).merge(membership.router(config));
    let owners = axum::middleware::from_fn_with_state(membership.shared_accounts(), require_owner);
    if let Some(workplace) = workplace {
        public =
            public.merge(studio_journey::router(workplace.studio.clone()).layer(owners.clone()));
    }
    if let Some(store) = &ground.embedded {
        let sources = Sources {
            store: Arc::clone(store),
            origin: delivery.origin.clone(),
            data: ground.data.clone(),
        };
        let backups = backups::router(sources, Arc::clone(&ground.clock));
        public = public.merge(backups.layer(owners.clone()).into());
    }
    let (router, document) = public.split_for_parts();
    let mut consoles = delivery_steering::console_router(delivery.steering.clone())
        .merge(delivery_misses::console_router(delivery.misses.clone()));
    if let Some(workplace) = workplace {
        let uploads = studio_ingest::router(Arc::clone(&workplace.uploads));
        consoles = consoles.nest(studio_ingest::PATH, uploads);
    }
    let workers = workplace.map_or_else(Router::new, |workplace| {
        studio_farm::router(workplace.farm.clone(), secret.clone())
    });
    let router = router
        .merge(consoles.layer(owners))
        .merge(workers)
        .merge(delivery_steering::report_router(
            delivery.steering.clone(),
            secret.clone(),
        ))
        .merge(ground.metrics.router())
        .route("/openapi.json", get(move || async move { Json(document) }))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(|| async { "ok\n" }));
    // Film does not become smaller, and squeezing it would cost a core per viewer.
    let worthwhile = DefaultPredicate::new().and(NotForContentType::const_new("video/"));
    web::serve(router).layer(CompressionLayer::new().compress_when(worthwhile))
}
