//! The network: one GET with its limits.

use bytes::{Bytes, BytesMut};
use media_manifest::ByteRange;
use platform_http::Trust;
use reqwest::header::RANGE;
use reqwest::{Client, Response, StatusCode};
use url::Url;

use crate::error::Failure;
use crate::limits::{CONNECT_TIMEOUT, IDLE_TIMEOUT, REQUEST_TIMEOUT};

/// A client with the viewer's timeouts that takes servers for what `trust` does. It keeps connections open between
/// requests.
pub(crate) fn client(trust: &Trust) -> Result<Client, Failure> {
    trust
        .client()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(IDLE_TIMEOUT)
        .timeout(REQUEST_TIMEOUT)
        .user_agent(concat!("marquee-viewer/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| Failure::Unreachable(error.to_string()))
}

/// Fetches a file or a part of it; gives where it finally came from, too.
pub(crate) async fn get(
    client: &Client,
    url: &Url,
    range: Option<ByteRange>,
    max_bytes: u64,
) -> Result<(Bytes, Url), Failure> {
    let mut request = client.get(url.clone());
    if let Some(range) = range {
        request = request.header(RANGE, range.http());
    }
    let response = request.send().await.map_err(failure)?;
    let expected = if range.is_some() {
        StatusCode::PARTIAL_CONTENT
    } else {
        StatusCode::OK
    };
    match response.status() {
        StatusCode::FORBIDDEN => return Err(Failure::Refused),
        status if status != expected => return Err(Failure::Status(status.as_u16())),
        _ => {}
    }
    let came_from = response.url().clone();
    let body = body(
        response,
        range.map_or(max_bytes, ByteRange::len).min(max_bytes),
    )
    .await?;
    if range.is_some_and(|range| range.len() != body.len() as u64) {
        return Err(Failure::Malformed(format!(
            "{} bytes for {range:?}",
            body.len()
        )));
    }
    Ok((body, came_from))
}

async fn body(mut response: Response, max_bytes: u64) -> Result<Bytes, Failure> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(failure)? {
        if (body.len() + chunk.len()) as u64 > max_bytes {
            return Err(Failure::Malformed(format!("more than {max_bytes} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// URLs hold tokens and stay out of messages.
fn failure(error: reqwest::Error) -> Failure {
    if error.is_timeout() {
        return Failure::TimedOut;
    }
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    Failure::Unreachable(cause.to_string())
}
