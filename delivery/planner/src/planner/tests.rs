//! Plans of a log of plays that the test tells.

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use contracts_delivery::testing::release;
use contracts_delivery::{ByteRange, Extension, FileName, Release, SessionId, StoredFile};
use contracts_membership::{AccountId, Availability, Maturity, PLAYS_TOPIC, PlayEvent, TitleId};
use data_events::{Log as _, MemoryLog, TopicSettings};
use platform_clock::{ManualClock, Timestamp};

use super::*;

const MB: u64 = 1_000_000;

/// An origin that knows releases and stores nothing.
struct Releases(HashMap<ReleaseId, Release>);

fn no_store<T>() -> Result<T, OriginError> {
    Err(OriginError::Store("this one only looks up".to_owned()))
}

#[async_trait]
impl Origin for Releases {
    async fn store(&self, _: &Path, _: Extension) -> Result<StoredFile, OriginError> {
        no_store()
    }
    async fn store_bytes(&self, _: Bytes, _: Extension) -> Result<StoredFile, OriginError> {
        no_store()
    }
    async fn publish(&self, _: &Release) -> Result<ReleaseId, OriginError> {
        no_store()
    }
    async fn withdraw(&self, _: ReleaseId) -> Result<(), OriginError> {
        no_store()
    }
    async fn release(&self, release: ReleaseId) -> Result<Release, OriginError> {
        let known = self.0.get(&release).cloned();
        known.ok_or(OriginError::NoSuchRelease(release))
    }
    async fn read(&self, _: FileName, _: ByteRange) -> Result<Bytes, OriginError> {
        no_store()
    }
    async fn collect(&self) -> Result<u64, OriginError> {
        no_store()
    }
}

fn file(name: &str, bytes: u64) -> StoredFile {
    StoredFile {
        name: FileName {
            hash: ContentHash::of(name.as_bytes()),
            extension: Extension::Mp4,
        },
        bytes,
    }
}

/// A title of one rendition of 100 MB.
fn release_of(name: &str) -> Release {
    let playlist = file(&format!("{name} list"), 1_000);
    release([(file(name, 100 * MB), playlist)])
}

fn title(name: &str) -> CatalogEntry {
    CatalogEntry {
        id: TitleId(name.to_owned()),
        name: name.to_owned(),
        description: String::new(),
        tags: vec![],
        category: String::new(),
        year: None,
        maturity: Maturity::All,
        availability: Availability::default(),
        release: ReleaseId(ContentHash::of(name.as_bytes())),
        duration_ms: 1_000,
        images: vec![],
        colour: "#000000".to_owned(),
        audio_languages: vec![],
        subtitle_languages: vec![],
        added_at: Timestamp::from_millis(0),
    }
}

fn shelf(name: &str, cache_mb: u64) -> SiteBox {
    SiteBox {
        appliance: ApplianceId(name.to_owned()),
        tier: Tier::Isp,
        site: "here".to_owned(),
        region: String::new(),
        cache_bytes: cache_mb * MB,
        capacity_mbps: 1_000,
    }
}

struct Bed {
    log: Arc<MemoryLog>,
    clock: Arc<ManualClock>,
    planner: Planner,
    titles: Vec<CatalogEntry>,
}

impl Bed {
    async fn new(names: &[&str]) -> Self {
        let clock = ManualClock::at(Timestamp::from_millis(1_700_000_000_000));
        let log = Arc::new(MemoryLog::new(clock.clone()));
        log.create(PLAYS_TOPIC, &TopicSettings::partitions(2))
            .await
            .unwrap();
        let titles: Vec<CatalogEntry> = names.iter().map(|name| title(name)).collect();
        let releases = titles
            .iter()
            .map(|title| (title.release, release_of(&title.name)));
        let origin = Arc::new(Releases(releases.collect()));
        Self {
            planner: Planner::new(log.clone(), origin, clock.clone()),
            log,
            clock,
            titles,
        }
    }

    async fn tell(&self, event: &PlayEvent, session: SessionId) {
        let payload = serde_json::to_vec(event).unwrap();
        let key = session.to_string().into();
        self.log
            .append(PLAYS_TOPIC, key, payload.into())
            .await
            .unwrap();
    }

    /// A play of a title that comes as far as that.
    async fn play(&self, number: u8, title: &str, position_ms: u64) {
        self.play_in("", number, title, position_ms).await;
    }

    async fn play_in(&self, region: &str, number: u8, title: &str, position_ms: u64) {
        let session = SessionId::from_bytes([number; 16]);
        let started = PlayEvent::Started {
            session,
            account: AccountId("a".to_owned()),
            title: TitleId(title.to_owned()),
            release: ReleaseId(ContentHash::of(title.as_bytes())),
            appliances: vec![],
            region: region.to_owned(),
        };
        self.tell(&started, session).await;
        let told = PlayEvent::Progressed {
            session,
            position_ms,
        };
        self.tell(&told, session).await;
        self.tell(&told, session).await;
    }

    async fn plan(&mut self, boxes: &[SiteBox]) -> BTreeMap<ApplianceId, Vec<ContentHash>> {
        self.planner.plan(&self.titles, boxes).await.unwrap()
    }
}

#[tokio::test]
async fn what_was_watched_has_room_before_what_was_not() {
    let mut bed = Bed::new(&["quiet", "watched", "glanced"]).await;
    bed.play(1, "watched", 40_000).await;
    for number in 2..9 {
        bed.play(number, "glanced", 3_000).await;
    }
    bed.clock.advance(Duration::from_hours(1));
    // Room for one title's picture beside the small files.
    let planned = bed.plan(&[shelf("a", 130)]).await;
    let files = &planned[&ApplianceId("a".to_owned())];
    assert!(files.contains(&ContentHash::of(b"watched")));
    assert!(
        !files.contains(&ContentHash::of(b"quiet"))
            && !files.contains(&ContentHash::of(b"glanced"))
    );
    assert!(
        files.contains(&ContentHash::of(b"quiet list")),
        "small files fit beside it"
    );
}

#[tokio::test]
async fn room_that_is_left_goes_to_what_nobody_watched() {
    let mut bed = Bed::new(&["one", "two"]).await;
    let mut origin = shelf("origin", 1_000);
    origin.tier = Tier::Origin;
    let planned = bed.plan(&[shelf("a", 1_000), shelf("b", 0), origin]).await;
    let names: Vec<&str> = planned.keys().map(|name| name.0.as_str()).collect();
    assert_eq!(names, ["a"], "neither the origin nor a box without a cache");
    assert_eq!(planned[&ApplianceId("a".to_owned())].len(), 4);
}

#[tokio::test]
async fn views_are_taken_in_once_and_releases_that_are_gone_are_left_out() {
    let mut bed = Bed::new(&["one", "two"]).await;
    bed.titles.push(title("withdrawn"));
    bed.play(1, "two", 40_000).await;
    bed.clock.advance(Duration::from_hours(2));
    let boxes = [shelf("a", 130)];
    let first = bed.plan(&boxes).await;
    assert_eq!(bed.plan(&boxes).await, first);
    assert!(first[&boxes[0].appliance].contains(&ContentHash::of(b"two")));
    for number in 10..20 {
        bed.play(number, "one", 40_000).await;
    }
    let after = bed.plan(&boxes).await;
    assert!(
        after[&boxes[0].appliance].contains(&ContentHash::of(b"one")),
        "ten views against one"
    );
}

#[tokio::test]
async fn each_region_is_filled_with_what_is_watched_there() {
    let mut bed = Bed::new(&["one", "two", "three"]).await;
    for number in 1..4 {
        bed.play_in("north", number, "one", 40_000).await;
        bed.play_in("south", 10 + number, "two", 40_000).await;
        bed.play_in("south", 20 + number, "three", 3_000).await;
    }
    bed.play_in("south", 30, "one", 40_000).await;
    bed.clock.advance(Duration::from_hours(1));
    let boxes = ["north", "south", "new"].map(|region| SiteBox {
        region: region.to_owned(),
        ..shelf(region, 130)
    });
    let planned = bed.plan(&boxes).await;
    let holds = |region: &str, title: &str| {
        planned[&ApplianceId(region.to_owned())].contains(&ContentHash::of(title.as_bytes()))
    };
    assert!(holds("north", "one") && holds("south", "two"));
    assert!(!holds("north", "two") && !holds("south", "one"));
    assert!(holds("new", "one"), "it was watched most in all regions");
}

#[tokio::test]
async fn regions_beyond_the_most_count_where_none_is_named() {
    let mut bed = Bed::new(&["one", "two"]).await;
    for number in 0..40 {
        let region = format!("region-{number}");
        bed.play_in(&region, number, "one", 40_000).await;
    }
    bed.plan(&[]).await;
    for number in 40..60 {
        bed.play_in("region-40", number, "two", 40_000).await;
    }
    bed.clock.advance(Duration::from_hours(1));
    let planned = bed.plan(&[shelf("a", 130)]).await;
    let files = &planned[&ApplianceId("a".to_owned())];
    assert!(files.contains(&ContentHash::of(b"two")));
}
