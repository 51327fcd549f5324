//! The fill service of the origin or of a neighbour as an upstream.

use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use contracts_delivery::{
    ByteRange, ClusterSecret, FILE_BYTES_HEADER, FILL_FILES_PATH, FileFacts, Upstream,
    UpstreamError,
};
use data_objects::ContentHash;
use platform_http::Trust;
use reqwest::{RequestBuilder, Response, StatusCode, header};
use url::Url;

use crate::limits::{CONNECT_TIMEOUT, FILL_TIMEOUT, MAX_OUTBOARD_BYTES};

/// Fills over HTTP from anywhere in the cluster, showing its secret.
#[derive(Debug, Clone)]
pub struct FillClient {
    client: reqwest::Client,
    secret: ClusterSecret,
}

impl FillClient {
    /// A client that shows `secret` to whoever `trust` accepts.
    ///
    /// # Errors
    /// When the TLS library cannot be set up.
    pub fn new(secret: ClusterSecret, trust: &Trust) -> reqwest::Result<Self> {
        Ok(Self {
            client: client(trust, FILL_TIMEOUT)?,
            secret,
        })
    }

    /// The fill service below `base`, which ends with `/`.
    pub fn at(&self, base: Url) -> HttpFill {
        HttpFill {
            client: self.clone(),
            base,
        }
    }
}

/// One fill service.
#[derive(Debug, Clone)]
pub struct HttpFill {
    client: FillClient,
    base: Url,
}

impl HttpFill {
    fn get(&self, file: ContentHash, rest: &str) -> RequestBuilder {
        let url = format!("{}{FILL_FILES_PATH}/{file}{rest}", self.base);
        let FillClient { client, secret } = &self.client;
        client.get(url).bearer_auth(secret.reveal())
    }
}

#[async_trait]
impl Upstream for HttpFill {
    async fn facts(&self, file: ContentHash) -> Result<FileFacts, UpstreamError> {
        let response = answered(self.get(file, "/outboard").send().await)?;
        if response.status() != StatusCode::OK {
            return Err(UpstreamError::Wrong);
        }
        let bytes = response.headers().get(FILE_BYTES_HEADER);
        let bytes = bytes.and_then(|value| value.to_str().ok()?.parse().ok());
        let bytes = bytes.ok_or(UpstreamError::Wrong)?;
        Ok(FileFacts {
            bytes,
            outboard: take(response, MAX_OUTBOARD_BYTES).await?,
        })
    }

    async fn read(&self, file: ContentHash, range: ByteRange) -> Result<Bytes, UpstreamError> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let wanted = format!("bytes={}-{}", range.start, range.end - 1);
        let response = answered(
            self.get(file, "")
                .header(header::RANGE, wanted)
                .send()
                .await,
        )?;
        if response.status() != StatusCode::PARTIAL_CONTENT {
            return Err(UpstreamError::Wrong);
        }
        take(response, range.len()).await
    }
}

/// A client for traffic inside the cluster: no proxy, no redirects.
pub(crate) fn client(trust: &Trust, timeout: Duration) -> reqwest::Result<reqwest::Client> {
    trust
        .client()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(timeout)
        .build()
}

fn answered(sent: reqwest::Result<Response>) -> Result<Response, UpstreamError> {
    let response = sent.map_err(|error| failed(&error))?;
    match response.status() {
        StatusCode::NOT_FOUND => Err(UpstreamError::NotFound),
        StatusCode::UNAUTHORIZED => {
            tracing::error!("a fill service does not accept this appliance's cluster secret");
            Err(UpstreamError::Down)
        }
        status if status.is_server_error() => Err(UpstreamError::Down),
        _ => Ok(response),
    }
}

/// A body of at most `limit` bytes, however many the sender would like to send.
pub(crate) async fn take(mut response: Response, limit: u64) -> Result<Bytes, UpstreamError> {
    let expected = response.content_length().unwrap_or(0).min(limit);
    let mut body = BytesMut::with_capacity(expected as usize);
    while let Some(chunk) = response.chunk().await.map_err(|error| failed(&error))? {
        if body.len() as u64 + chunk.len() as u64 > limit {
            return Err(UpstreamError::Wrong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn failed(error: &reqwest::Error) -> UpstreamError {
    if error.is_timeout() {
        UpstreamError::Timeout
    } else {
        UpstreamError::Down
    }
}
