//! The control plane over HTTP.

use async_trait::async_trait;
use bytes::Bytes;
use contracts_delivery::{
    AccessEvent, ApplianceId, ApplianceReport, ClusterSecret, ControlError, ControlPlane,
    ReportReply,
};
use platform_http::Trust;
use reqwest::StatusCode;
use serde::Serialize;
use url::Url;

use crate::http_fill::{client, take};
use crate::limits::{MAX_REPLY_BYTES, REPORT_TIMEOUT};

/// Reports to `POST /steering/v1/appliances/{id}/report` and `/access`, showing the cluster secret.
#[derive(Debug, Clone)]
pub struct HttpControl {
    client: reqwest::Client,
    base: Url,
    secret: ClusterSecret,
}

impl HttpControl {
    /// From the control plane's address, which ends with `/`; `trust` says whom to take for it.
    ///
    /// # Errors
    /// When the TLS library cannot be set up.
    pub fn new(control: Url, secret: ClusterSecret, trust: &Trust) -> reqwest::Result<Self> {
        Ok(Self {
            client: client(trust, REPORT_TIMEOUT)?,
            base: control,
            secret,
        })
    }
}

#[async_trait]
impl ControlPlane for HttpControl {
    async fn report(
        &self,
        appliance: &ApplianceId,
        report: ApplianceReport,
    ) -> Result<ReportReply, ControlError> {
        let body = self.post(appliance, "report", &report).await?;
        serde_json::from_slice(&body)
            .map_err(|error| ControlError::Failed(format!("its reply is unreadable: {error}")))
    }

    async fn access(
        &self,
        appliance: &ApplianceId,
        events: Vec<AccessEvent>,
    ) -> Result<(), ControlError> {
        self.post(appliance, "access", &events).await.map(drop)
    }
}

impl HttpControl {
    async fn post(
        &self,
        appliance: &ApplianceId,
        what: &str,
        said: &impl Serialize,
    ) -> Result<Bytes, ControlError> {
        let url = format!("{}steering/v1/appliances/{appliance}/{what}", self.base);
        let request = self
            .client
            .post(url)
            .bearer_auth(self.secret.reveal())
            .json(said);
        let sent = request.send().await;
        let response = sent.map_err(|error| ControlError::Unreachable(error.to_string()))?;
        let status = response.status();
        let body = take(response, MAX_REPLY_BYTES).await;
        let body = body.map_err(|error| ControlError::Unreachable(error.to_string()))?;
        match status {
            status if status.is_success() => Ok(body),
            StatusCode::UNAUTHORIZED => Err(ControlError::Forbidden),
            status if status.is_client_error() => Err(ControlError::Refused(detail(&body))),
            status => Err(ControlError::Failed(format!("it answered {status}"))),
        }
    }
}

/// The sentence of a problem document.
fn detail(body: &[u8]) -> String {
    let document: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    document["detail"]
        .as_str()
        .unwrap_or("it gave no reason")
        .to_owned()
}
