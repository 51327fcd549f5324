//! The routes, driven without a socket.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::get;
use data_engine::MemoryEngine;
use http_body_util::BodyExt as _;
use platform_clock::{ManualClock, Timestamp};
use platform_entropy::SeededEntropy;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::*;
use crate::limits::NAME_BURST;
use crate::{AccountService, AccountsConfig};

struct Service {
    router: Router,
    owner_password: String,
}

async fn service() -> Service {
    let entropy = SeededEntropy::shared(11);
    let clock = ManualClock::at(Timestamp::from_millis(1));
    let (engine, config) = (MemoryEngine::shared(), AccountsConfig::default());
    let opened = AccountService::open(&engine, clock, Arc::clone(&entropy), config).await;
    let service = Arc::new(opened.unwrap());
    let password = service
        .create_owner_if_absent(&*entropy)
        .await
        .unwrap()
        .unwrap();
    let accounts: SharedAccounts = service.clone();
    let studio = Router::new()
        .route("/studio", get(async || "in").options(async || "tus"))
        .layer(from_fn_with_state(accounts, require_owner));
    let (router, document) = router(service).split_for_parts();
    assert!(
        document
            .paths
            .paths
            .contains_key("/accounts/v1/accounts/{id}")
    );
    Service {
        router: router.merge(studio),
        owner_password: password.expose().to_owned(),
    }
}

impl Service {
    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Response {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let request = request
            .header(header::CONTENT_TYPE, "application/json")
            .body(body)
            .unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn sign_in(&self, name: &str, password: &str) -> Response {
        let body = json!({ "name": name, "password": password });
        self.send(Method::POST, "/accounts/v1/sign-in", &[], Some(body))
            .await
    }

    async fn bearer(&self, name: &str, password: &str) -> String {
        let body = json_of(self.sign_in(name, password).await).await;
        format!("Bearer {}", body["token"].as_str().unwrap())
    }
}

async fn json_of(response: Response) -> Value {
    let body = response.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&body).unwrap()
}

#[tokio::test]
async fn signing_in_gives_a_token_and_the_same_as_a_cookie() {
    let service = service().await;
    let response = service.sign_in("owner", &service.owner_password).await;
    assert_eq!(response.status(), StatusCode::OK);
    let cookie = response.headers()[header::SET_COOKIE]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        cookie.ends_with("; HttpOnly; SameSite=Lax; Path=/; Max-Age=2592000"),
        "{cookie}"
    );
    let body = json_of(response).await;
    let token = body["token"].as_str().unwrap();
    assert!(cookie.starts_with(&format!("{SESSION_COOKIE}={token};")));
    assert_eq!(body["account"]["role"], "owner");
    let cookie = format!("theme=dark; {SESSION_COOKIE}={token}");
    let me = service
        .send(Method::GET, "/accounts/v1/me", &[("cookie", &cookie)], None)
        .await;
    let me = json_of(me).await;
    assert_eq!(
        me["plan"],
        json!({"name": "standard", "max_streams": 4, "max_height": 2160})
    );
    assert_eq!(me["max_maturity"], "18");
}

#[tokio::test]
async fn a_change_by_cookie_needs_the_header_and_by_bearer_does_not() {
    let service = service().await;
    let bearer = service.bearer("owner", &service.owner_password).await;
    let cookie = bearer.replace("Bearer ", "marquee_session=");
    let out = "/accounts/v1/sign-out";
    let refused = service
        .send(Method::POST, out, &[("cookie", &cookie)], None)
        .await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert_eq!(json_of(refused).await["reason"], "csrf");
    let guarded = [("cookie", cookie.as_str()), ("x-marquee", "1")];
    let done = service.send(Method::POST, out, &guarded, None).await;
    assert_eq!(done.status(), StatusCode::NO_CONTENT);
    let me = service
        .send(
            Method::GET,
            "/accounts/v1/me",
            &[("authorization", &bearer)],
            None,
        )
        .await;
    assert_eq!(me.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(me.headers()[header::WWW_AUTHENTICATE], "Bearer");
}

#[tokio::test]
async fn wrong_passwords_are_refused_and_then_slowed() {
    let service = service().await;
    for _ in 0..NAME_BURST {
        let refused = service.sign_in("nobody", "wrong password").await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    }
    let slowed = service.sign_in("nobody", "wrong password").await;
    assert_eq!(slowed.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(slowed.headers()[header::RETRY_AFTER], "30");
    assert_eq!(
        slowed.headers()[header::CONTENT_TYPE],
        "application/problem+json"
    );
}

#[tokio::test]
async fn bad_bodies_get_problem_documents() {
    let service = service().await;
    for body in [
        None,
        Some(json!({"name": 1})),
        Some(json!({"name": "a", "password": "b", "x": 1})),
    ] {
        let refused = service
            .send(Method::POST, "/accounts/v1/sign-in", &[], body)
            .await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
        assert_eq!(
            refused.headers()[header::CONTENT_TYPE],
            "application/problem+json"
        );
    }
}

#[tokio::test]
async fn the_owner_makes_lists_and_removes_viewers_and_viewers_may_not() {
    let service = service().await;
    let owner = service.bearer("owner", &service.owner_password).await;
    let owner = [("authorization", owner.as_str())];
    let accounts = "/accounts/v1/accounts";
    let new = json!({"name": "Ada", "password": "a good password", "max_maturity": "13",
        "plan": {"name": "basic", "max_streams": 1, "max_height": 720}});
    let made = service
        .send(Method::POST, accounts, &owner, Some(new.clone()))
        .await;
    assert_eq!(made.status(), StatusCode::CREATED);
    let ada = json_of(made).await;
    assert_eq!(
        (&ada["role"], &ada["max_maturity"]),
        (&json!("viewer"), &json!("13"))
    );
    let again = service
        .send(Method::POST, accounts, &owner, Some(new))
        .await;
    assert_eq!(again.status(), StatusCode::CONFLICT);

    let viewer = service.bearer("ada", "a good password").await;
    let viewer = [("authorization", viewer.as_str())];
    let refused = service.send(Method::GET, accounts, &viewer, None).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);

    let listed = json_of(service.send(Method::GET, accounts, &owner, None).await).await;
    assert_eq!(listed["accounts"].as_array().unwrap().len(), 2);
    let path = format!("{accounts}/{}", ada["id"].as_str().unwrap());
    let gone = service.send(Method::DELETE, &path, &owner, None).await;
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    let me = service
        .send(Method::GET, "/accounts/v1/me", &viewer, None)
        .await;
    assert_eq!(me.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_middleware_lets_only_the_owner_into_other_routers() {
    let service = service().await;
    let outside = service.send(Method::GET, "/studio", &[], None).await;
    assert_eq!(outside.status(), StatusCode::UNAUTHORIZED);
    let options = service.send(Method::OPTIONS, "/studio", &[], None).await;
    assert_eq!(options.status(), StatusCode::OK);
    let owner = service.bearer("owner", &service.owner_password).await;
    let inside = service
        .send(Method::GET, "/studio", &[("authorization", &owner)], None)
        .await;
    assert_eq!(inside.status(), StatusCode::OK);
}
