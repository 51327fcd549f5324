//! The routes, driven without a socket.

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use contracts_delivery::ReleaseId;
use contracts_membership::{
    Account, AccountId, Accounts, AccountsError, Availability, CatalogEntry, Maturity, Plan, Role,
};
use data_cache::MemoryCache;
use data_engine::MemoryEngine;
use data_hollow::testing::MemoryStore;
use data_kv::{Service, ServiceParts};
use data_objects::ContentHash;
use http_body_util::BodyExt as _;
use membership_catalog::TitleCatalog;
use platform_clock::{ManualClock, Timestamp};
use platform_entropy::SeededEntropy;
use serde_json::Value;
use tower::ServiceExt as _;

use super::*;
use crate::ViewingParts;

/// Every token is an account of its own name.
struct TokenIsName;

#[async_trait]
impl Accounts for TokenIsName {
    async fn by_token(&self, token: &str) -> Result<Account, AccountsError> {
        let plan = Plan {
            name: "standard".into(),
            max_streams: 1,
            max_height: 720,
        };
        let (id, name) = (AccountId(token.into()), token.to_owned());
        Ok(Account {
            id,
            name,
            role: Role::Viewer,
            plan,
            max_maturity: Maturity::All,
        })
    }
}

async fn routes() -> Router {
    let engine = MemoryEngine::shared();
    let clock = ManualClock::at(Timestamp::from_millis(1));
    let catalog = TitleCatalog::open(MemoryStore::new().store())
        .await
        .unwrap();
    let entry = CatalogEntry {
        id: TitleId("sintel".into()),
        name: "Sintel".into(),
        description: String::new(),
        tags: vec![],
        category: String::new(),
        year: None,
        maturity: Maturity::All,
        availability: Availability::default(),
        release: ReleaseId(ContentHash::of(b"sintel")),
        duration_ms: 1_000,
        images: vec![],
        colour: "#000000".into(),
        audio_languages: vec![],
        subtitle_languages: vec![],
        added_at: Timestamp::default(),
    };
    catalog.put(entry).await.unwrap();
    let cache = Arc::new(MemoryCache::new(1 << 20, clock.clone()));
    let records = ServiceParts::on("rows", engine.clone(), clock.clone());
    let parts = ViewingParts {
        records: Arc::new(Service::open(records).await.unwrap()),
        engine: engine.clone(),
        cache,
        clock: clock.clone(),
        entropy: SeededEntropy::shared(3),
    };
    let viewing = Arc::new(Viewing::open(parts).await.unwrap());
    let state = ViewingApi {
        accounts: Arc::new(TokenIsName),
        catalog: Arc::new(catalog),
        viewing,
    };
    router(state).split_for_parts().0
}

async fn send(
    router: &Router,
    method: Method,
    path: &str,
    body: &'static str,
) -> (StatusCode, Option<Value>) {
    let request = Request::builder().method(method).uri(path);
    let request = request.header("authorization", "Bearer ada");
    let request = request
        .header("content-type", "application/json")
        .body(Body::from(body));
    let response = router.clone().oneshot(request.unwrap()).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).ok())
}

#[tokio::test]
async fn a_bookmark_is_kept_read_and_cleared() {
    let router = routes().await;
    let path = "/viewing/v1/bookmarks/sintel";
    assert_eq!(
        send(&router, Method::GET, path, "").await.0,
        StatusCode::NOT_FOUND
    );
    let halfway = r#"{"position_ms":500,"duration_ms":1000}"#;
    assert_eq!(
        send(&router, Method::PUT, path, halfway).await.0,
        StatusCode::NO_CONTENT
    );
    let (status, body) = send(&router, Method::GET, path, "").await;
    assert_eq!(
        (status, body.unwrap()["position_ms"].as_u64()),
        (StatusCode::OK, Some(500))
    );
    let end = r#"{"position_ms":999,"duration_ms":1000}"#;
    assert_eq!(
        send(&router, Method::PUT, path, end).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        send(&router, Method::GET, path, "").await.0,
        StatusCode::NOT_FOUND
    );
    let empty = r#"{"position_ms":0,"duration_ms":0}"#;
    assert_eq!(
        send(&router, Method::PUT, path, empty).await.0,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn only_titles_that_exist_are_kept() {
    let router = routes().await;
    let path = "/viewing/v1/list/sintel";
    assert_eq!(
        send(&router, Method::PUT, path, "").await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        send(&router, Method::DELETE, path, "").await.0,
        StatusCode::NO_CONTENT
    );
    let unknown = send(&router, Method::PUT, "/viewing/v1/list/nothing", "").await;
    assert_eq!(unknown.0, StatusCode::NOT_FOUND);
    assert_eq!(unknown.1.unwrap()["detail"], "there is no title nothing");
}
