//! The routes, driven without a socket.

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use axum::response::Response;
use contracts_membership::{Catalog as _, Maturity};
use http_body_util::BodyExt as _;
use media_manifest::hls::MultivariantPlaylist;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::fixture::{OneKey, TokenIsName, World, entry};
use super::*;

struct Service {
    world: World,
    router: Router,
}

impl Service {
    async fn new() -> Self {
        let world = World::new().await;
        let playback = Arc::clone(&world.playback);
        let state = PlaybackApi {
            accounts: Arc::new(TokenIsName),
            playback,
            public_url: None,
        };
        Self {
            world,
            router: router(state).split_for_parts().0,
        }
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Response {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "api.example:8400");
        let request = request.header("authorization", "Bearer ada");
        let request = request.header("content-type", "application/json");
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.router
            .clone()
            .oneshot(request.body(body).unwrap())
            .await
            .unwrap()
    }

    async fn start(&self) -> (StatusCode, Value) {
        let body = json!({"title_id": "sintel", "device": {"kind": "tv"}});
        json_of(
            self.send(Method::POST, "/playback/v1/sessions", Some(body))
                .await,
        )
        .await
    }
}

async fn bytes_of(response: Response) -> Vec<u8> {
    response
        .into_body()
        .collect()
        .await
        .unwrap()
        .to_bytes()
        .to_vec()
}

async fn json_of(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    (
        status,
        serde_json::from_slice(&bytes_of(response).await).unwrap(),
    )
}

/// The path of an absolute URL.
fn path(url: &Value) -> String {
    Url::parse(url.as_str().unwrap()).unwrap().path().to_owned()
}

#[tokio::test]
async fn a_session_has_all_that_a_player_needs() {
    let service = Service::new().await;
    let (status, session) = service.start().await;
    assert_eq!(status, StatusCode::CREATED);
    let id = session["session_id"].as_str().unwrap();
    let hls = format!("http://api.example:8400/playback/v1/sessions/{id}/master.m3u8");
    assert_eq!(session["manifests"]["hls"], hls);
    assert_eq!(session["renew_after_s"], 3 * 3600);
    assert_eq!(
        (&session["tiles"], &session["bookmark_ms"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(session["appliances"][0]["tier"], "isp");
    let base = session["appliances"][1]["base_url"].as_str().unwrap();
    let token = base
        .strip_prefix("http://far.example/p/")
        .unwrap()
        .trim_end_matches('/');
    let claims = OneKey::accepted()
        .verify(token, platform_clock::Timestamp::default())
        .unwrap();
    assert_eq!(
        (claims.session.to_string().as_str(), claims.release),
        (id, entry().release)
    );
    assert_eq!(session["expires_at"], claims.expires.to_string());
}

#[tokio::test]
async fn manifests_need_no_credential_until_the_session_is_over() {
    let service = Service::new().await;
    let (_, session) = service.start().await;
    let fetch = async |path: &str| {
        let request = Request::get(path)
            .header("host", "api.example")
            .body(Body::empty())
            .unwrap();
        service.router.clone().oneshot(request).await.unwrap()
    };
    let hls = path(&session["manifests"]["hls"]);
    let response = fetch(&hls).await;
    assert_eq!(response.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    assert_eq!(
        response.headers()[header::CONTENT_TYPE],
        "application/vnd.apple.mpegurl"
    );
    let text = String::from_utf8(bytes_of(response).await).unwrap();
    let steering = MultivariantPlaylist::parse(&text)
        .unwrap()
        .steering
        .unwrap()
        .server_uri;
    let dash = fetch(&path(&session["manifests"]["dash"])).await;
    assert_eq!(dash.headers()[header::CONTENT_TYPE], "application/dash+xml");
    let (status, document) = json_of(fetch(&path(&steering.clone().into())).await).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(document["PATHWAY-PRIORITY"], json!(["near", "far"]));
    assert_eq!(document["RELOAD-URI"], steering);

    let own = hls.replace("/master.m3u8", "");
    let ended = service.send(Method::DELETE, &own, None).await;
    assert_eq!(ended.status(), StatusCode::NO_CONTENT);
    let over = fetch(&hls).await;
    assert_eq!(over.status(), StatusCode::GONE);
    assert_eq!(over.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    assert_eq!(
        fetch("/playback/v1/sessions/nonsense/steering")
            .await
            .status(),
        StatusCode::GONE
    );
}

#[tokio::test]
async fn heartbeats_and_renewal_go_by_the_session() {
    let service = Service::new().await;
    let (_, session) = service.start().await;
    let own = path(&session["manifests"]["hls"]).replace("/master.m3u8", "");
    let beat = json!({"position_ms": 1_500, "state": "playing", "appliance": "near"});
    let kept = service
        .send(Method::POST, &format!("{own}/heartbeat"), Some(beat))
        .await;
    assert_eq!(kept.status(), StatusCode::NO_CONTENT);
    let bad = json!({"position_ms": -1, "state": "dancing"});
    let refused = service
        .send(Method::POST, &format!("{own}/heartbeat"), Some(bad))
        .await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    let (status, renewed) = json_of(
        service
            .send(Method::POST, &format!("{own}/renew"), None)
            .await,
    )
    .await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(renewed["session_id"], session["session_id"]);
    assert_eq!(renewed["bookmark_ms"], 1_500);
}

#[tokio::test]
async fn refusals_say_their_reason() {
    let service = Service::new().await;
    service.start().await;
    service.start().await;
    let (status, full) = service.start().await;
    assert_eq!(
        (status, &full["reason"]),
        (StatusCode::TOO_MANY_REQUESTS, &json!("too-many-streams"))
    );
    assert_eq!(full["streams"][1]["title_name"], "Sintel");
    assert_eq!(full["streams"][1]["device"], "tv");
    assert_eq!(full["streams"][1]["started_at"], "1970-01-01T00:16:40.000Z");
    let mut adult = entry();
    adult.maturity = Maturity::Eighteen;
    service.world.catalog.put(adult).await.unwrap();
    let (status, refused) = service.start().await;
    assert_eq!(
        (status, &refused["reason"]),
        (StatusCode::FORBIDDEN, &json!("maturity"))
    );
    service.world.catalog.remove(&entry().id).await.unwrap();
    assert_eq!(service.start().await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_down_is_said_plainly() {
    let service = Service::new().await;
    service.world.steering.down.lock().extend(["near", "far"]);
    let (status, nothing) = service.start().await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(nothing["detail"].as_str().unwrap().contains("try again"));
    service.world.steering.down.lock().clear();
    *service.world.origin.broken.lock() = true;
    let (status, broken) = service.start().await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!broken.to_string().contains("disk"), "{broken}");
    *service.world.origin.broken.lock() = false;
    assert_eq!(service.start().await.0, StatusCode::CREATED);
}

#[tokio::test]
async fn the_key_of_an_encrypted_title_is_had_by_its_play_alone_while_it_goes_on() {
    let service = Service::new().await;
    let id = contracts_delivery::KeyId([0xfb; 16]);
    let release = service.world.origin.release.lock().clone().unwrap();
    let encrypted = contracts_delivery::Release {
        key: Some(id),
        ..release
    };
    *service.world.origin.release.lock() = Some(encrypted);
    let (_, session) = service.start().await;
    let address = format!(
        "/playback/v1/sessions/{}/license",
        session["session_id"].as_str().unwrap()
    );
    let ask = |kid: &str| json!({"kids": [kid], "type": "temporary"});
    let kid = "-_v7-_v7-_v7-_v7-_v7-w";
    let answer = service.send(Method::POST, &address, Some(ask(kid))).await;
    assert_eq!(answer.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
    let (status, license) = json_of(answer).await;
    assert_eq!(
        (status, &license["keys"][0]["kid"]),
        (StatusCode::OK, &json!(kid))
    );
    let key = license["keys"][0]["k"].as_str().unwrap();
    assert_eq!(key.len(), 22);
    let manifest = bytes_of(
        service
            .send(Method::GET, &path(&session["manifests"]["dash"]), None)
            .await,
    )
    .await;
    let manifest = String::from_utf8(manifest).unwrap();
    assert!(manifest.contains(&address) && !manifest.contains(key));
    let other = service
        .send(Method::POST, &address, Some(ask("AAAAAAAAAAAAAAAAAAAAAA")))
        .await;
    assert_eq!(other.status(), StatusCode::FORBIDDEN);
    let nonsense = service.send(Method::POST, &address, Some(json!([]))).await;
    assert_eq!(nonsense.status(), StatusCode::BAD_REQUEST);
    let video = service
        .send(Method::GET, "/video-contents/v1/videos/sintel", None)
        .await;
    assert_eq!(json_of(video).await.1["reason"], "encrypted");
    let over = address.trim_end_matches("/license");
    service.send(Method::DELETE, over, None).await;
    let late = service.send(Method::POST, &address, Some(ask(kid))).await;
    assert_eq!(late.status(), StatusCode::GONE);
}
