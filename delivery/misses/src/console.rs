//! The operators' route.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::routing::get;
use axum::{Json, Router};
use platform_http::{Problem, Result};
use serde::Deserialize;

use crate::limits::{HOURS_TOLD, MAX_HOURS_TOLD};
use crate::{MissesService, Report};

/// `GET /delivery/v1/misses?hours=N`. Whoever mounts it decides who may ask.
pub fn console_router(misses: MissesService) -> Router {
    Router::new()
        .route("/delivery/v1/misses", get(report))
        .with_state(misses)
}

#[derive(Debug, Deserialize)]
struct Asked {
    hours: Option<u64>,
}

async fn report(
    State(misses): State<MissesService>,
    query: std::result::Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Report>> {
    let Query(asked) = query.map_err(|error| Problem::bad_request(error.body_text()))?;
    let hours = asked.hours.unwrap_or(HOURS_TOLD);
    if !(1..=MAX_HOURS_TOLD).contains(&hours) {
        let detail = format!("hours is a number from 1 to {MAX_HOURS_TOLD}");
        return Err(Problem::bad_request(detail));
    }
    Ok(Json(misses.report(hours)))
}
