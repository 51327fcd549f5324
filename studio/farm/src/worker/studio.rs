//! The studio as a worker reaches it.

use std::path::Path;

use contracts_delivery::ClusterSecret;
use futures::StreamExt as _;
use platform_http::Trust;
use reqwest::{RequestBuilder, Response, StatusCode};
use studio_encode::EncodedChunk;
use tokio::io::AsyncWriteExt as _;
use url::Url;

use super::WorkerError;
use crate::board::Lease;
use crate::limits::{CLAIM_WAIT, LEASE};
use crate::wire::{self, Ask, Beat, Claim, Failure, Held, Orders};

#[derive(Clone)]
pub(super) struct StudioClient {
    http: reqwest::Client,
    base: Url,
    secret: ClusterSecret,
}

impl StudioClient {
    pub(super) fn new(
        base: Url,
        secret: ClusterSecret,
        trust: &Trust,
    ) -> Result<Self, WorkerError> {
        // A whole request has no limit, as a master may be large; silence has.
        let http = trust
            .client()
            .connect_timeout(LEASE)
            .read_timeout(CLAIM_WAIT + LEASE)
            .build();
        let http = http.map_err(|error| WorkerError::Studio {
            studio: base.clone(),
            message: error.to_string(),
        })?;
        Ok(Self { http, base, secret })
    }

    /// The next chunk; `None` when there is nothing to do.
    pub(super) async fn claim(&self, worker: &str) -> Result<Option<Claim>, WorkerError> {
        let worker = worker.to_owned();
        let request = self.http.post(self.url(wire::CLAIM)).json(&Ask { worker });
        let response = self.send_request(request).await?;
        if response.status() == StatusCode::NO_CONTENT {
            return Ok(None);
        }
        let claim = response.json().await;
        claim.map(Some).map_err(|error| self.failed(&error))
    }

    /// Whether the chunk is still wanted.
    pub(super) async fn beat(&self, lease: Lease, frames: u64) -> Result<bool, WorkerError> {
        let beat = Beat { lease, frames };
        let request = self.http.post(self.url(wire::BEAT)).json(&beat);
        let response = self.send_request(request).await?;
        let orders: Orders = response.json().await.map_err(|error| self.failed(&error))?;
        Ok(orders.go_on)
    }

    /// Fetches the master of a claim into a file.
    pub(super) async fn fetch(&self, claim: &Claim, path: &Path) -> Result<(), WorkerError> {
        let disk = |source| WorkerError::Disk {
            path: path.to_owned(),
            source,
        };
        let held = held(claim, studio_encode::Effort::default(), 0);
        let request = self.http.get(self.url(wire::MASTER)).query(&held);
        let mut body = self.send_request(request).await?.bytes_stream();
        let mut file = tokio::fs::File::create(path).await.map_err(disk)?;
        while let Some(piece) = body.next().await {
            let piece = piece.map_err(|error| self.failed(&error))?;
            file.write_all(&piece).await.map_err(disk)?;
        }
        file.flush().await.map_err(disk)
    }

    pub(super) async fn send(&self, claim: &Claim, made: &EncodedChunk) -> Result<(), WorkerError> {
        let file = tokio::fs::File::open(&made.path).await;
        let file = file.map_err(|source| WorkerError::Disk {
            path: made.path.clone(),
            source,
        })?;
        let stream = tokio_util::io::ReaderStream::new(file);
        let request = self
            .http
            .put(self.url(wire::CHUNK))
            .query(&held(claim, made.effort, made.cpu_ms))
            .body(reqwest::Body::wrap_stream(stream));
        self.send_request(request).await.map(|_| ())
    }

    pub(super) async fn fail(&self, failure: &Failure) -> Result<(), WorkerError> {
        let request = self.http.post(self.url(wire::FAILURE)).json(failure);
        self.send_request(request).await.map(|_| ())
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base.as_str().trim_end_matches('/'))
    }

    async fn send_request(&self, request: RequestBuilder) -> Result<Response, WorkerError> {
        let sent = request.bearer_auth(self.secret.reveal()).send().await;
        let response = sent.map_err(|error| self.failed(&error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let message = match status {
            StatusCode::UNAUTHORIZED => "it does not know this cluster secret".to_owned(),
            StatusCode::CONFLICT => "the chunk went to another worker".to_owned(),
            status => format!("it answered {status}"),
        };
        let studio = self.base.clone();
        Err(WorkerError::Studio { studio, message })
    }

    fn failed(&self, error: &reqwest::Error) -> WorkerError {
        WorkerError::Studio {
            studio: self.base.clone(),
            message: error.to_string(),
        }
    }
}

const fn held(claim: &Claim, effort: studio_encode::Effort, cpu_ms: u64) -> Held {
    Held {
        offer: claim.lease.offer,
        claim: claim.lease.claim,
        effort,
        cpu_ms,
    }
}
