//! The routes, driven without a socket.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use contracts_membership::{AccountId, Catalog as _, Maturity, TitleId};
use data_cache::MemoryCache;
use data_engine::MemoryEngine;
use data_hollow::testing::MemoryStore;
use data_kv::ServiceParts;
use data_objects::ContentHash;
use http_body_util::BodyExt as _;
use membership_catalog::TitleCatalog;
use membership_viewing::ViewingParts;
use platform_clock::{ManualClock, Timestamp, Window};
use platform_entropy::SeededEntropy;
use serde_json::Value;
use tower::ServiceExt as _;

use super::fixture::{OnePicture, PICTURE, TokenIsName, entry};
use super::*;

struct Service {
    router: Router,
    clock: Arc<ManualClock>,
    viewing: Arc<Viewing>,
}

async fn service() -> Service {
    let engine = MemoryEngine::shared();
    let clock = ManualClock::at(Timestamp::from_millis(10_000));
    let catalog = TitleCatalog::open(MemoryStore::new().store())
        .await
        .unwrap();
    let mut german = entry("german", "Film", &["quiet"], 1);
    german.availability.territories = vec!["DE".into()];
    let mut adult = entry("adult", "Film", &[], 2);
    adult.maturity = Maturity::Eighteen;
    let mut leaving = entry("leaving", "Film", &["quiet"], 3);
    leaving.availability.window = Window {
        from: None,
        until: Some(Timestamp::from_millis(20_000)),
    };
    for entry in [
        german,
        adult,
        leaving,
        entry("Sintel", "Film", &["quiet"], 4),
    ] {
        catalog.put(entry).await.unwrap();
    }
    let cache = Arc::new(MemoryCache::new(1 << 20, clock.clone()));
    let records = ServiceParts::on("rows", engine.clone(), clock.clone());
    let parts = ViewingParts {
        records: Arc::new(data_kv::Service::open(records).await.unwrap()),
        engine: engine.clone(),
        cache,
        clock: clock.clone(),
        entropy: SeededEntropy::shared(3),
    };
    let viewing = Arc::new(Viewing::open(parts).await.unwrap());
    let parts = DiscoveryApi {
        accounts: Arc::new(TokenIsName),
        catalog: Arc::new(catalog),
        viewing: Arc::clone(&viewing),
        origin: Arc::new(OnePicture),
        clock: clock.clone(),
        default_territory: None,
    };
    Service {
        router: router(parts).split_for_parts().0,
        clock,
        viewing,
    }
}

impl Service {
    async fn fetch(&self, path: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
        let request = Request::get(path).header("authorization", "Bearer ada");
        let request = request.body(Body::empty()).unwrap();
        let (parts, body) = self
            .router
            .clone()
            .oneshot(request)
            .await
            .unwrap()
            .into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        (parts.status, parts.headers, body)
    }

    async fn json(&self, path: &str) -> (StatusCode, Value) {
        let (status, _, body) = self.fetch(path).await;
        (status, serde_json::from_slice(&body).unwrap())
    }
}

fn ids(titles: &Value) -> Vec<&str> {
    titles
        .as_array()
        .unwrap()
        .iter()
        .map(|title| title["id"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn home_shows_what_is_offered_here_and_now() {
    let service = service().await;
    let ada = AccountId("ada".into());
    service
        .viewing
        .set_bookmark(&ada, &TitleId("Sintel".into()), 400, 1_000)
        .await
        .unwrap();
    let (status, home) = service.json("/discovery/v1/home").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(home["hero"]["id"], "Sintel");
    assert_eq!(home["hero"]["bookmark_ms"], 400);
    assert_eq!(home["rows"][0]["name"], "Continue watching");
    assert_eq!(ids(&home["rows"][1]["titles"]), ["Sintel", "leaving"]);
    let (_, there) = service.json("/discovery/v1/home?user-location=de").await;
    assert_eq!(
        ids(&there["rows"][1]["titles"]),
        ["Sintel", "leaving", "german"]
    );
    service.clock.advance(Duration::from_secs(10));
    let (_, later) = service.json("/discovery/v1/home").await;
    assert_eq!(ids(&later["rows"][1]["titles"]), ["Sintel"]);
    let (status, _) = service
        .json("/discovery/v1/home?user-location=Berlin")
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_title_page_has_its_likes_and_hidden_titles_are_not_there() {
    let service = service().await;
    let (status, page) = service.json("/catalog/v1/titles/Sintel").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(page["name"], "Sintel");
    assert_eq!(page["maturity"], "all");
    assert_eq!(page["in_list"], false);
    assert_eq!(page["views"], 0);
    assert_eq!(ids(&page["more_like_this"]), ["leaving"]);
    for hidden in ["adult", "german", "nothing"] {
        let (status, problem) = service.json(&format!("/catalog/v1/titles/{hidden}")).await;
        assert_eq!(
            (status, &problem["status"]),
            (StatusCode::NOT_FOUND, &404.into()),
            "{hidden}"
        );
    }
}

#[tokio::test]
async fn search_says_whether_it_is_exact() {
    let service = service().await;
    let path = "/video-contents/v1/search-query/";
    let (_, exact) = service.json(&format!("{path}?q=SINTEL")).await;
    assert_eq!(
        (&exact["exact"], ids(&exact["titles"])),
        (&true.into(), vec!["Sintel"])
    );
    let (_, similar) = service.json(&format!("{path}?q=sintl")).await;
    assert_eq!(
        (&similar["exact"], ids(&similar["titles"])),
        (&false.into(), vec!["Sintel"])
    );
    let (_, hidden) = service.json(&format!("{path}?q=german")).await;
    assert!(ids(&hidden["titles"]).is_empty());
    let (_, there) = service
        .json(&format!("{path}?q=german&user-location=DE"))
        .await;
    assert_eq!(ids(&there["titles"]), ["german"]);
    let (status, _) = service.json(path).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let long = "x".repeat(crate::limits::MAX_QUERY_CHARS + 1);
    assert_eq!(
        service.json(&format!("{path}?q={long}")).await.0,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn artwork_is_public_immutable_and_only_the_catalogues() {
    let service = service().await;
    let path = format!("/artwork/{}.jpg", ContentHash::of(PICTURE));
    let (status, headers, body) = service.fetch(&path).await;
    assert_eq!((status, &body[..]), (StatusCode::OK, PICTURE));
    assert_eq!(headers[header::CONTENT_TYPE], "image/jpeg");
    assert!(
        headers[header::CACHE_CONTROL]
            .to_str()
            .unwrap()
            .contains("immutable")
    );
    let elsewhere = ContentHash::of(b"a file of a release");
    for bad in [
        format!("{elsewhere}.jpg"),
        path.replace("/artwork/", "").replace("jpg", "mp4"),
    ] {
        let (status, ..) = service.fetch(&format!("/artwork/{bad}")).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{bad}");
    }
}
