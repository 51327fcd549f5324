//! The routes on which appliances report.

use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use contracts_delivery::{
    AccessEvent, ApplianceId, ApplianceReport, ClusterSecret, ControlError, ControlPlane as _,
    ReportReply,
};
use platform_http::{BODY_BYTES, Problem, Result, closed};

use crate::service::SteeringService;

/// `POST /steering/v1/appliances/{id}/report` and `/access`, closed to whoever does not show `secret`: the reply
/// to a report holds the signing keys.
pub fn report_router(steering: SteeringService, secret: ClusterSecret) -> Router {
    let routes = Router::new()
        .route("/steering/v1/appliances/{id}/report", post(report))
        .route("/steering/v1/appliances/{id}/access", post(access))
        .with_state(steering);
    let refusal = "reports carry the cluster secret as a bearer token";
    closed(routes, refusal, move |shown| secret.admits(shown))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
}

async fn report(
    State(steering): State<SteeringService>,
    Path(id): Path<String>,
    body: std::result::Result<Json<ApplianceReport>, JsonRejection>,
) -> Result<Json<ReportReply>> {
    let Json(report) = body.map_err(|error| Problem::bad_request(error.body_text()))?;
    let reply = steering.report(&ApplianceId(id), report).await;
    reply.map(Json).map_err(problem)
}

async fn access(
    State(steering): State<SteeringService>,
    Path(id): Path<String>,
    body: std::result::Result<Json<Vec<AccessEvent>>, JsonRejection>,
) -> Result<StatusCode> {
    let Json(events) = body.map_err(|error| Problem::bad_request(error.body_text()))?;
    let taken = steering.access(&ApplianceId(id), events).await;
    taken.map(|()| StatusCode::NO_CONTENT).map_err(problem)
}

fn problem(error: ControlError) -> Problem {
    match error {
        ControlError::Refused(reason) => Problem::bad_request(reason),
        error => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "the control plane cannot use its store; report again",
        )
        .caused_by(error),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::body::Body;
    use axum::extract::Request;
    use axum::http::header;
    use contracts_delivery::{
        Claims, ClientFacts, OriginError, ReleaseId, RoundTrip, SessionId, Steering as _,
        SteeringError, SteeringRequest, Tier, TokenSigner as _, Withdrawal, WithdrawalLog,
    };
    use data_engine::MemoryEngine;
    use data_events::MemoryLog;
    use data_objects::ContentHash;
    use delivery_routes::Route;
    use http_body_util::BodyExt as _;
    use platform_clock::{Clock as _, ManualClock, Timestamp};
    use platform_entropy::SeededEntropy;
    use tower::ServiceExt as _;

    use super::*;
    use crate::limits::{FAULT_STANDS, LEAST_SHARE, PROBE_PERIOD, SILENCE};
    use crate::registry::tests::report as a_report;
    use crate::{DecisionEvent, Fault, console_router};

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
        let events = Arc::new(MemoryLog::new(clock.clone()));
        let steering = SteeringService::open(&engine, log, events, clock.clone(), entropy)
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
        let release = ReleaseId(ContentHash::of(b"release"));
        let request = SteeringRequest {
            client: ClientFacts {
                address: [127, 0, 0, 1].into(),
            },
            session: SessionId::from_bytes([1; 16]),
            release,
            nominal_bps: 5_000_000,
            using: None,
            measured_bps: None,
        };
        let nothing = steering.rank(&request).await;
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
        let ranking = steering.rank(&request).await.unwrap();
        assert_eq!(ranking.appliances.len(), 1);

        let request = Request::get("/steering/v1/appliances")
            .body(Body::empty())
            .unwrap();
        let listed = console_router(steering.clone()).oneshot(request).await;
        let listed = listed.unwrap();
        let listed = listed.into_body().collect().await.unwrap().to_bytes();
        let listed: serde_json::Value = serde_json::from_slice(&listed).unwrap();
        assert_eq!(
            (&listed[0]["appliance"], &listed[0]["state"]),
            (&"isp-1".into(), &"up".into())
        );
    }

    #[tokio::test]
    async fn decisions_are_told_explained_and_made_of_routes() {
        let (steering, _) = steering(0).await;
        for name in ["near", "far"] {
            let id = ApplianceId(name.to_owned());
            let region = format!("{name}-land");
            let report = ApplianceReport {
                region,
                ..a_report(0)
            };
            steering.report(&id, report).await.unwrap();
        }
        let route = |prefix: &str| (prefix.parse().unwrap(), Route::default());
        let routes = [("near", route("10.0.0.0/8")), ("far", route("10.0.0.0/24"))];
        let announced = routes.map(|(name, route)| (ApplianceId(name.to_owned()), vec![route]));
        assert_eq!(steering.set_routes(announced.into()).unwrap(), 2);
        let request = |using| SteeringRequest {
            client: ClientFacts {
                address: [10, 0, 0, 7].into(),
            },
            session: SessionId::from_bytes([9; 16]),
            release: ReleaseId(ContentHash::of(b"release")),
            nominal_bps: 8_000_000,
            using,
            measured_bps: None,
        };
        let ranking = steering.rank(&request(None)).await.unwrap();
        assert_eq!(ranking.region, "far-land");
        let ranked = ranking.appliances;
        assert_eq!(ranked[0].appliance.0, "far");
        let reason = &ranked[0].reason;
        assert!(reason.contains("announced /24"), "{reason}");
        let using = ranked.last().map(|last| last.appliance.clone());
        let ranking = steering.rank(&request(using)).await.unwrap();
        assert_eq!(ranking.appliances[0].appliance.0, "near", "it is in use");
        assert_eq!(ranking.region, "far-land", "the client is where it was");

        let lines = steering.decisions(10).await.unwrap();
        let told = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        let told: Vec<DecisionEvent> = told.collect();
        assert_eq!(told.len(), 2);
        assert_eq!(told[0].network, "10.0.0.0/24".parse().ok());
        assert!(told[1].weighed[0].weight.stays);
        assert_eq!(steering.decisions(1).await.unwrap().lines().count(), 1);

        // The play's 8 Mbit/s are set aside on one of 100, until it is over.
        let load = || {
            steering
                .explain([10, 0, 0, 7].into(), told[0].release, 0)
                .weighed[1]
                .weight
                .load
        };
        assert!((load() - 0.08).abs() < 1e-6);
        steering.ended(SessionId::from_bytes([9; 16]));
        assert!(load().abs() < 1e-6);
    }

    #[tokio::test]
    async fn told_round_trips_swap_ranks_and_only_those_of_networks_one_may_serve() {
        let (steering, clock) = steering(0).await;
        let tell = async |name: &str, network: &str, mean_us| {
            let trip = RoundTrip {
                network: network.parse().unwrap(),
                mean_us,
                samples: 9,
            };
            let report = ApplianceReport {
                round_trips: vec![trip],
                ..a_report(0)
            };
            steering.report(&named(name), report).await.unwrap();
        };
        let route = |prefix: &str| vec![(prefix.parse().unwrap(), Route::default())];
        let routes = [
            ("one", "10.0.0.0/8"),
            ("two", "10.0.0.0/8"),
            ("out", "11.0.0.0/8"),
        ];
        let routes = routes.map(|(name, prefix)| (named(name), route(prefix)));
        steering.set_routes(routes.into()).unwrap();
        tell("one", "10.0.0.0/24", 8_000).await;
        tell("two", "10.0.0.0/24", 30_000).await;
        assert_eq!(order(&steering), ["one", "two"]);
        for _ in 0..20 {
            tell("one", "10.0.0.0/24", 90_000).await;
            tell("two", "10.0.0.0/24", 3_000).await;
        }
        assert_eq!(order(&steering), ["two", "one"]);
        let release = ReleaseId(ContentHash::of(b"release"));
        let explain = || steering.explain([10, 0, 0, 7].into(), release, 1_000);
        let reason = explain().weighed[0].weight.to_string();
        assert!(reason.contains(", round trip 3."), "{reason}");

        // Of a network that it does not serve, or of half of the internet, nobody hears it.
        tell("out", "10.0.0.0/24", 1).await;
        tell("one", "10.0.0.0/1", 1).await;
        assert_eq!(order(&steering), ["two", "one"]);
        clock.advance(crate::limits::LEARNED_FOR);
        tell("one", "11.0.0.0/24", 1).await;
        tell("two", "11.0.0.0/24", 1).await;
        steering.let_go();
        assert!(
            explain()
                .weighed
                .iter()
                .all(|one| one.weight.rtt_ms.is_none())
        );
    }

    fn named(name: &str) -> ApplianceId {
        ApplianceId(name.to_owned())
    }

    /// Who would serve a client, best first, and who of them stands where it should.
    fn order(steering: &SteeringService) -> Vec<String> {
        let release = ReleaseId(ContentHash::of(b"release"));
        let decision = steering.explain([10, 0, 0, 7].into(), release, 1_000);
        let names = decision.weighed.into_iter().map(|one| one.appliance.0);
        names.collect()
    }

    #[tokio::test]
    async fn whoever_probes_do_not_reach_is_last_within_two_rounds_and_comes_back_by_and_by() {
        let (steering, clock) = steering(0).await;
        let tiers = [
            ("isp", Tier::Isp),
            ("ix", Tier::Exchange),
            ("ix-2", Tier::Exchange),
        ];
        let report = async || {
            for (name, tier) in tiers {
                let report = ApplianceReport {
                    tier,
                    ..a_report(0)
                };
                steering.report(&named(name), report).await.unwrap();
            }
        };
        let probed = |reached: [bool; 3]| {
            let names = tiers.map(|(name, _)| named(name));
            steering.probed(names.into_iter().zip(reached).collect());
        };
        report().await;
        assert_eq!(order(&steering)[0], "isp");
        probed([false, true, true]);
        assert_eq!(order(&steering)[0], "isp", "a probe may be lost");
        clock.advance(PROBE_PERIOD);
        report().await;
        probed([false, true, true]);
        assert_eq!(order(&steering)[2], "isp");
        assert_eq!(steering.appliances()[0].faults, [Fault::Unreachable]);
        clock.advance(FAULT_STANDS);
        report().await;
        probed([true, true, true]);
        assert_eq!(order(&steering)[0], "isp");
        let share = steering.appliances()[0].share;
        assert!((share - LEAST_SHARE).abs() < 1e-6, "{share}");
        // Most at once: the fault is here.
        for _ in 0..2 {
            probed([false, false, true]);
        }
        assert_eq!(order(&steering)[0], "isp");
    }

    #[tokio::test]
    async fn with_every_box_of_a_tier_lost_the_next_one_serves() {
        let (steering, clock) = steering(0).await;
        let report = async |name: &str, tier| {
            let report = ApplianceReport {
                tier,
                ..a_report(0)
            };
            steering.report(&named(name), report).await.unwrap();
        };
        for name in ["isp-1", "isp-2", "isp-3"] {
            report(name, Tier::Isp).await;
        }
        report("ix", Tier::Exchange).await;
        report("origin", Tier::Origin).await;
        assert_eq!(order(&steering).len(), 5);
        clock.advance(SILENCE);
        report("ix", Tier::Exchange).await;
        report("origin", Tier::Origin).await;
        assert_eq!(order(&steering), ["ix", "origin"]);
        report("isp-2", Tier::Isp).await;
        assert_eq!(order(&steering)[0], "isp-2");
        assert!(steering.appliances().iter().any(|it| it.share < 1.0));
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
