//! Content keys, for whoever holds the id of a play that goes on: licences of the key system `org.w3.clearkey`
//! (Encrypted Media Extensions, 9.1).

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use contracts_delivery::KeyId;
use membership_accounts::{ProblemDocument, Valid};
use platform_http::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::manifests::{ANY_ORIGIN, refused};
use super::{PlaybackApi, session_id};

/// What a browser asks with.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct LicenseRequest {
    /// Key ids in base64url without padding.
    kids: Vec<String>,
}

/// The keys it gets.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct License {
    keys: Vec<KeyView>,
    /// `temporary`: for this play.
    #[serde(rename = "type")]
    kind: &'static str,
}

/// A JSON Web Key (RFC 7517).
#[derive(Serialize, ToSchema)]
pub(super) struct KeyView {
    kty: &'static str,
    /// The key's id in base64url.
    kid: String,
    /// The key in base64url.
    k: String,
}

impl std::fmt::Debug for KeyView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyView({})", self.kid)
    }
}

/// The key of a play's release. The session's id is the credential, as for its manifests; when the session is over so
/// is this. Taken in any content type: players differ in what they send.
#[utoipa::path(
    post, path = "/playback/v1/sessions/{session_id}/license", tag = "playback",
    params(("session_id" = String, Path, description = "The session.")),
    request_body(content = LicenseRequest, content_type = "application/json"),
    responses(
        (status = OK, body = License),
        (status = BAD_REQUEST, body = ProblemDocument, description = "The body is no licence request."),
        (status = FORBIDDEN, body = ProblemDocument, description = "The play does not use these keys."),
        (status = GONE, body = ProblemDocument, description = "The session is over."),
        (status = SERVICE_UNAVAILABLE, body = ProblemDocument, description = "The origin does not answer."),
    )
)]
pub(super) async fn license(
    State(state): State<PlaybackApi>,
    Valid(Path(id)): Valid<Path<String>>,
    body: Bytes,
) -> Response {
    let Ok(asked) = serde_json::from_slice::<LicenseRequest>(&body) else {
        let problem = Problem::bad_request("a licence request is JSON with a list of kids");
        return ([ANY_ORIGIN], problem).into_response();
    };
    let of_play = async {
        let session = state.playback.live(session_id(&id)?).await?;
        state.playback.release(&session).await
    };
    let release = match of_play.await {
        Ok(release) => release,
        Err(error) => return refused(error),
    };
    let named = |kid: &str, id: KeyId| URL_SAFE_NO_PAD.encode(id.0) == kid.trim_end_matches('=');
    let own = release
        .key
        .filter(|id| asked.kids.iter().any(|kid| named(kid, *id)));
    let Some(id) = own else {
        let problem = Problem::forbidden("this play does not use the keys that were asked for");
        return ([ANY_ORIGIN], problem).into_response();
    };
    let key = KeyView {
        kty: "oct",
        kid: URL_SAFE_NO_PAD.encode(id.0),
        k: URL_SAFE_NO_PAD.encode(state.playback.parts.keys.key(id).reveal()),
    };
    let license = License {
        keys: vec![key],
        kind: "temporary",
    };
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ANY_ORIGIN,
    ];
    (headers, Json(license)).into_response()
}

/// Lets players on other pages ask with a content type that browsers check first.
pub(super) async fn may_ask() -> Response {
    const ALLOWED: [(HeaderName, HeaderValue); 3] = [
        ANY_ORIGIN,
        (
            header::ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("POST"),
        ),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("content-type"),
        ),
    ];
    (StatusCode::NO_CONTENT, ALLOWED).into_response()
}
