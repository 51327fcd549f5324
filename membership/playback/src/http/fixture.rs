//! One film and everything a play of it needs, made for tests in one place.

mod film;
mod services;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use contracts_delivery::SessionId;
use contracts_membership::{
    Account, AccountId, Availability, Catalog as _, CatalogEntry, Maturity, PLAYS_TOPIC, Plan,
    PlayEvent, Role, TitleId,
};
use data_cache::MemoryCache;
use data_engine::{MemoryEngine, SharedEngine};
use data_events::{MemoryLog, Offset, SharedLog};
use data_hollow::testing::MemoryStore;
use data_kv::{Service, ServiceParts};
use data_objects::ContentHash;
use membership_catalog::TitleCatalog;
use membership_viewing::{Viewing, ViewingParts};
use platform_clock::{ManualClock, SharedClock, Timestamp};
use platform_entropy::SeededEntropy;

pub(crate) use film::{Film, release, stored};
pub(crate) use services::{FilmOrigin, OneKey, TokenIsName, TwoAppliances};

use crate::session::Session;
use crate::{DeviceKind, KeyVault, Playback, PlaybackConfig, PlaybackParts};

/// Where every client is.
pub(crate) const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A viewer with two streams of at most 720 lines.
pub(crate) fn account(name: &str) -> Account {
    Account {
        id: AccountId(name.into()),
        name: name.into(),
        role: Role::Viewer,
        plan: Plan {
            name: "standard".into(),
            max_streams: 2,
            max_height: 720,
        },
        max_maturity: Maturity::Sixteen,
    }
}

/// The film's entry in the catalogue.
pub(crate) fn entry() -> CatalogEntry {
    CatalogEntry {
        id: TitleId("sintel".into()),
        name: "Sintel".into(),
        description: String::new(),
        tags: vec![],
        category: "Film".into(),
        year: Some(2010),
        maturity: Maturity::Seven,
        availability: Availability::default(),
        release: *film::RELEASE,
        duration_ms: film::DURATION_MS,
        images: vec![],
        colour: "#000000".into(),
        audio_languages: vec![],
        subtitle_languages: vec![],
        added_at: Timestamp::default(),
    }
}

/// A session just begun.
pub(crate) fn session() -> Session {
    let start = Timestamp::from_millis(1_000_000);
    Session {
        id: SessionId::from_bytes([7; 16]),
        account: AccountId("ada".into()),
        title: TitleId("sintel".into()),
        title_name: "Sintel".into(),
        release: *film::RELEASE,
        duration_ms: film::DURATION_MS,
        device: DeviceKind::Web,
        client: HERE,
        max_height: 720,
        appliances: services::ranking(),
        started_at: start,
        expires_at: start.plus(crate::limits::TOKEN_LIFE),
        seen_at: start,
        position_ms: 0,
        viewed_at: None,
        heard: false,
    }
}

/// A playback service with its surroundings within reach.
pub(crate) struct World {
    pub(crate) playback: Arc<Playback>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) catalog: Arc<TitleCatalog>,
    pub(crate) viewing: Arc<Viewing>,
    pub(crate) origin: Arc<FilmOrigin>,
    pub(crate) steering: Arc<TwoAppliances>,
    log: SharedLog,
    engine: SharedEngine,
}

impl World {
    /// The film published, nobody watching.
    pub(crate) async fn new() -> Self {
        let engine = MemoryEngine::shared();
        let clock = ManualClock::at(Timestamp::from_millis(1_000_000));
        let shared: SharedClock = clock.clone();
        let catalog = Arc::new(
            TitleCatalog::open(MemoryStore::new().store())
                .await
                .unwrap(),
        );
        catalog.put(entry()).await.unwrap();
        let cache = Arc::new(MemoryCache::new(1 << 20, shared.clone()));
        let records = ServiceParts::on("rows", engine.clone(), shared.clone());
        let parts = ViewingParts {
            records: Arc::new(Service::open(records).await.unwrap()),
            engine: engine.clone(),
            cache,
            clock: shared.clone(),
            entropy: SeededEntropy::shared(3),
        };
        let viewing = Arc::new(Viewing::open(parts).await.unwrap());
        let origin = Arc::new(FilmOrigin::new());
        let log: SharedLog = Arc::new(MemoryLog::new(shared.clone()));
        let steering = Arc::new(TwoAppliances::default());
        let parts = PlaybackParts {
            catalog: catalog.clone(),
            origin: origin.clone(),
            steering: steering.clone(),
            signer: Arc::new(OneKey),
            keys: Arc::new(
                KeyVault::open(&engine, &*SeededEntropy::shared(5))
                    .await
                    .unwrap(),
            ),
            viewing: viewing.clone(),
            log: log.clone(),
            clock: shared,
            entropy: SeededEntropy::shared(4),
            config: PlaybackConfig::default(),
        };
        let playback = Arc::new(Playback::open(&engine, parts).await.unwrap());
        Self {
            playback,
            clock,
            catalog,
            viewing,
            origin,
            steering,
            log,
            engine,
        }
    }

    /// What happened to plays so far.
    pub(crate) async fn events(&self) -> Vec<PlayEvent> {
        let mut events = Vec::new();
        for partition in 0..self.log.partitions(PLAYS_TOPIC).await.unwrap() {
            let read = self.log.read(PLAYS_TOPIC, partition, Offset(0), 1_000);
            events.extend(read.await.unwrap());
        }
        events
            .iter()
            .map(|event| serde_json::from_slice(&event.payload).unwrap())
            .collect()
    }

    /// Another process over the same store.
    pub(crate) async fn restarted(&self) -> Playback {
        Playback::open(&self.engine, self.playback.parts.clone())
            .await
            .unwrap()
    }
}

/// A content hash of a text.
pub(crate) fn hash(text: &str) -> ContentHash {
    ContentHash::of(text.as_bytes())
}
