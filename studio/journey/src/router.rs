//! The studio over HTTP. The binary lets only owners through.

mod answer;
mod pictures;
mod timeline;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::IntoResponse;
use contracts_membership::TitleId;
use contracts_studio::master::Inspection;
use contracts_studio::{LadderReport, Submission, TitleStatus};
use platform_http::{Problem, Result};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::studio::Studio;
use answer::problem;

/// The studio's routes: submissions under `/video-contents/v1/videos`, titles under
/// `/studio/v1/titles`.
pub fn router(studio: Studio) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(submit))
        .routes(routes!(titles))
        .routes(routes!(title, delete))
        .routes(routes!(ladder))
        .routes(routes!(inspection))
        .routes(routes!(unpublish))
        .routes(routes!(publish))
        .routes(routes!(retry))
        .routes(routes!(timeline::timeline))
        .routes(routes!(timeline::subtitles))
        .routes(routes!(pictures::pictures))
        .routes(routes!(pictures::sheet))
        .with_state(studio)
}

/// The answer to a submission.
#[derive(Debug, Serialize, ToSchema)]
struct Accepted {
    /// The title's id.
    #[schema(value_type = String)]
    id: TitleId,
    /// Where its status is.
    status_url: String,
}

/// Every title.
#[derive(Debug, Serialize, ToSchema)]
struct Titles {
    /// Newest first.
    titles: Vec<TitleStatus>,
}

/// What is known of a master that comes as the request's body.
#[derive(Debug, Deserialize)]
struct Direct {
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    category: String,
    /// Separated by commas.
    #[serde(default)]
    tags: String,
}

/// Submits a master: an upload's id with what is known of it as JSON, or the file itself as the body
/// (`Content-Type: video/*`) with title, description, category and tags in the query.
#[utoipa::path(
    post, path = "/video-contents/v1/videos", tag = "studio",
    request_body = Submission,
    responses(
        (status = 202, description = "Taken; follow the status", body = Accepted),
        (status = 400, description = "A field breaks a rule"),
        (status = 404, description = "The upload is not there"),
        (status = 409, description = "The upload is not finished"),
        (status = 507, description = "The disk is full"),
    )
)]
async fn submit(
    State(studio): State<Studio>,
    query: std::result::Result<Query<Direct>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
    request: Request<Body>,
) -> Result<impl IntoResponse> {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let submission = if content_type.is_some_and(|kind| kind.starts_with("video/")) {
        let Query(direct) = query.map_err(|rejection| {
            Problem::bad_request(format!(
                "name the title in the query: {}",
                rejection.body_text()
            ))
        })?;
        answer::receive_body(&studio, direct, &headers, request).await?
    } else {
        answer::read_json(request).await?
    };
    let id = studio.submit(submission).await.map_err(problem)?;
    let status_url = format!("/studio/v1/titles/{id}");
    Ok((StatusCode::ACCEPTED, Json(Accepted { id, status_url })))
}

/// What is looked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
struct Find {
    /// Words that must all be found in a title or in what is known of its master; `reel:A001` looks
    /// under one term only.
    find: String,
}

/// Every title, or those that are looked for, and how far each is.
#[utoipa::path(
    get, path = "/studio/v1/titles", tag = "studio", params(Find),
    responses((status = 200, body = Titles))
)]
async fn titles(State(studio): State<Studio>, Query(find): Query<Find>) -> Result<Json<Titles>> {
    Ok(Json(Titles {
        titles: studio.titles(&find.find).await.map_err(problem)?,
    }))
}

/// What is known of a title's master: its facts, and what was found in it.
#[utoipa::path(
    get, path = "/studio/v1/titles/{id}/inspection", tag = "studio", params(("id" = String, Path)),
    responses(
        (status = 200, body = Inspection),
        (status = 404, description = "No such title, or not inspected yet"),
    )
)]
async fn inspection(
    State(studio): State<Studio>,
    Path(id): Path<TitleId>,
) -> Result<Json<Inspection>> {
    let found = studio.inspection(&id).await.map_err(problem)?;
    found
        .map(Json)
        .ok_or_else(|| Problem::not_found("the master has not been inspected yet"))
}

/// One title and how far it is.
#[utoipa::path(
    get, path = "/studio/v1/titles/{id}", tag = "studio", params(("id" = String, Path)),
    responses((status = 200, body = TitleStatus), (status = 404, description = "No such title"))
)]
async fn title(State(studio): State<Studio>, Path(id): Path<TitleId>) -> Result<Json<TitleStatus>> {
    Ok(Json(studio.title(&id).await.map_err(problem)?))
}

/// Why a title is encoded as it is; null while it has no ladder of its own.
#[utoipa::path(
    get, path = "/studio/v1/titles/{id}/ladder", tag = "studio", params(("id" = String, Path)),
    responses((status = 200, body = Option<LadderReport>), (status = 404, description = "No such title"))
)]
async fn ladder(
    State(studio): State<Studio>,
    Path(id): Path<TitleId>,
) -> Result<Json<Option<LadderReport>>> {
    Ok(Json(studio.ladder(&id).await.map_err(problem)?))
}

/// Removes a title and everything made from it.
#[utoipa::path(
    delete, path = "/studio/v1/titles/{id}", tag = "studio", params(("id" = String, Path)),
    responses((status = 204, description = "Gone"), (status = 404, description = "No such title"))
)]
async fn delete(State(studio): State<Studio>, Path(id): Path<TitleId>) -> Result<StatusCode> {
    studio.delete(&id).await.map_err(problem)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a title out of the catalogue and its files off every appliance.
#[utoipa::path(
    post, path = "/studio/v1/titles/{id}/unpublish", tag = "studio", params(("id" = String, Path)),
    responses((status = 204, description = "Out of the catalogue"), (status = 409, description = "Not published"))
)]
async fn unpublish(State(studio): State<Studio>, Path(id): Path<TitleId>) -> Result<StatusCode> {
    studio.unpublish(&id).await.map_err(problem)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes an unpublished title again from its master.
#[utoipa::path(
    post, path = "/studio/v1/titles/{id}/publish", tag = "studio", params(("id" = String, Path)),
    responses((status = 202, description = "On its way"), (status = 409, description = "Published already"))
)]
async fn publish(State(studio): State<Studio>, Path(id): Path<TitleId>) -> Result<StatusCode> {
    studio.publish(&id).await.map_err(problem)?;
    Ok(StatusCode::ACCEPTED)
}

/// Starts a failed title again from its master.
#[utoipa::path(
    post, path = "/studio/v1/titles/{id}/retry", tag = "studio", params(("id" = String, Path)),
    responses((status = 202, description = "On its way"), (status = 409, description = "It has not failed"))
)]
async fn retry(State(studio): State<Studio>, Path(id): Path<TitleId>) -> Result<StatusCode> {
    studio.retry(&id).await.map_err(problem)?;
    Ok(StatusCode::ACCEPTED)
}
