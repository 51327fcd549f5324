//! The service's API as the command line uses it.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use contracts_studio::TitleStatus;
use contracts_studio::master::Inspection;
use platform_http::Trust;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use url::Url;

use crate::cli::Service;

/// The file in the data folder that holds the owner's token.
pub(crate) const OWNER_TOKEN_FILE: &str = "owner.token";

/// A connection to one service, with a credential.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    base: Url,
    token: String,
    http: reqwest::Client,
}

impl Api {
    /// Takes the credential from the command line's environment or from the data folder.
    pub(crate) fn connect(service: &Service) -> Result<Self> {
        let token = match &service.token {
            Some(token) => token.clone(),
            None => owner_token(&service.data)?,
        };
        let http = Trust::with(service.ca_file.as_deref())?
            .client()
            .build()
            .context("cannot prepare HTTP")?;
        Ok(Self {
            base: service.server.clone(),
            token,
            http,
        })
    }

    /// A request to a path of the service.
    pub(crate) fn request(&self, method: Method, path: &str) -> Result<RequestBuilder> {
        let url = self
            .base
            .join(path)
            .with_context(|| format!("{path} is not a path"))?;
        Ok(self.http.request(method, url).bearer_auth(&self.token))
    }

    /// Sends a request; a problem document becomes an error that says what the service said.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Response> {
        let response = request
            .send()
            .await
            .map_err(|error| self.unreachable(error))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let detail = response
            .json::<serde_json::Value>()
            .await
            .ok()
            .and_then(|problem| problem["detail"].as_str().map(str::to_owned))
            .unwrap_or_else(|| status.to_string());
        if status == StatusCode::UNAUTHORIZED {
            bail!("{detail}: set MARQUEE_TOKEN, or name the service's data folder with --data");
        }
        bail!("{detail}")
    }

    /// Sends a request and reads its JSON answer.
    pub(crate) async fn json<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T> {
        let response = self.send(request).await?;
        response
            .json()
            .await
            .context("the service's answer is not what was expected")
    }

    /// Every title that a search finds and how far it is; an empty search finds all.
    pub(crate) async fn titles(&self, find: &str) -> Result<Vec<TitleStatus>> {
        #[derive(serde::Deserialize)]
        struct Titles {
            titles: Vec<TitleStatus>,
        }
        let request = self
            .request(Method::GET, "/studio/v1/titles")?
            .query(&[("find", find)]);
        Ok(self.json::<Titles>(request).await?.titles)
    }

    /// One title and how far it is.
    pub(crate) async fn title(&self, id: &str) -> Result<TitleStatus> {
        self.json(self.request(Method::GET, &format!("/studio/v1/titles/{id}"))?)
            .await
    }

    /// What is known of a title's master.
    pub(crate) async fn inspection(&self, id: &str) -> Result<Inspection> {
        let path = format!("/studio/v1/titles/{id}/inspection");
        self.json(self.request(Method::GET, &path)?).await
    }

    fn unreachable(&self, error: reqwest::Error) -> anyhow::Error {
        let hint = format!(
            "no service answers at {}; start one with ./run, or name it with --server",
            self.base
        );
        if error.is_connect() {
            anyhow::anyhow!(hint)
        } else {
            anyhow::Error::new(error)
        }
    }
}

fn owner_token(data: &Path) -> Result<String> {
    let path = data.join(OWNER_TOKEN_FILE);
    let token = std::fs::read_to_string(&path).with_context(|| {
        format!("no credential: set MARQUEE_TOKEN, or name the service's data folder with --data ({} is not there)", path.display())
    })?;
    Ok(token.trim().to_owned())
}
