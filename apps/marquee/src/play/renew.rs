//! Renews a play's session when an appliance says that its token is over.

use async_trait::async_trait;
use client_viewer::{ManifestFormat, PlaybackSession, Renew};
use reqwest::Method;
use url::Url;

use crate::api::Api;

/// A session that can be renewed.
pub(crate) struct Session {
    pub(crate) api: Api,
    pub(crate) id: String,
}

#[async_trait]
impl Renew for Session {
    async fn renew(&self) -> Result<Url, String> {
        let path = format!("/playback/v1/sessions/{}/renew", self.id);
        let renewed = async {
            let request = self.api.request(Method::POST, &path)?;
            self.api.json::<PlaybackSession>(request).await
        };
        let session = renewed.await.map_err(|error| format!("{error:#}"))?;
        Ok(session.manifest(ManifestFormat::Dash).clone())
    }
}

impl Session {
    /// Tells the service that the play is over, so that its place is free at once.
    pub(crate) async fn end(&self) {
        let path = format!("/playback/v1/sessions/{}", self.id);
        let ended = async {
            self.api
                .send(self.api.request(Method::DELETE, &path)?)
                .await
        };
        // The place frees itself after a minute of silence anyway.
        drop(ended.await);
    }
}
