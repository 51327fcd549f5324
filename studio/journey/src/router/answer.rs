//! Bodies in, problems out.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use contracts_membership::{Availability, Maturity};
use contracts_studio::{Priority, Submission};
use platform_http::{BODY_BYTES, Problem, Result};

use super::Direct;
use crate::error::StudioError;
use crate::studio::Studio;

/// Reads a JSON submission.
pub(super) async fn read_json(request: Request<Body>) -> Result<Submission> {
    let body = to_bytes(request.into_body(), BODY_BYTES)
        .await
        .map_err(|_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "the submission is too long"))?;
    serde_json::from_slice(&body).map_err(|error| {
        Problem::bad_request(format!("the submission is not what it should be: {error}"))
    })
}

/// Stores a master that comes as the body.
pub(super) async fn receive_body(
    studio: &Studio,
    direct: Direct,
    headers: &HeaderMap,
    request: Request<Body>,
) -> Result<Submission> {
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse().ok());
    let stored = studio
        .uploads()
        .store_stream(
            request.into_body().into_data_stream(),
            length,
            &direct.title,
        )
        .await
        .map_err(|error| problem(error.into()))?;
    Ok(Submission {
        title: direct.title,
        description: direct.description,
        tags: direct.tags.split(',').map(str::to_owned).collect(),
        category: direct.category,
        year: None,
        maturity: Maturity::default(),
        availability: Availability::default(),
        upload_id: stored.id,
        priority: Priority::default(),
        subtitles: Vec::new(),
        replaces: None,
    })
}

/// What a client is told.
pub(super) fn problem(error: StudioError) -> Problem {
    match error {
        StudioError::Submission(reason) => Problem::bad_request(reason),
        StudioError::NoSuchTitle(_) => Problem::not_found(error.to_string()),
        StudioError::State(reason) => Problem::conflict(reason),
        StudioError::Upload(error) => error.into(),
        StudioError::Store(_)
        | StudioError::Log(_)
        | StudioError::Workflow(_)
        | StudioError::Catalog(_)
        | StudioError::Origin(_)
        | StudioError::Folder(_) => Problem::internal(error),
    }
}
