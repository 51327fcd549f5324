//! Manifests and steering: text made per play, for whoever holds the session's id.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use membership_accounts::{ProblemDocument, Valid};
use platform_http::Problem;
use serde::Deserialize;
use utoipa::IntoParams;

use super::public_url::PublicUrl;
use super::{PlaybackApi, session_id};
use crate::PlaybackError;
use crate::manifest::{Addresses, dash, hls};
use crate::pathways::SignedPlace;
use crate::service::Asking;

/// Players on any page may read manifests: the session's id is the credential, and no cookie counts.
pub(super) const ANY_ORIGIN: (HeaderName, HeaderValue) = (
    header::ACCESS_CONTROL_ALLOW_ORIGIN,
    HeaderValue::from_static("*"),
);

/// The HLS multivariant playlist of a play.
#[utoipa::path(
    get, path = "/playback/v1/sessions/{session_id}/master.m3u8", tag = "playback",
    params(("session_id" = String, Path, description = "The session.")),
    responses(
        (status = OK, content_type = "application/vnd.apple.mpegurl", body = String),
        (status = GONE, body = ProblemDocument, description = "The session is over."),
        (status = SERVICE_UNAVAILABLE, body = ProblemDocument, description = "The origin does not answer."),
    )
)]
pub(super) async fn hls_manifest(
    State(state): State<PlaybackApi>,
    public: PublicUrl,
    Valid(Path(id)): Valid<Path<String>>,
) -> Response {
    let text = manifest(&state, &public, &id, hls).await;
    text.map_or_else(refused, |text| {
        answer("application/vnd.apple.mpegurl", text)
    })
}

/// The DASH manifest of a play.
#[utoipa::path(
    get, path = "/playback/v1/sessions/{session_id}/manifest.mpd", tag = "playback",
    params(("session_id" = String, Path, description = "The session.")),
    responses(
        (status = OK, content_type = "application/dash+xml", body = String),
        (status = GONE, body = ProblemDocument, description = "The session is over."),
        (status = SERVICE_UNAVAILABLE, body = ProblemDocument, description = "The origin does not answer."),
    )
)]
pub(super) async fn dash_manifest(
    State(state): State<PlaybackApi>,
    public: PublicUrl,
    Valid(Path(id)): Valid<Path<String>>,
) -> Response {
    let text = manifest(&state, &public, &id, dash).await;
    text.map_or_else(refused, |text| answer("application/dash+xml", text))
}

/// What players add to the address (RFC 8216bis, section 7.2; ETSI TS 103 998, section 6.4): the pathway in use,
/// perhaps in quotes, and its throughput in bits a second. DASH may name several, the latest first.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Said {
    #[serde(rename = "_HLS_pathway", alias = "_DASH_pathway")]
    pathway: Option<String>,
    #[serde(rename = "_HLS_throughput", alias = "_DASH_throughput")]
    throughput: Option<String>,
}

impl Said {
    /// What is not understood is as if it were not said: a player is not refused for it.
    fn asking(self) -> Asking {
        let first = |text: String| {
            let first = text.split(',').next().unwrap_or_default();
            first.trim_matches('"').to_owned()
        };
        let pathway = self.pathway.map(first);
        let throughput = self.throughput.map(first);
        Asking {
            pathway: pathway.filter(|pathway| !pathway.is_empty()),
            throughput_bps: throughput.and_then(|text| text.parse().ok()),
        }
    }
}

/// Which appliance to prefer now, as HLS and DASH Content Steering ask for it.
#[utoipa::path(
    get, path = "/playback/v1/sessions/{session_id}/steering", tag = "playback",
    params(("session_id" = String, Path, description = "The session."), Said),
    responses(
        (status = OK, content_type = "application/json", body = String),
        (status = GONE, body = ProblemDocument, description = "The session is over."),
        (status = SERVICE_UNAVAILABLE, body = ProblemDocument, description = "Nothing is up."),
    )
)]
pub(super) async fn steering(
    State(state): State<PlaybackApi>,
    public: PublicUrl,
    Valid(Path(id)): Valid<Path<String>>,
    Valid(Query(said)): Valid<Query<Said>>,
) -> Response {
    let steer = async {
        let id = session_id(&id)?;
        let again = public.of_session(id, "steering");
        state.playback.steer(id, said.asking(), again).await
    };
    let document = steer.await;
    document.map_or_else(refused, |it| answer("application/json", it.to_json()))
}

type Writer = fn(&contracts_delivery::Release, u32, &[SignedPlace], &Addresses) -> String;

async fn manifest(
    state: &PlaybackApi,
    public: &PublicUrl,
    id: &str,
    write: Writer,
) -> Result<String, PlaybackError> {
    let session = state.playback.live(session_id(id)?).await?;
    let release = state.playback.release(&session).await?;
    let places = state.playback.places(&session);
    Ok(write(
        &release,
        session.max_height,
        &places,
        &Addresses {
            steering: public.of_session(session.id, "steering"),
            license: public.of_session(session.id, "license"),
        },
    ))
}

fn answer(content_type: &'static str, text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ANY_ORIGIN,
    ];
    (headers, text).into_response()
}

/// Players on other pages may read why.
pub(super) fn refused(error: PlaybackError) -> Response {
    ([ANY_ORIGIN], Problem::from(error)).into_response()
}
