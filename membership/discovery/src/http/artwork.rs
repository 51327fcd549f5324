//! Artwork, named by its content and so kept by browsers for good.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use contracts_delivery::{ByteRange, Extension, FileName, OriginError};
use membership_accounts::{ProblemDocument, Valid};
use platform_http::Problem;

use super::ApiState;
use crate::limits::MAX_ARTWORK_BYTES;

/// A picture of a title in the catalogue. Public, and never changes under its name.
#[utoipa::path(
    get, path = "/artwork/{file}", tag = "discovery",
    params(("file" = String, Path, description = "64 hexadecimal digits and `.jpg`.")),
    responses(
        (status = OK, content_type = "image/jpeg", body = Vec<u8>),
        (status = NOT_FOUND, body = ProblemDocument, description = "No title has this picture."),
        (status = SERVICE_UNAVAILABLE, body = ProblemDocument, description = "The origin cannot be read; try again."),
    )
)]
pub(super) async fn artwork(
    State(state): State<ApiState>,
    Valid(Path(file)): Valid<Path<String>>,
) -> Result<Response, Problem> {
    let absent = || Problem::not_found("no title has this picture");
    let name: FileName = file.parse().map_err(|_| absent())?;
    let stored = state.parts.catalog.snapshot().artwork(&name.hash);
    let stored = stored.filter(|stored| stored.name == name && name.extension == Extension::Jpg);
    let stored = stored
        .filter(|stored| stored.bytes <= MAX_ARTWORK_BYTES)
        .ok_or_else(absent)?;
    let whole = ByteRange {
        start: 0,
        end: stored.bytes,
    };
    let bytes = state
        .parts
        .origin
        .read(name, whole)
        .await
        .map_err(|error| match error {
            OriginError::NoSuchFile(_) => absent(),
            error => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "pictures cannot be read at this moment; try again",
            )
            .caused_by(error),
        })?;
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(Extension::Jpg.content_type()),
        ),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=31536000, immutable"),
        ),
    ];
    Ok((headers, bytes).into_response())
}
