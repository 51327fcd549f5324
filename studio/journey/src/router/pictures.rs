//! Small pictures of a title along its time, over HTTP.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse;
use contracts_membership::TitleId;
use platform_http::{Problem, Result};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::problem;
use crate::studio::Studio;

/// Small pictures of a title, in sheets of `columns` by `rows`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Pictures {
    /// Where the sheets are, in order of time.
    urls: Vec<String>,
    /// Pictures across a sheet.
    columns: u32,
    /// Pictures down a sheet.
    rows: u32,
    /// Pixels across one picture.
    tile_width: u32,
    /// Pixels down one picture.
    tile_height: u32,
    /// Time from one picture to the next, in milliseconds.
    interval_ms: u64,
}

/// A published title along its time, in small pictures; null when none could be made of it.
#[utoipa::path(
    get, path = "/studio/v1/titles/{id}/pictures", tag = "studio", params(("id" = String, Path)),
    responses(
        (status = 200, body = Option<Pictures>),
        (status = 404, description = "No such title"),
        (status = 409, description = "Not published"),
    )
)]
pub(super) async fn pictures(
    State(studio): State<Studio>,
    Path(id): Path<TitleId>,
) -> Result<Json<Option<Pictures>>> {
    let tiles = studio.pictures(&id).await.map_err(problem)?;
    Ok(Json(tiles.map(|tiles| {
        Pictures {
            urls: (0..tiles.sheets.len())
                .map(|sheet| format!("/studio/v1/titles/{id}/pictures/{sheet}"))
                .collect(),
            columns: tiles.columns,
            rows: tiles.rows,
            tile_width: tiles.tile_width,
            tile_height: tiles.tile_height,
            interval_ms: tiles.interval_ms,
        }
    })))
}

/// One sheet of them, by its number from 0.
#[utoipa::path(
    get, path = "/studio/v1/titles/{id}/pictures/{sheet}", tag = "studio",
    params(("id" = String, Path), ("sheet" = usize, Path)),
    responses(
        (status = 200, description = "The sheet", content_type = "image/jpeg", body = Vec<u8>),
        (status = 404, description = "No such title or sheet"),
        (status = 409, description = "Not published"),
    )
)]
pub(super) async fn sheet(
    State(studio): State<Studio>,
    Path((id, sheet)): Path<(TitleId, usize)>,
) -> Result<impl IntoResponse> {
    let found = studio.sheet(&id, sheet).await.map_err(problem)?;
    let picture =
        found.ok_or_else(|| Problem::not_found(format!("the title has no sheet {sheet}")))?;
    Ok(([(header::CONTENT_TYPE, "image/jpeg")], picture))
}
