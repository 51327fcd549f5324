//! The fill service: what appliances fetch from, `GET|HEAD /fill/v1/files/{hash}` and
//! `GET /fill/v1/files/{hash}/outboard`, shown the cluster secret.
//!
//! Raw bytes, one range at most. Whoever fetches verifies against the hash tree, so nothing is
//! re-hashed here.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use bytes::Bytes;
use contracts_delivery::{
    ByteRange, ClusterSecret, FILE_BYTES_HEADER, FILL_FILES_PATH, Origin, OriginError,
    RangeRequest, Upstream as _, UpstreamError,
};
use data_objects::ContentHash;
use futures::{Stream, stream};
use platform_http::{Problem, Result, closed};

use crate::limits::{FILL_PIECE_BYTES, FILL_RANGE_BYTES};
use crate::store::{OriginStore, unnamed};

/// Routes of the fill service, closed to whoever does not show `secret`.
pub fn fill_router(origin: OriginStore, secret: ClusterSecret) -> Router {
    let routes = Router::new()
        .route(&format!("/{FILL_FILES_PATH}/{{hash}}"), get(file))
        .route(
            &format!("/{FILL_FILES_PATH}/{{hash}}/outboard"),
            get(outboard),
        )
        .with_state(origin);
    let refusal = "the fill service takes the cluster secret as a bearer token";
    closed(routes, refusal, move |shown| secret.admits(shown))
}

async fn file(
    State(origin): State<OriginStore>,
    Path(hash): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response> {
    let file = unnamed(parse(&hash)?);
    let bytes = origin.inner.len(file).await.map_err(problem)?;
    let range = headers
        .get(header::RANGE)
        .and_then(|value| value.to_str().ok());
    if method == Method::HEAD {
        return Ok(([(header::CONTENT_LENGTH, bytes)], ()).into_response());
    }
    match RangeRequest::of(range, bytes) {
        RangeRequest::Part(range) if range.len() <= FILL_RANGE_BYTES => {
            let part = Origin::read(&origin, file, range).await.map_err(problem)?;
            let content_range = format!("bytes {}-{}/{bytes}", range.start, range.end - 1);
            let headers = [(header::CONTENT_RANGE, content_range)];
            Ok((StatusCode::PARTIAL_CONTENT, headers, part).into_response())
        }
        RangeRequest::Whole => {
            let body = Body::from_stream(pieces(origin, file.hash, bytes));
            Ok(([(header::CONTENT_LENGTH, bytes)], body).into_response())
        }
        RangeRequest::Part(_) | RangeRequest::Unsatisfiable => {
            let content_range = HeaderValue::try_from(format!("bytes */{bytes}"))
                .expect("digits can stand in a header");
            let detail = "ask for one range inside the file, of at most 8 MiB";
            Err(Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, detail)
                .header(header::CONTENT_RANGE, content_range))
        }
    }
}

/// The whole file, one piece in memory at a time.
fn pieces(
    origin: OriginStore,
    file: ContentHash,
    bytes: u64,
) -> impl Stream<Item = std::result::Result<Bytes, OriginError>> {
    stream::try_unfold((origin, 0), move |(origin, start)| async move {
        if start == bytes {
            return Ok(None);
        }
        let end = bytes.min(start + FILL_PIECE_BYTES);
        let piece = Origin::read(&origin, unnamed(file), ByteRange { start, end }).await?;
        Ok(Some((piece, (origin, end))))
    })
}

async fn outboard(State(origin): State<OriginStore>, Path(hash): Path<String>) -> Result<Response> {
    let file = parse(&hash)?;
    let facts = origin.facts(file).await.map_err(|error| match error {
        UpstreamError::NotFound => not_there(),
        error => Problem::internal(error),
    })?;
    Ok((
        [(FILE_BYTES_HEADER, facts.bytes.to_string())],
        facts.outboard,
    )
        .into_response())
}

fn parse(hash: &str) -> Result<ContentHash> {
    hash.parse()
        .map_err(|error: data_objects::BadHash| Problem::bad_request(error.to_string()))
}

fn problem(error: OriginError) -> Problem {
    match error {
        OriginError::NoSuchFile(_) => not_there(),
        error => Problem::internal(error),
    }
}

fn not_there() -> Problem {
    Problem::not_found("the origin has no such file, or it has been withdrawn")
}
