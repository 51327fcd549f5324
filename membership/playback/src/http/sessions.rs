//! Sessions: begun, renewed, kept and ended by the account's client.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use contracts_membership::TitleId;
use membership_accounts::{ClientAddress, ProblemDocument, SignedIn, Valid, ValidBody};
use platform_http::Problem;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::public_url::PublicUrl;
use super::view::SessionView;
use super::{PlaybackApi, session_id, territory};
use crate::{DeviceKind, StartRequest};

/// Where the viewer is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Whereabouts {
    /// ISO 3166-1 alpha-2; the service's own territory when absent.
    #[serde(rename = "user-location")]
    user_location: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct StartBody {
    /// What to play.
    title_id: String,
    device: DeviceBody,
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Device)]
struct DeviceBody {
    kind: DeviceKind,
}

#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct HeartbeatBody {
    /// Position in milliseconds.
    position_ms: u64,
    state: PlayerState,
    /// The appliance that served last.
    appliance: Option<String>,
}

/// What the player does.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum PlayerState {
    Playing,
    Paused,
    Buffering,
}

/// Begins a play. A refusal carries `reason`: `plan`, `territory`, `window` or `maturity` (403), or
/// `too-many-streams` (429) with `streams`, each with `title_name`, `device` and `started_at`.
#[utoipa::path(
    post, path = "/playback/v1/sessions", tag = "playback",
    params(Whereabouts), request_body = StartBody,
    responses(
        (status = CREATED, body = SessionView),
        (status = BAD_REQUEST, body = ProblemDocument, description = "The body or the territory is not one."),
        (status = UNAUTHORIZED, body = ProblemDocument, description = "Not signed in."),
        (status = FORBIDDEN, body = ProblemDocument, description = "Not offered to this viewer; see `reason`."),
        (status = NOT_FOUND, body = ProblemDocument, description = "There is no such title."),
        (status = TOO_MANY_REQUESTS, body = ProblemDocument, description = "The plan's streams are in use."),
        (status = SERVICE_UNAVAILABLE, body = ProblemDocument, description = "Nothing can serve it now."),
    )
)]
pub(super) async fn start(
    State(state): State<PlaybackApi>,
    SignedIn(account): SignedIn,
    ClientAddress(client): ClientAddress,
    public: PublicUrl,
    Valid(Query(whereabouts)): Valid<Query<Whereabouts>>,
    ValidBody(body): ValidBody<StartBody>,
) -> Result<(StatusCode, Json<SessionView>), Problem> {
    let territory = territory(whereabouts.user_location.as_deref())?;
    let (title, device) = (TitleId(body.title_id), body.device.kind);
    let request = StartRequest {
        title,
        device,
        territory,
        client,
    };
    let offer = state.playback.start(&account, &request).await?;
    Ok((
        StatusCode::CREATED,
        Json(SessionView::new(&state.playback, offer, &public)),
    ))
}

/// Gives a session fresh tokens, after a 403 from an appliance or before one is due.
#[utoipa::path(
    post, path = "/playback/v1/sessions/{session_id}/renew", tag = "playback",
    params(("session_id" = String, Path, description = "The session."), Whereabouts),
    responses(
        (status = OK, body = SessionView),
        (status = BAD_REQUEST, body = ProblemDocument, description = "The territory is not one."),
        (status = UNAUTHORIZED, body = ProblemDocument, description = "Not signed in."),
        (status = FORBIDDEN, body = ProblemDocument, description = "No longer offered; see `reason`."),
        (status = GONE, body = ProblemDocument, description = "The session is over."),
        (status = TOO_MANY_REQUESTS, body = ProblemDocument, description = "The plan's streams are in use."),
        (status = SERVICE_UNAVAILABLE, body = ProblemDocument, description = "Nothing can serve it now."),
    )
)]
pub(super) async fn renew(
    State(state): State<PlaybackApi>,
    SignedIn(account): SignedIn,
    ClientAddress(client): ClientAddress,
    public: PublicUrl,
    Valid(Path(id)): Valid<Path<String>>,
    Valid(Query(whereabouts)): Valid<Query<Whereabouts>>,
) -> Result<Json<SessionView>, Problem> {
    let territory = territory(whereabouts.user_location.as_deref())?;
    let id = session_id(&id)?;
    let offer = state
        .playback
        .renew(&account, id, territory, client)
        .await?;
    Ok(Json(SessionView::new(&state.playback, offer, &public)))
}

/// Tells where the player is. Keeps the stream's slot, which frees a minute after the last heartbeat,
/// and the bookmark.
#[utoipa::path(
    post, path = "/playback/v1/sessions/{session_id}/heartbeat", tag = "playback",
    params(("session_id" = String, Path, description = "The session.")),
    request_body = HeartbeatBody,
    responses(
        (status = NO_CONTENT),
        (status = BAD_REQUEST, body = ProblemDocument, description = "The body is not a heartbeat."),
        (status = UNAUTHORIZED, body = ProblemDocument, description = "Not signed in."),
        (status = GONE, body = ProblemDocument, description = "The session is over."),
        (status = TOO_MANY_REQUESTS, body = ProblemDocument, description = "The slot was freed and taken by another stream."),
    )
)]
pub(super) async fn heartbeat(
    State(state): State<PlaybackApi>,
    SignedIn(account): SignedIn,
    Valid(Path(id)): Valid<Path<String>>,
    ValidBody(body): ValidBody<HeartbeatBody>,
) -> Result<StatusCode, Problem> {
    let session = session_id(&id)?;
    state
        .playback
        .heartbeat(&account, session, body.position_ms)
        .await?;
    let (player, appliance) = (body.state, body.appliance.as_deref());
    tracing::debug!(
        ?session,
        position_ms = body.position_ms,
        ?player,
        appliance,
        "heartbeat"
    );
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a session and frees its slot.
#[utoipa::path(
    delete, path = "/playback/v1/sessions/{session_id}", tag = "playback",
    params(("session_id" = String, Path, description = "The session.")),
    responses(
        (status = NO_CONTENT),
        (status = UNAUTHORIZED, body = ProblemDocument, description = "Not signed in."),
        (status = FORBIDDEN, body = ProblemDocument, description = "By cookie without X-Marquee: 1."),
    )
)]
pub(super) async fn end(
    State(state): State<PlaybackApi>,
    SignedIn(account): SignedIn,
    Valid(Path(id)): Valid<Path<String>>,
) -> Result<StatusCode, Problem> {
    if let Ok(id) = session_id(&id) {
        state.playback.end(&account.id, id).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
