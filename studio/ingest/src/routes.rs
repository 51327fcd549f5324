//! tus 1.0 over HTTP.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use data_objects::ContentHash;
use platform_http::{Problem, Result};
use serde::{Deserialize, Serialize};

use crate::checksum::{ALGORITHMS, Verifier};
use crate::tus::{
    EXTENSIONS, OFFSET_STREAM, OVERRIDE, TUS_CHECKSUM_ALGORITHM, TUS_EXTENSION, TUS_MAX_SIZE,
    TUS_RESUMABLE, TUS_VERSION, UPLOAD_CHECKSUM, UPLOAD_LENGTH, UPLOAD_METADATA, UPLOAD_OFFSET,
    VERSION, expires, number, require_version, text,
};
use crate::{Metadata, MetadataError, Uploads};

/// Where the app nests [`router`]; the `Location` of a new upload begins with it.
pub const PATH: &str = "/studio/v1/uploads";

type Shared = State<Arc<Uploads>>;

/// The routes below [`PATH`]. The bodies of uploads are as long as films: no layer with a body limit
/// may be put around them.
pub fn router(uploads: Arc<Uploads>) -> Router {
    Router::new()
        .route("/", get(find).post(create).options(capabilities))
        .route(
            "/{id}",
            axum::routing::head(offset)
                .patch(append)
                .delete(terminate)
                .post(overridden)
                .options(capabilities),
        )
        .layer(map_response(with_version))
        .with_state(uploads)
}

async fn with_version(mut response: Response) -> Response {
    response.headers_mut().insert(TUS_RESUMABLE, VERSION);
    response
}

async fn capabilities(State(uploads): Shared) -> Response {
    let headers = [
        (TUS_VERSION, VERSION),
        (TUS_EXTENSION, EXTENSIONS),
        (TUS_MAX_SIZE, uploads.limits.max_bytes.into()),
        (TUS_CHECKSUM_ALGORITHM, HeaderValue::from_static(ALGORITHMS)),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

async fn create(State(uploads): Shared, headers: HeaderMap) -> Result<Response> {
    require_version(&headers)?;
    let length = number(&headers, &UPLOAD_LENGTH)?;
    let said = text(&headers, &UPLOAD_METADATA)?;
    let metadata = Metadata::parse(said).map_err(crate::UploadError::from)?;
    let (id, expires_at) = uploads.create(length, metadata, said).await?;
    tracing::info!(upload = id, length, "upload created");
    let mut response = StatusCode::CREATED.into_response();
    let location = HeaderValue::try_from(location(&id)).map_err(Problem::internal)?;
    response.headers_mut().insert(header::LOCATION, location);
    response.headers_mut().extend(expires(expires_at));
    Ok(response)
}

async fn offset(
    State(uploads): Shared,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    require_version(&headers)?;
    let status = uploads.status(&id).await?;
    let mut response = StatusCode::OK.into_response();
    let told = response.headers_mut();
    told.insert(UPLOAD_OFFSET, status.offset.into());
    told.insert(UPLOAD_LENGTH, status.length.into());
    told.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if !status.metadata.is_empty() {
        let metadata = HeaderValue::try_from(status.metadata).map_err(Problem::internal)?;
        told.insert(UPLOAD_METADATA, metadata);
    }
    told.extend(expires(status.expires_at));
    Ok(response)
}

async fn append(
    State(uploads): Shared,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    require_version(&headers)?;
    if text(&headers, &header::CONTENT_TYPE)? != OFFSET_STREAM {
        let detail = format!("the bytes of an upload are sent as Content-Type: {OFFSET_STREAM}");
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    let at = number(&headers, &UPLOAD_OFFSET)?;
    let bytes = match headers.get(header::CONTENT_LENGTH) {
        Some(_) => Some(number(&headers, &header::CONTENT_LENGTH)?),
        None => None,
    };
    let verifier = match text(&headers, &UPLOAD_CHECKSUM)? {
        "" => None,
        said => Some(Verifier::parse(said).map_err(crate::UploadError::from)?),
    };
    let offset = uploads
        .append(&id, (at, bytes), verifier, body.into_data_stream())
        .await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(UPLOAD_OFFSET, offset.into());
    response
        .headers_mut()
        .extend(uploads.expires_at(&id).and_then(expires));
    Ok(response)
}

async fn terminate(
    State(uploads): Shared,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode> {
    require_version(&headers)?;
    uploads.terminate(&id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// For clients behind something that lets only GET and POST through.
async fn overridden(
    state: Shared,
    id: Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    match text(&headers, &OVERRIDE)? {
        "PATCH" => append(state, id, headers, body).await,
        "DELETE" => Ok(terminate(state, id, headers).await?.into_response()),
        _ => {
            let allowed = (
                header::ALLOW,
                HeaderValue::from_static("HEAD, PATCH, DELETE, OPTIONS"),
            );
            let detail = "an upload is sent by PATCH and asked for by HEAD";
            let refused = Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail);
            Err(refused.header(allowed.0, allowed.1))
        }
    }
}

#[derive(Debug, Deserialize)]
struct Wanted {
    #[serde(default)]
    fingerprint: String,
}

#[derive(Debug, Default, Serialize)]
struct Resumable {
    #[serde(skip_serializing_if = "Option::is_none")]
    upload_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upload_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<u64>,
}

async fn find(
    State(uploads): Shared,
    Query(wanted): Query<Wanted>,
) -> Result<([(HeaderName, HeaderValue); 1], Json<Resumable>)> {
    let bad = |_| Problem::bad_request(MetadataError::BadFingerprint.to_string());
    let fingerprint: ContentHash = wanted.fingerprint.parse().map_err(bad)?;
    let found = uploads.find(fingerprint).await?.map(|found| Resumable {
        upload_url: Some(location(&found.id)),
        upload_id: Some(found.id),
        offset: Some(found.offset),
        length: Some(found.length),
    });
    let fresh = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(([fresh], Json(found.unwrap_or_default())))
}

fn location(id: &str) -> String {
    format!("{PATH}/{id}")
}
