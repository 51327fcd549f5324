//! The operators' routes: the appliances, why a client would be sent where, and what was decided.

use std::net::IpAddr;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use contracts_delivery::ReleaseId;
use platform_http::{Problem, Result};
use serde::Deserialize;

use crate::event::DecisionEvent;
use crate::limits::MAX_DECISIONS_TOLD;
use crate::registry::ApplianceView;
use crate::service::SteeringService;

/// What the recent decisions are sent as: a line of JSON each.
const JSON_LINES: (HeaderName, &str) = (header::CONTENT_TYPE, "application/jsonl");

/// `GET /steering/v1/appliances`, `/explain` and `/decisions`. Whoever mounts it decides who may ask.
pub fn console_router(steering: SteeringService) -> Router {
    Router::new()
        .route("/steering/v1/appliances", get(appliances))
        .route("/steering/v1/explain", get(explain))
        .route("/steering/v1/decisions", get(decisions))
        .with_state(steering)
}

/// A play to be explained.
#[derive(Debug, Deserialize)]
struct Explain {
    client: IpAddr,
    release: ReleaseId,
    #[serde(default)]
    nominal_kbps: u32,
}

/// How many decisions to send.
#[derive(Debug, Deserialize)]
struct Recent {
    limit: Option<usize>,
}

async fn appliances(State(steering): State<SteeringService>) -> Json<Vec<ApplianceView>> {
    Json(steering.appliances())
}

async fn explain(
    State(steering): State<SteeringService>,
    query: std::result::Result<Query<Explain>, QueryRejection>,
) -> Result<Json<DecisionEvent>> {
    let Query(asked) = query.map_err(|error| Problem::bad_request(error.body_text()))?;
    let decision = steering.explain(asked.client, asked.release, asked.nominal_kbps);
    Ok(Json(decision))
}

async fn decisions(
    State(steering): State<SteeringService>,
    query: std::result::Result<Query<Recent>, QueryRejection>,
) -> Result<impl IntoResponse> {
    let Query(asked) = query.map_err(|error| Problem::bad_request(error.body_text()))?;
    let limit = asked.limit.unwrap_or(MAX_DECISIONS_TOLD);
    let lines = steering.decisions(limit.min(MAX_DECISIONS_TOLD)).await;
    let lines = lines.map_err(|error| {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "the log of decisions cannot be read; ask again",
        )
        .caused_by(error)
    })?;
    Ok(([JSON_LINES], lines))
}
