//! The owner's route for backups.

use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use platform_clock::SharedClock;
use platform_http::Problem;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::backup::{self, Sources};

/// Where backups are asked for.
pub(crate) const PATH: &str = "/admin/v1/backups";

/// What is asked for.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BackupRequest {
    /// A folder of the service's machine that is not there yet, or is empty.
    pub(crate) folder: PathBuf,
}

/// What was made.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct BackupMade {
    pub(crate) folder: PathBuf,
    pub(crate) rows: u64,
    pub(crate) files: usize,
    pub(crate) bytes: u64,
}

#[derive(Clone)]
struct Backups {
    sources: Sources,
    clock: SharedClock,
    /// One at a time: two would only share the disk.
    turn: Arc<Mutex<()>>,
}

/// The route. The caller guards it: a backup holds every secret of the service.
pub(crate) fn router(sources: Sources, clock: SharedClock) -> Router {
    let backups = Backups {
        sources,
        clock,
        turn: Arc::default(),
    };
    Router::new().route(PATH, post(make)).with_state(backups)
}

async fn make(
    State(backups): State<Backups>,
    Json(request): Json<BackupRequest>,
) -> Result<Json<BackupMade>, Problem> {
    let making = async move {
        let _turn = backups.turn.lock().await;
        backup::make(&backups.sources, &request.folder, &*backups.clock)
            .await
            .map(|made| (request.folder, made))
    };
    // On a task of its own, so that a caller who goes away does not leave half a backup behind.
    let made = tokio::spawn(making).await.map_err(anyhow::Error::from);
    let (folder, made) = made.flatten().map_err(|error| {
        tracing::warn!("no backup was made: {error:#}");
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            format!("no backup was made: {error:#}"),
        )
    })?;
    Ok(Json(BackupMade {
        folder,
        rows: made.rows,
        files: made.files(),
        bytes: made.bytes(),
    }))
}
