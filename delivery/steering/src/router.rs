//! The routes: reports from appliances, and the list operators look at.

use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use contracts_delivery::{
    ApplianceId, ApplianceReport, ClusterSecret, ControlError, ControlPlane as _, ReportReply,
};
use platform_http::{BODY_BYTES, Problem, Result, closed};

use crate::registry::ApplianceView;
use crate::service::SteeringService;

/// `POST /steering/v1/appliances/{id}/report`, closed to whoever does not show `secret`: the reply holds
/// the signing keys.
pub fn report_router(steering: SteeringService, secret: ClusterSecret) -> Router {
    let routes = Router::new()
        .route("/steering/v1/appliances/{id}/report", post(report))
        .with_state(steering);
    let refusal = "reports carry the cluster secret as a bearer token";
    closed(routes, refusal, move |shown| secret.admits(shown))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
}

/// `GET /steering/v1/appliances`, for the operators' console. Whoever mounts it decides who may ask.
pub fn console_router(steering: SteeringService) -> Router {
    Router::new()
        .route("/steering/v1/appliances", get(appliances))
        .with_state(steering)
}

async fn report(
    State(steering): State<SteeringService>,
    Path(id): Path<String>,
    body: std::result::Result<Json<ApplianceReport>, JsonRejection>,
) -> Result<Json<ReportReply>> {
    let Json(report) = body.map_err(|error| Problem::bad_request(error.body_text()))?;
    let reply = steering.report(&ApplianceId(id), report).await;
    reply.map(Json).map_err(|error| match error {
        ControlError::Refused(reason) => Problem::bad_request(reason),
        error => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "the control plane cannot read its store; report again",
        )
        .caused_by(error),
    })
}

async fn appliances(State(steering): State<SteeringService>) -> Json<Vec<ApplianceView>> {
    Json(steering.appliances())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::body::Body;
    use axum::extract::Request;
    use axum::http::header;
    use contracts_delivery::{
        Claims, ClientFacts, OriginError, ReleaseId, SessionId, Steering as _, SteeringError,
        TokenSigner as _, Withdrawal, WithdrawalLog,
    };
    use data_engine::MemoryEngine;
    use data_objects::ContentHash;
    use http_body_util::BodyExt as _;
    use platform_clock::{Clock as _, ManualClock, Timestamp};
    use platform_entropy::SeededEntropy;
    use tower::ServiceExt as _;

    use super::*;
    use crate::registry::tests::report as a_report;

    const SECRET: &str = "a-secret-of-the-cluster";

    /// A log of so many entries.
    struct Log(u64);

    #[async_trait::async_trait]
    impl WithdrawalLog for Log {
        async fn withdrawals_since(
            &self,
            seq: u64,
            limit: usize,
        ) -> std::result::Result<Vec<Withdrawal>, OriginError> {
            let entries = (seq + 1..=self.0).map(|seq| Withdrawal {
                seq,
                file: ContentHash::of(&seq.to_be_bytes()),
            });
            Ok(entries.take(limit).collect())
        }
    }

    async fn steering(entries: u64) -> (SteeringService, Arc<ManualClock>) {
        let clock = ManualClock::at(Timestamp::from_millis(1_000_000));
        let engine: data_engine::SharedEngine = Arc::new(MemoryEngine::default());
        let log = Arc::new(Log(entries));
        let entropy = SeededEntropy::shared(3);
        let steering = SteeringService::open(&engine, log, clock.clone(), entropy)
            .await
            .unwrap();
        (steering, clock)
    }

    fn post_report(secret: &str, body: String) -> Request {
        Request::post("/steering/v1/appliances/isp-1/report")
            .header(header::AUTHORIZATION, format!("Bearer {secret}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body))
            .unwrap()
    }

    async fn status(steering: &SteeringService, request: Request) -> StatusCode {
        let router = report_router(steering.clone(), ClusterSecret::new(SECRET).unwrap());
        router.oneshot(request).await.unwrap().status()
    }

    #[tokio::test]
    async fn a_report_registers_hands_out_keys_and_is_listed() {
        let (steering, clock) = steering(3).await;
        let client = ClientFacts {
            address: [127, 0, 0, 1].into(),
        };
        let release = ReleaseId(ContentHash::of(b"release"));
        let nothing = steering.rank(&client, release).await;
        assert!(matches!(nothing, Err(SteeringError::NothingUp)));

        let body = serde_json::to_string(&a_report(0)).unwrap();
        let router = report_router(steering.clone(), ClusterSecret::new(SECRET).unwrap());
        let response = router.oneshot(post_report(SECRET, body)).await.unwrap();
        let reply = response.into_body().collect().await.unwrap().to_bytes();
        let reply: ReportReply = serde_json::from_slice(&reply).unwrap();
        assert_eq!((reply.withdrawn.len(), reply.withdrawn_seq), (3, 3));
        let claims = Claims {
            session: SessionId::from_bytes([1; 16]),
            expires: Timestamp::from_millis(2_000_000),
            release,
        };
        assert_eq!(
            reply.keys.verify(&steering.sign(&claims), clock.now()),
            Ok(claims)
        );
        assert_eq!(steering.rank(&client, release).await.unwrap().len(), 1);

        let request = Request::get("/steering/v1/appliances")
            .body(Body::empty())
            .unwrap();
        let listed = console_router(steering).oneshot(request).await.unwrap();
        let listed = listed.into_body().collect().await.unwrap().to_bytes();
        let listed: serde_json::Value = serde_json::from_slice(&listed).unwrap();
        assert_eq!(
            (&listed[0]["appliance"], &listed[0]["state"]),
            (&"isp-1".into(), &"up".into())
        );
    }

    #[tokio::test]
    async fn reports_without_the_secret_or_out_of_shape_change_nothing() {
        let (steering, _) = steering(0).await;
        let body = serde_json::to_string(&a_report(0)).unwrap();
        let foreign = post_report("another-secret-of-others", body);
        assert_eq!(status(&steering, foreign).await, StatusCode::UNAUTHORIZED);
        let malformed = post_report(SECRET, "{}".to_owned());
        assert_eq!(status(&steering, malformed).await, StatusCode::BAD_REQUEST);
        assert_eq!(steering.appliances(), vec![]);
    }

    #[tokio::test]
    async fn the_log_is_paged_through_and_a_foreign_number_starts_over() {
        let (steering, _) = steering(1_200).await;
        let id = ApplianceId("isp-1".to_owned());
        let ask = |done| {
            let report = ApplianceReport {
                withdrawn_seq: done,
                ..a_report(0)
            };
            let (steering, id) = (steering.clone(), id.clone());
            async move {
                let reply = steering.report(&id, report).await.unwrap();
                (
                    reply.withdrawn.len(),
                    reply.withdrawn_seq,
                    reply.next_report_s,
                )
            }
        };
        assert_eq!(ask(0).await, (500, 500, 0));
        assert_eq!(ask(500).await, (500, 1_000, 0));
        assert_eq!(ask(1_000).await, (200, 1_200, 2));
        assert_eq!(ask(1_200).await, (0, 1_200, 2));
        assert_eq!(ask(9_000).await, (500, 500, 0), "a number of another log");
    }
}
