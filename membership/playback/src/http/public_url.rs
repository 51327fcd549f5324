//! Where clients reach the API, so that manifests can name it in full.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use url::Url;

use super::PlaybackApi;

/// The API's origin as this client knows it, without a `/` at its end: configured, or what the client
/// itself sent as `Host`.
#[derive(Debug, Clone)]
pub(super) struct PublicUrl(String);

impl PublicUrl {
    /// The URL of something of a session.
    pub(super) fn of_session(&self, session: contracts_delivery::SessionId, what: &str) -> String {
        format!("{}/playback/v1/sessions/{session}/{what}", self.0)
    }
}

impl FromRequestParts<PlaybackApi> for PublicUrl {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &PlaybackApi,
    ) -> Result<Self, Infallible> {
        if let Some(configured) = &state.public_url {
            return Ok(Self(configured.as_str().trim_end_matches('/').to_owned()));
        }
        // HTTP/2 carries the host in the request's target instead of a header.
        let host = parts
            .headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        let host = host.or_else(|| {
            parts
                .uri
                .authority()
                .map(axum::http::uri::Authority::as_str)
        });
        let origin = host.and_then(|host| Url::parse(&format!("http://{host}/")).ok());
        Ok(Self(origin.map_or_else(String::new, |url| {
            url.origin().ascii_serialization()
        })))
    }
}
