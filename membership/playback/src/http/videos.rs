//! A title as one file, from any second on.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use contracts_membership::TitleId;
use membership_accounts::{ClientAddress, ProblemDocument, SignedIn, Valid};
use platform_http::Problem;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{PlaybackApi, territory};
use crate::limits::STREAM_HEIGHT;
use crate::stream::DirectStream;
use crate::{DeviceKind, StartRequest};

/// Where to begin, how tall, and where the viewer is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct StreamQuery {
    /// Seconds from the title's start; 0 when absent.
    offset: Option<f64>,
    /// Tallest rendition to take, in pixels; 1080 when absent.
    height: Option<u32>,
    /// ISO 3166-1 alpha-2; the service's own territory when absent.
    #[serde(rename = "user-location")]
    user_location: Option<String>,
}

/// The title as a fragmented MP4, from the sync sample at or before `offset`. Authorized as a play, and
/// holds one of the plan's streams until the response ends.
#[utoipa::path(
    get, path = "/video-contents/v1/videos/{title_id}", tag = "playback",
    params(("title_id" = String, Path, description = "The title."), StreamQuery),
    responses(
        (status = OK, content_type = "video/mp4", body = Vec<u8>),
        (status = BAD_REQUEST, body = ProblemDocument, description = "A parameter is not what it should be."),
        (status = UNAUTHORIZED, body = ProblemDocument, description = "Not signed in."),
        (status = FORBIDDEN, body = ProblemDocument, description = "Not offered to this viewer; see `reason`."),
        (status = NOT_FOUND, body = ProblemDocument, description = "There is no such title."),
        (status = RANGE_NOT_SATISFIABLE, body = ProblemDocument, description = "The offset is past the title's end."),
        (status = TOO_MANY_REQUESTS, body = ProblemDocument, description = "The plan's streams are in use."),
        (status = SERVICE_UNAVAILABLE, body = ProblemDocument, description = "The origin does not answer."),
    )
)]
pub(super) async fn video(
    State(state): State<PlaybackApi>,
    SignedIn(account): SignedIn,
    ClientAddress(client): ClientAddress,
    Valid(Path(title)): Valid<Path<String>>,
    Valid(Query(query)): Valid<Query<StreamQuery>>,
) -> Result<Response, Problem> {
    let from = Duration::try_from_secs_f64(query.offset.unwrap_or(0.0))
        .map_err(|_| Problem::bad_request("offset is a number of seconds, 0 or more"))?;
    let territory = territory(query.user_location.as_deref())?;
    let request = StartRequest {
        title: TitleId(title),
        device: DeviceKind::Headless,
        territory,
        client,
    };
    let offer = state.playback.start(&account, &request).await?;
    let height = query.height.unwrap_or(STREAM_HEIGHT);
    let playback = Arc::clone(&state.playback);
    let stream = DirectStream::plan(playback, account, &offer, from, height).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("video/mp4")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::ACCEPT_RANGES, HeaderValue::from_static("none")),
    ];
    Ok((headers, Body::from_stream(stream.bytes())).into_response())
}
