//! A player's request: `GET|HEAD /p/{token}/{hash}.{extension}`, from its path to its response.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use contracts_delivery::{ByteRange, Claims, FileName, RangeRequest, TokenError, UpstreamError};
use platform_http::{Problem, Result};
use tower_http::cors::{Any, CorsLayer};

use crate::appliance::Inner;

use self::body::{Body, StreamSlot};

mod body;
mod conditions;

/// A file never changes under its name, so whoever has it need not ask again.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The routes players use. Any page may read from them: what guards a file is its token.
pub(crate) fn router(appliance: Arc<Inner>) -> Router {
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD])
        .allow_headers([header::RANGE, header::IF_RANGE, header::IF_NONE_MATCH])
        .expose_headers([
            header::CONTENT_LENGTH,
            header::CONTENT_RANGE,
            header::ACCEPT_RANGES,
            header::ETAG,
        ])
        .max_age(std::time::Duration::from_hours(24));
    Router::new()
        .route("/p/{token}/{name}", get(serve))
        .layer(cors)
        .with_state(appliance)
}

async fn serve(
    State(appliance): State<Arc<Inner>>,
    Path((token, name)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let response = respond(&appliance, &token, &name, &method, &headers).await;
    let response = response.unwrap_or_else(|problem| {
        let no_store = HeaderValue::from_static("no-store");
        problem
            .header(header::CACHE_CONTROL, no_store)
            .into_response()
    });
    appliance.metrics.responded(response.status().as_u16());
    response
}

async fn respond(
    appliance: &Arc<Inner>,
    token: &str,
    name: &str,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response> {
    let name: FileName = name
        .parse()
        .map_err(|error: contracts_delivery::BadFileName| Problem::not_found(error.to_string()))?;
    let claims = admit(appliance, token, name).await?;
    let text = |header: HeaderName| headers.get(header).and_then(|value| value.to_str().ok());
    if conditions::is_known(text(header::IF_NONE_MATCH), name.hash) {
        return Ok((StatusCode::NOT_MODIFIED, common(name)).into_response());
    }
    let held = appliance
        .library
        .file(name.hash)
        .await
        .map_err(upstream_problem)?;
    let bytes = held.file.bytes;
    // Only GET has ranges (RFC 9110, section 14.2).
    let counts =
        method == Method::GET && conditions::range_counts(text(header::IF_RANGE), name.hash);
    let range = text(header::RANGE).filter(|_| counts);
    let (status, range) = match RangeRequest::of(range, bytes) {
        RangeRequest::Whole => (
            StatusCode::OK,
            ByteRange {
                start: 0,
                end: bytes,
            },
        ),
        RangeRequest::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        RangeRequest::Unsatisfiable => return Err(unsatisfiable(bytes)),
    };
    let mut response = if method == Method::HEAD {
        axum::body::Body::empty().into_response()
    } else {
        let slot = slot(appliance)?;
        appliance.library.touch(name.hash, claims.session);
        let body = Body::new(held, range, appliance.read_ahead, slot);
        let pieces = body.start().await.map_err(upstream_problem)?;
        axum::body::Body::from_stream(pieces).into_response()
    };
    *response.status_mut() = status;
    response.headers_mut().extend(common(name));
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, range.len().into());
    if status == StatusCode::PARTIAL_CONTENT {
        let text = format!("bytes {}-{}/{bytes}", range.start, range.end - 1);
        response
            .headers_mut()
            .insert(header::CONTENT_RANGE, header_value(text));
    }
    Ok(response)
}

/// Checks the token, and that the file belongs to the token's release under this very name.
async fn admit(appliance: &Arc<Inner>, token: &str, name: FileName) -> Result<Claims> {
    let refetch = || async { appliance.report_for_keys().await };
    let claims = appliance
        .keys
        .admit(token, refetch)
        .await
        .map_err(|error| {
            let reason = match error {
                TokenError::Expired => "expired",
                TokenError::UnknownKey(_) => "unknown-key",
                TokenError::Malformed | TokenError::BadSignature => "invalid",
            };
            Problem::forbidden(format!(
                "{error}; renew the session and go on with its new address"
            ))
            .with("reason", reason)
        })?;
    let files = appliance
        .releases
        .files(claims.release, &appliance.library)
        .await;
    if files.map_err(upstream_problem)?.contains(&name) {
        Ok(claims)
    } else {
        Err(Problem::not_found(
            "the release this token opens has no such file",
        ))
    }
}

fn slot(appliance: &Arc<Inner>) -> Result<StreamSlot> {
    let permit = Arc::clone(&appliance.streams)
        .try_acquire_owned()
        .map_err(|_| {
            Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "this appliance sends as much as it can; use the next one",
            )
            .header(header::RETRY_AFTER, HeaderValue::from_static("2"))
        })?;
    Ok(StreamSlot::new(
        Arc::clone(&appliance.library.filler),
        permit,
    ))
}

/// The headers every answer about a file carries, 304 included.
fn common(name: FileName) -> HeaderMap {
    HeaderMap::from_iter([
        (header::ETAG, header_value(conditions::etag(name.hash))),
        (header::CACHE_CONTROL, FOR_EVER),
        (header::ACCEPT_RANGES, HeaderValue::from_static("bytes")),
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(name.extension.content_type()),
        ),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        // Lets a player's script see the times it estimates bandwidth from.
        (
            HeaderName::from_static("timing-allow-origin"),
            HeaderValue::from_static("*"),
        ),
    ])
}

fn unsatisfiable(bytes: u64) -> Problem {
    Problem::new(
        StatusCode::RANGE_NOT_SATISFIABLE,
        format!("ask for one range inside the file's {bytes} bytes"),
    )
    .header(
        header::CONTENT_RANGE,
        header_value(format!("bytes */{bytes}")),
    )
}

/// What a player hears when a file cannot be brought; sent before the first byte only.
fn upstream_problem(error: UpstreamError) -> Problem {
    match error {
        UpstreamError::NotFound => {
            Problem::not_found("there is no such file, or it has been withdrawn")
        }
        UpstreamError::Timeout => Problem::new(
            StatusCode::GATEWAY_TIMEOUT,
            "the origin did not answer in time; try again or use the next appliance",
        ),
        UpstreamError::Down => Problem::new(
            StatusCode::BAD_GATEWAY,
            "the origin cannot be reached and this part is not stored here; use the next appliance",
        ),
        UpstreamError::Wrong => Problem::new(
            StatusCode::BAD_GATEWAY,
            "the origin's bytes do not match the file's name and were not passed on; use the next \
             appliance",
        ),
    }
}

fn header_value(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("digits and hexadecimal letters can stand in a header")
}
