//! The routes of playback.

mod license;
mod manifests;
mod problems;
mod public_url;
mod sessions;
mod videos;
mod view;

use std::sync::Arc;

use axum::extract::FromRef;
use contracts_delivery::SessionId;
use membership_accounts::SharedAccounts;
use membership_catalog::Territory;
use platform_http::Problem;
use url::Url;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{Playback, PlaybackError};

/// What the handlers hold.
#[derive(Clone)]
pub struct PlaybackApi {
    /// Who asks.
    pub accounts: SharedAccounts,
    /// Every play.
    pub playback: Arc<Playback>,
    /// Where clients reach the API, when that is not what their `Host` header says.
    pub public_url: Option<Url>,
}

impl FromRef<PlaybackApi> for SharedAccounts {
    fn from_ref(state: &PlaybackApi) -> Self {
        Arc::clone(&state.accounts)
    }
}

/// The routes under `/playback/v1`, and direct streams of videos.
pub fn router(state: PlaybackApi) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(sessions::start))
        .routes(routes!(sessions::end))
        .routes(routes!(sessions::renew))
        .routes(routes!(sessions::heartbeat))
        .routes(routes!(manifests::hls_manifest))
        .routes(routes!(manifests::dash_manifest))
        .routes(routes!(manifests::steering))
        .routes(routes!(license::license))
        .routes(routes!(videos::video))
        .route(
            "/playback/v1/sessions/{session_id}/license",
            axum::routing::options(license::may_ask),
        )
        .with_state(state)
}

/// A session's id from a path; what cannot be one never was a session.
fn session_id(text: &str) -> Result<SessionId, PlaybackError> {
    text.parse().map_err(|_| PlaybackError::Over)
}

fn territory(text: Option<&str>) -> Result<Option<Territory>, Problem> {
    let bad = |error| Problem::bad_request(format!("user-location: {error}"));
    text.map(|text| text.parse().map_err(bad)).transpose()
}

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;
