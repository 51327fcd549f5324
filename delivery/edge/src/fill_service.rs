//! The fill service: what appliances fetch from one another and from the origin, `GET /fill/v1/files/{hash}` with a
//! range and `GET /fill/v1/files/{hash}/outboard`, shown the cluster secret.
//!
//! Raw bytes. Whoever fetches verifies against the hash tree, so nothing is re-hashed here.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use contracts_delivery::{
    ClusterSecret, FILE_BYTES_HEADER, FILL_FILES_PATH, RangeRequest, Upstream, UpstreamError,
};
use data_objects::ContentHash;
use platform_http::{Problem, Result, closed};

use crate::limits::FILL_RANGE_BYTES;

type Source = Arc<dyn Upstream>;

/// Routes that give what `source` has, closed to whoever does not show `secret`.
pub fn fill_router(source: Source, secret: ClusterSecret) -> Router {
    let path = format!("/{FILL_FILES_PATH}/{{hash}}");
    let routes = Router::new()
        .route(&path, get(part))
        .route(&format!("{path}/outboard"), get(outboard))
        .with_state(source);
    let refusal = "the fill service takes the cluster secret as a bearer token";
    closed(routes, refusal, move |shown| secret.admits(shown))
}

async fn part(
    State(source): State<Source>,
    Path(hash): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let file = parse(&hash)?;
    let bytes = source.bytes(file).await.map_err(problem)?;
    let range = headers.get(header::RANGE);
    let range = range.and_then(|value| value.to_str().ok());
    let RangeRequest::Part(range) = RangeRequest::of(range, bytes) else {
        return Err(bad_range(bytes));
    };
    if range.len() > FILL_RANGE_BYTES {
        return Err(bad_range(bytes));
    }
    let part = source.read(file, range).await.map_err(problem)?;
    let content_range = format!("bytes {}-{}/{bytes}", range.start, range.end - 1);
    let headers = [(header::CONTENT_RANGE, content_range)];
    Ok((StatusCode::PARTIAL_CONTENT, headers, part).into_response())
}

async fn outboard(State(source): State<Source>, Path(hash): Path<String>) -> Result<Response> {
    let facts = source.facts(parse(&hash)?).await.map_err(problem)?;
    let headers = [(FILE_BYTES_HEADER, facts.bytes.to_string())];
    Ok((headers, facts.outboard).into_response())
}

fn parse(hash: &str) -> Result<ContentHash> {
    hash.parse()
        .map_err(|error: data_objects::BadHash| Problem::bad_request(error.to_string()))
}

fn bad_range(bytes: u64) -> Problem {
    let content_range =
        HeaderValue::try_from(format!("bytes */{bytes}")).expect("digits can stand in a header");
    let detail = "ask for one range inside the file, of at most 8 MiB";
    Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, detail)
        .header(header::CONTENT_RANGE, content_range)
}

fn problem(error: UpstreamError) -> Problem {
    match error {
        UpstreamError::NotFound => Problem::not_found("there is no such file here"),
        error => Problem::internal(error),
    }
}
