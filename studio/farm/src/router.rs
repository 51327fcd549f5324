//! The board over HTTP, for workers in other processes.

use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use contracts_delivery::ClusterSecret;
use futures::StreamExt as _;
use platform_http::{Problem, Result, closed};
use studio_encode::{ChunkTask, EncodedChunk, check_chunk};
use tokio::io::AsyncWriteExt as _;

use crate::Farm;
use crate::farm::{FarmError, Job, incoming};
use crate::limits::{CHUNK_BYTES, CLAIM_WAIT};
use crate::wire::{self, Ask, Beat, Claim, Failure, Held, Orders};

/// The routes of workers, closed to whoever does not show `secret`: masters are handed out here.
pub fn router(farm: Farm, secret: ClusterSecret) -> Router {
    let routes = Router::new()
        .route(wire::CLAIM, post(claim))
        .route(wire::BEAT, post(beat))
        .route(wire::MASTER, get(master))
        .route(wire::CHUNK, put(chunk))
        .route(wire::FAILURE, post(failure))
        .with_state(farm);
    let refusal = "workers show the cluster secret as a bearer token";
    closed(routes, refusal, move |shown| secret.admits(shown))
        .layer(DefaultBodyLimit::max(CHUNK_BYTES))
}

/// Waits a few seconds for work; 204 when there is none.
async fn claim(State(farm): State<Farm>, Json(ask): Json<Ask>) -> Result<Response> {
    let waiting = async {
        loop {
            if let Some(claimed) = farm.claim(&ask.worker, false) {
                return claimed;
            }
            farm.anything().await;
        }
    };
    let Ok((lease, job)) = tokio::time::timeout(CLAIM_WAIT, waiting).await else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    let path = &job.order.master;
    let metadata = tokio::fs::metadata(path).await.map_err(lost)?;
    let claim = Claim {
        lease,
        task: (*job.order.task).clone(),
        master: name_of(path),
        master_bytes: metadata.len(),
    };
    Ok(Json(claim).into_response())
}

async fn beat(State(farm): State<Farm>, Json(beat): Json<Beat>) -> Json<Orders> {
    let go_on = farm.beat(beat.lease, beat.frames);
    Json(Orders { go_on })
}

async fn master(State(farm): State<Farm>, Query(held): Query<Held>) -> Result<Response> {
    let job = holding(&farm, &held)?;
    let file = tokio::fs::File::open(&job.order.master)
        .await
        .map_err(lost)?;
    let stream = tokio_util::io::ReaderStream::new(file);
    Ok(Body::from_stream(stream).into_response())
}

/// Takes a chunk, reads it back, and only then counts it as done.
async fn chunk(
    State(farm): State<Farm>,
    Query(held): Query<Held>,
    request: Request,
) -> Result<StatusCode> {
    let job = holding(&farm, &held)?;
    let beside = incoming(&job.order.out, held.lease());
    let taken = take(request, &beside).await;
    let checked = match taken {
        Ok(()) => accept(&job, &held, &beside).await,
        Err(problem) => Err(problem),
    };
    if checked.is_err() {
        // The problem says more than a failure to clean up behind it.
        let _removed = platform_files::remove_if_there(&beside).await;
    }
    if farm.finish(held.lease(), Ok(checked?)).await {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(not_held())
    }
}

async fn take(request: Request, path: &Path) -> Result<()> {
    let mut file = tokio::fs::File::create(path).await.map_err(lost)?;
    let mut body = request.into_body().into_data_stream();
    let mut bytes = 0;
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|error| Problem::bad_request(error.to_string()))?;
        bytes += piece.len();
        if bytes > CHUNK_BYTES {
            return Err(Problem::bad_request(format!(
                "a chunk has at most {CHUNK_BYTES} bytes"
            )));
        }
        file.write_all(&piece).await.map_err(lost)?;
    }
    file.flush().await.map_err(lost)
}

async fn accept(job: &Job, held: &Held, beside: &Path) -> Result<EncodedChunk> {
    let task = ChunkTask {
        effort: held.effort,
        ..(*job.order.task).clone()
    };
    let checked = check_chunk(&task, beside)
        .await
        .map_err(|error| Problem::bad_request(error.to_string()))?;
    let out = &job.order.out;
    platform_files::persist(beside, out).await.map_err(lost)?;
    Ok(EncodedChunk {
        path: out.clone(),
        cpu_ms: held.cpu_ms,
        ..checked
    })
}

async fn failure(State(farm): State<Farm>, Json(failure): Json<Failure>) -> StatusCode {
    let error = FarmError::Worker {
        worker: failure.worker,
        message: failure.message,
        transient: failure.transient,
    };
    farm.finish(failure.lease, Err(error)).await;
    StatusCode::NO_CONTENT
}

fn holding(farm: &Farm, held: &Held) -> Result<Arc<Job>> {
    farm.job(held.lease()).ok_or_else(not_held)
}

fn not_held() -> Problem {
    Problem::conflict(
        "the claim does not hold any more: the chunk is another worker's, or nobody's",
    )
}

fn lost(error: std::io::Error) -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "the studio's disk failed; try again",
    )
    .caused_by(error)
}

/// A name for a master's place: masters are never written over.
fn name_of(path: &Path) -> String {
    data_objects::ContentHash::of(path.as_os_str().as_encoded_bytes()).to_string()
}
