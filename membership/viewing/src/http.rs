//! The routes under `/viewing/v1`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use contracts_membership::{Catalog, TitleId};
use membership_accounts::{ProblemDocument, SharedAccounts, SignedIn, Valid, ValidBody};
use platform_http::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{Viewing, ViewingError};

/// What the handlers hold.
#[derive(Clone)]
pub struct ViewingApi {
    /// Who asks.
    pub accounts: SharedAccounts,
    /// Which titles there are.
    pub catalog: Arc<dyn Catalog>,
    /// Bookmarks and lists.
    pub viewing: Arc<Viewing>,
}

impl FromRef<ViewingApi> for SharedAccounts {
    fn from_ref(state: &ViewingApi) -> Self {
        Arc::clone(&state.accounts)
    }
}

/// The routes under `/viewing/v1`.
pub fn router(state: ViewingApi) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(put_bookmark, get_bookmark))
        .routes(routes!(put_listed, delete_listed))
        .with_state(state)
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BookmarkRequest {
    /// Position in milliseconds.
    position_ms: u64,
    /// Length of the title in milliseconds; more than zero.
    duration_ms: u64,
}

#[derive(Debug, Serialize, ToSchema)]
struct BookmarkResponse {
    /// Position in milliseconds.
    position_ms: u64,
}

/// Keeps where the viewer is; past 95 % the bookmark is taken away.
#[utoipa::path(
    put, path = "/viewing/v1/bookmarks/{title_id}", tag = "viewing",
    params(("title_id" = String, Path, description = "The title.")),
    request_body = BookmarkRequest,
    responses(
        (status = NO_CONTENT),
        (status = BAD_REQUEST, body = ProblemDocument, description = "Not a position and a length."),
        (status = UNAUTHORIZED, body = ProblemDocument, description = "Not signed in."),
        (status = FORBIDDEN, body = ProblemDocument, description = "By cookie without X-Marquee: 1."),
        (status = NOT_FOUND, body = ProblemDocument, description = "There is no such title."),
    )
)]
async fn put_bookmark(
    State(state): State<ViewingApi>,
    SignedIn(account): SignedIn,
    Valid(Path(title)): Valid<Path<String>>,
    ValidBody(BookmarkRequest {
        position_ms,
        duration_ms,
    }): ValidBody<BookmarkRequest>,
) -> Result<StatusCode, Problem> {
    if duration_ms == 0 {
        return Err(Problem::bad_request(
            "duration_ms is the title's length, more than zero",
        ));
    }
    let title = state.known(title).await?;
    state
        .viewing
        .set_bookmark(&account.id, &title, position_ms, duration_ms)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where the viewer stopped.
#[utoipa::path(
    get, path = "/viewing/v1/bookmarks/{title_id}", tag = "viewing",
    params(("title_id" = String, Path, description = "The title.")),
    responses(
        (status = OK, body = BookmarkResponse),
        (status = UNAUTHORIZED, body = ProblemDocument, description = "Not signed in."),
        (status = NOT_FOUND, body = ProblemDocument, description = "There is no bookmark."),
    )
)]
async fn get_bookmark(
    State(state): State<ViewingApi>,
    SignedIn(account): SignedIn,
    Valid(Path(title)): Valid<Path<String>>,
) -> Result<Json<BookmarkResponse>, Problem> {
    let bookmark = state.viewing.bookmark(&account.id, &TitleId(title)).await?;
    let bookmark =
        bookmark.ok_or_else(|| Problem::not_found("there is no bookmark in this title"))?;
    Ok(Json(BookmarkResponse {
        position_ms: bookmark.position_ms,
    }))
}

/// Puts a title on the viewer's list.
#[utoipa::path(
    put, path = "/viewing/v1/list/{title_id}", tag = "viewing",
    params(("title_id" = String, Path, description = "The title.")),
    responses(
        (status = NO_CONTENT),
        (status = UNAUTHORIZED, body = ProblemDocument, description = "Not signed in."),
        (status = FORBIDDEN, body = ProblemDocument, description = "By cookie without X-Marquee: 1."),
        (status = NOT_FOUND, body = ProblemDocument, description = "There is no such title."),
        (status = CONFLICT, body = ProblemDocument, description = "The list is full."),
    )
)]
async fn put_listed(
    State(state): State<ViewingApi>,
    SignedIn(account): SignedIn,
    Valid(Path(title)): Valid<Path<String>>,
) -> Result<StatusCode, Problem> {
    let title = state.known(title).await?;
    state.viewing.add(&account.id, &title).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a title off the viewer's list.
#[utoipa::path(
    delete, path = "/viewing/v1/list/{title_id}", tag = "viewing",
    params(("title_id" = String, Path, description = "The title.")),
    responses(
        (status = NO_CONTENT),
        (status = UNAUTHORIZED, body = ProblemDocument, description = "Not signed in."),
        (status = FORBIDDEN, body = ProblemDocument, description = "By cookie without X-Marquee: 1."),
    )
)]
async fn delete_listed(
    State(state): State<ViewingApi>,
    SignedIn(account): SignedIn,
    Valid(Path(title)): Valid<Path<String>>,
) -> Result<StatusCode, Problem> {
    state.viewing.remove(&account.id, &TitleId(title)).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl ViewingApi {
    /// Rows are only kept for titles that exist, so that nobody fills the store with made-up ids.
    async fn known(&self, title: String) -> Result<TitleId, Problem> {
        let title = TitleId(title);
        match self.catalog.get(&title).await.map_err(ViewingError::from)? {
            Some(_) => Ok(title),
            None => Err(Problem::not_found(format!("there is no title {title}"))),
        }
    }
}

impl From<ViewingError> for Problem {
    fn from(error: ViewingError) -> Self {
        match error {
            ViewingError::ListFull => Self::conflict(error.to_string()),
            error => Self::internal(error),
        }
    }
}

#[cfg(test)]
mod tests;
