//! Bookmarks and lists of accounts.

use std::time::Duration;

use data_cache::MemoryCache;
use data_engine::{MemoryEngine, RowTable};
use data_kv::ServiceParts;
use platform_clock::ManualClock;
use platform_entropy::SeededEntropy;

use super::*;

async fn open() -> (Viewing, Arc<ManualClock>) {
    let clock = ManualClock::at(Timestamp::from_millis(1));
    let viewing = open_on(&MemoryEngine::shared(), &clock).await;
    (viewing, clock)
}

async fn open_on(engine: &SharedEngine, clock: &Arc<ManualClock>) -> Viewing {
    let parts = ServiceParts::on("rows", Arc::clone(engine), clock.clone());
    let parts = ViewingParts {
        records: Arc::new(Service::open(parts).await.unwrap()),
        engine: Arc::clone(engine),
        cache: Arc::new(MemoryCache::new(1 << 20, clock.clone())),
        clock: clock.clone(),
        entropy: SeededEntropy::shared(3),
    };
    Viewing::open(parts).await.unwrap()
}

fn title(id: impl ToString + Copy) -> TitleId {
    TitleId(id.to_string())
}

#[tokio::test]
async fn bookmarks_come_latest_first_and_go_at_the_end() {
    let (viewing, clock) = open().await;
    let ada = AccountId("ada".into());
    for id in ["a", "b", "a"] {
        clock.advance(Duration::from_secs(1));
        viewing
            .set_bookmark(&ada, &title(id), 500, 1_000)
            .await
            .unwrap();
    }
    let ids = async || -> Vec<String> {
        let bookmarks = viewing.bookmarks(&ada).await.unwrap();
        bookmarks
            .into_iter()
            .map(|bookmark| bookmark.title.0)
            .collect()
    };
    assert_eq!(ids().await, ["a", "b"]);
    viewing
        .set_bookmark(&ada, &title("a"), 951, 1_000)
        .await
        .unwrap();
    assert_eq!(ids().await, ["b"]);
    let eve = AccountId("eve".into());
    assert!(
        viewing.bookmarks(&eve).await.unwrap().is_empty(),
        "accounts are apart"
    );
}

#[tokio::test]
async fn the_oldest_bookmark_makes_room() {
    let (viewing, clock) = open().await;
    let ada = AccountId("ada".into());
    for id in 0..=MAX_BOOKMARKS {
        clock.advance(Duration::from_secs(1));
        viewing
            .set_bookmark(&ada, &title(id), 1, 100)
            .await
            .unwrap();
    }
    assert_eq!(viewing.bookmarks(&ada).await.unwrap().len(), MAX_BOOKMARKS);
    assert_eq!(viewing.bookmark(&ada, &title(0)).await.unwrap(), None);
    assert!(
        viewing
            .bookmark(&ada, &title(MAX_BOOKMARKS))
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn a_list_keeps_its_order_and_its_bound() {
    let (viewing, clock) = open().await;
    let ada = AccountId("ada".into());
    for id in [0, 1, 0] {
        clock.advance(Duration::from_secs(1));
        viewing.add(&ada, &title(id)).await.unwrap();
    }
    let list = viewing.list(&ada).await.unwrap();
    let ids: Vec<_> = list.iter().map(|listed| listed.title.0.as_str()).collect();
    assert_eq!(ids, ["1", "0"]);
    for id in 2..MAX_LISTED {
        viewing.add(&ada, &title(id)).await.unwrap();
    }
    let full = viewing.add(&ada, &title("more")).await;
    assert!(matches!(full, Err(ViewingError::ListFull)));
    viewing.remove(&ada, &title(0)).await.unwrap();
    viewing.add(&ada, &title("more")).await.unwrap();
}

#[tokio::test]
async fn what_the_first_version_kept_is_taken_over_once() {
    let (engine, clock) = (
        MemoryEngine::shared(),
        ManualClock::at(Timestamp::from_millis(1)),
    );
    let ada = AccountId("ada".into());
    let old = Bookmark {
        title: title("a"),
        position_ms: 5,
        duration_ms: 100,
        at: Timestamp::from_millis(1),
    };
    let table = RowTable::open(&engine, FIRST_BOOKMARKS).await.unwrap();
    for id in ["a", "b"] {
        let value = serde_json::to_vec(&Bookmark {
            title: title(id),
            ..old.clone()
        });
        table
            .put("ada", id, value.unwrap(), Durability::Process)
            .await
            .unwrap();
    }
    let viewing = open_on(&engine, &clock).await;
    assert_eq!(
        viewing.bookmark(&ada, &title("a")).await.unwrap(),
        Some(old)
    );
    viewing.clear_bookmark(&ada, &title("a")).await.unwrap();
    let viewing = open_on(&engine, &clock).await;
    let left = viewing.bookmarks(&ada).await.unwrap();
    assert_eq!(left.len(), 1, "what was cleared does not come back");
    assert_eq!(left[0].title, title("b"));
}
