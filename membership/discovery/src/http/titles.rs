//! Home, title pages and search.

use axum::Json;
use axum::extract::{Path, Query, State};
use contracts_membership::TitleId;
use membership_accounts::{ProblemDocument, SignedIn, Valid};
use membership_viewing::ViewingError;
use platform_http::Problem;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::ApiState;
use crate::card::TitleCard;
use crate::home::Home;
use crate::likes::more_like;
use crate::limits::MAX_QUERY_CHARS;
use crate::query;

/// Where the viewer is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Whereabouts {
    /// ISO 3166-1 alpha-2; the service's own territory when absent.
    #[serde(rename = "user-location")]
    user_location: Option<String>,
}

/// What is looked for, and from where.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SearchQuery {
    /// Words; at most 200 characters.
    q: String,
    /// ISO 3166-1 alpha-2; the service's own territory when absent.
    #[serde(rename = "user-location")]
    user_location: Option<String>,
}

/// A title's page.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TitlePage {
    #[serde(flatten)]
    card: TitleCard,
    /// How often it was watched, as of a minute or two ago.
    views: u64,
    /// Titles that share tags or the category, the most alike first.
    more_like_this: Vec<TitleCard>,
}

/// What a search found.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SearchResult {
    /// What was looked for.
    query: String,
    /// False when no title's name holds every word, and others are offered instead.
    exact: bool,
    /// Best first.
    titles: Vec<TitleCard>,
}

/// The first page.
#[utoipa::path(
    get, path = "/discovery/v1/home", tag = "discovery", params(Whereabouts),
    responses(
        (status = OK, body = Home),
        (status = BAD_REQUEST, body = ProblemDocument, description = "Not a territory."),
        (status = UNAUTHORIZED, body = ProblemDocument, description = "Not signed in."),
    )
)]
pub(super) async fn home(
    State(state): State<ApiState>,
    SignedIn(account): SignedIn,
    Valid(Query(whereabouts)): Valid<Query<Whereabouts>>,
) -> Result<Json<Home>, Problem> {
    let shelf = state
        .shelf(&account, whereabouts.user_location.as_deref())
        .await?;
    Ok(Json(crate::home::home(&shelf)))
}

/// A title and what is like it.
#[utoipa::path(
    get, path = "/catalog/v1/titles/{id}", tag = "discovery",
    params(("id" = String, Path, description = "The title."), Whereabouts),
    responses(
        (status = OK, body = TitlePage),
        (status = BAD_REQUEST, body = ProblemDocument, description = "Not a territory."),
        (status = UNAUTHORIZED, body = ProblemDocument, description = "Not signed in."),
        (status = NOT_FOUND, body = ProblemDocument, description = "No such title is offered here."),
    )
)]
pub(super) async fn title(
    State(state): State<ApiState>,
    SignedIn(account): SignedIn,
    Valid(Path(id)): Valid<Path<String>>,
    Valid(Query(whereabouts)): Valid<Query<Whereabouts>>,
) -> Result<Json<TitlePage>, Problem> {
    let shelf = state
        .shelf(&account, whereabouts.user_location.as_deref())
        .await?;
    let id = TitleId(id);
    let entry = shelf
        .get(&id)
        .ok_or_else(|| Problem::not_found(format!("there is no title {id}")))?;
    let views = state.parts.viewing.views().of(&id).await;
    let likes = more_like(entry, &shelf);
    Ok(Json(TitlePage {
        card: TitleCard::new(entry, &shelf),
        views: views.map_err(ViewingError::from)?,
        more_like_this: likes
            .into_iter()
            .map(|like| TitleCard::new(like, &shelf))
            .collect(),
    }))
}

/// Titles by name, tags, category and description; similar names when nothing matches.
#[utoipa::path(
    get, path = "/video-contents/v1/search-query/", tag = "discovery", params(SearchQuery),
    responses(
        (status = OK, body = SearchResult),
        (status = BAD_REQUEST, body = ProblemDocument, description = "No query, too long a one, or not a territory."),
        (status = UNAUTHORIZED, body = ProblemDocument, description = "Not signed in."),
    )
)]
pub(super) async fn search(
    State(state): State<ApiState>,
    SignedIn(account): SignedIn,
    Valid(Query(asked)): Valid<Query<SearchQuery>>,
) -> Result<Json<SearchResult>, Problem> {
    if asked.q.chars().count() > MAX_QUERY_CHARS {
        return Err(Problem::bad_request(format!(
            "q has at most {MAX_QUERY_CHARS} characters"
        )));
    }
    let shelf = state
        .shelf(&account, asked.user_location.as_deref())
        .await?;
    let index = state.index.of(&state.parts.catalog.snapshot());
    let found = query::search(&index, &asked.q, |id| shelf.get(id).is_some());
    let entries = found.titles.iter().filter_map(|id| shelf.get(id));
    Ok(Json(SearchResult {
        query: asked.q,
        exact: found.exact,
        titles: entries.map(|entry| TitleCard::new(entry, &shelf)).collect(),
    }))
}
