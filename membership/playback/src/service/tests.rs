//! Plays against stores in memory, on a clock that is told the time.

use contracts_delivery::ApplianceId;
use contracts_membership::{Account, Catalog as _, TitleId};
use platform_clock::Window;

use super::*;
use crate::http::fixture::{HERE, World, account, entry};
use crate::limits::{SILENCE_ENDS, SLOT_SILENCE};
use crate::{DeviceKind, Refusal};

fn request() -> StartRequest {
    let title = TitleId("sintel".into());
    StartRequest {
        title,
        device: DeviceKind::Web,
        territory: None,
        client: HERE,
    }
}

async fn start(world: &World, account: &Account) -> Result<SessionId, PlaybackError> {
    world
        .playback
        .start(account, &request())
        .await
        .map(|offer| offer.id())
}

#[tokio::test]
async fn a_session_outlives_a_restart_and_ends_once() {
    let world = World::new().await;
    let ada = account("ada");
    let id = start(&world, &ada).await.unwrap();
    let restarted = world.restarted().await;
    assert_eq!(restarted.live(id).await.unwrap().title_name, "Sintel");
    restarted.end(&AccountId("eve".into()), id).await.unwrap();
    assert!(
        restarted.live(id).await.is_ok(),
        "another account cannot end it"
    );
    restarted.end(&ada.id, id).await.unwrap();
    restarted.end(&ada.id, id).await.unwrap();
    assert!(matches!(
        world.playback.live(id).await,
        Err(PlaybackError::Over)
    ));
    let events = world.events().await;
    let [PlayEvent::Started { region, .. }, PlayEvent::Ended { .. }] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(region, "south");
}

#[tokio::test]
async fn slots_are_counted_freed_by_silence_and_kept_by_heartbeats() {
    let world = World::new().await;
    let ada = account("ada");
    let first = start(&world, &ada).await.unwrap();
    let second = start(&world, &ada).await.unwrap();
    let full = start(&world, &ada).await;
    let Err(PlaybackError::Refused(Refusal::TooManyStreams(streams))) = full else {
        panic!("{full:?}");
    };
    assert_eq!(streams.len(), 2);
    assert!(
        start(&world, &account("eve")).await.is_ok(),
        "another account has its own"
    );
    world.clock.advance(SLOT_SILENCE / 2);
    world.playback.heartbeat(&ada, first, 10).await.unwrap();
    world.clock.advance(SLOT_SILENCE / 2);
    let third = start(&world, &ada).await.unwrap();
    let lost = world.playback.heartbeat(&ada, second, 10).await;
    assert!(matches!(
        lost,
        Err(PlaybackError::Refused(Refusal::TooManyStreams(_)))
    ));
    world.playback.end(&ada.id, third).await.unwrap();
    world.playback.heartbeat(&ada, second, 10).await.unwrap();
    assert!(
        start(&world, &ada).await.is_err(),
        "the slot was taken again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_only_as_many_as_the_plan_has_begin() {
    let world = Arc::new(World::new().await);
    let starts: Vec<_> = (0..12)
        .map(|_| {
            let world = Arc::clone(&world);
            tokio::spawn(async move { start(&world, &account("ada")).await.is_ok() })
        })
        .collect();
    let mut begun = 0;
    for start in starts {
        begun += usize::from(start.await.unwrap());
    }
    assert_eq!(begun, 2);
}

#[tokio::test]
async fn heartbeats_leave_a_bookmark_and_the_end_takes_it_away() {
    let world = World::new().await;
    let ada = account("ada");
    let id = start(&world, &ada).await.unwrap();
    let bookmark = async || {
        let found = world
            .viewing
            .bookmark(&ada.id, &TitleId("sintel".into()))
            .await
            .unwrap();
        found.map(|bookmark| bookmark.position_ms)
    };
    world.playback.heartbeat(&ada, id, 2_000).await.unwrap();
    world.playback.heartbeat(&ada, id, 0).await.unwrap();
    assert_eq!(
        bookmark().await,
        Some(2_000),
        "a player that has not gone there yet leaves it"
    );
    let offer = world.playback.renew(&ada, id, None, HERE).await.unwrap();
    assert_eq!(offer.bookmark_ms, Some(2_000));
    world.playback.heartbeat(&ada, id, u64::MAX).await.unwrap();
    assert_eq!(bookmark().await, None);
}

#[tokio::test]
async fn a_play_that_is_watched_counts_as_one_view() {
    let world = World::new().await;
    let (ada, title) = (account("ada"), TitleId("sintel".into()));
    let (watched, left) = (
        start(&world, &ada).await.unwrap(),
        start(&world, &ada).await.unwrap(),
    );
    world.playback.heartbeat(&ada, left, 4_000).await.unwrap();
    world.clock.advance(Duration::from_secs(4));
    for position_ms in [3_600, 3_900, 4_000] {
        let beat = world.playback.heartbeat(&ada, watched, position_ms);
        beat.await.unwrap();
        world.clock.advance(Duration::from_secs(5));
    }
    world.clock.advance(Duration::from_mins(3));
    let late = world.playback.heartbeat(&ada, watched, 4_000);
    late.await.unwrap();
    world.viewing.views().tend().await.unwrap();
    assert_eq!(world.viewing.views().of(&title).await.unwrap(), 1);
    assert_eq!(world.viewing.views().recount(&title).await.unwrap(), 1);
}

#[tokio::test]
async fn renewal_revives_what_expired_and_asks_again_whether_it_may() {
    let world = World::new().await;
    let ada = account("ada");
    let id = start(&world, &ada).await.unwrap();
    world.clock.advance(TOKEN_LIFE);
    assert!(matches!(
        world.playback.live(id).await,
        Err(PlaybackError::Over)
    ));
    let offer = world.playback.renew(&ada, id, None, HERE).await.unwrap();
    assert_eq!(offer.session.expires_at, world.clock_now().plus(TOKEN_LIFE));
    assert!(world.playback.live(id).await.is_ok());
    let stranger = world.playback.renew(&account("eve"), id, None, HERE).await;
    assert!(matches!(stranger, Err(PlaybackError::Over)));

    let mut closed = entry();
    closed.availability.window = Window {
        from: None,
        until: Some(world.clock_now()),
    };
    world.catalog.put(closed).await.unwrap();
    let refused = world.playback.renew(&ada, id, None, HERE).await;
    assert!(matches!(
        refused,
        Err(PlaybackError::Refused(Refusal::Window))
    ));
    world.catalog.put(entry()).await.unwrap();
    *world.origin.release.lock() = None;
    let withdrawn = world.playback.renew(&ada, id, None, HERE).await;
    assert!(matches!(withdrawn, Err(PlaybackError::Over)));
}

#[tokio::test]
async fn sweeping_ends_the_silent_and_the_expired() {
    let world = World::new().await;
    let ada = account("ada");
    let spoke = start(&world, &ada).await.unwrap();
    let quiet = start(&world, &ada).await.unwrap();
    world.playback.heartbeat(&ada, spoke, 1_500).await.unwrap();
    world.clock.advance(SILENCE_ENDS);
    assert_eq!(world.playback.sweep().await.unwrap(), 1);
    assert!(world.playback.live(spoke).await.is_err());
    assert!(world.playback.live(quiet).await.is_ok());
    let last = world.events().await.pop();
    assert_eq!(
        last,
        Some(PlayEvent::Ended {
            session: spoke,
            position_ms: 1_500
        })
    );
    world.clock.advance(TOKEN_LIFE);
    assert_eq!(world.playback.sweep().await.unwrap(), 1);
    assert_eq!(world.playback.sweep().await.unwrap(), 0);
}

#[tokio::test]
async fn steering_names_what_is_up_best_first() {
    let world = World::new().await;
    let id = start(&world, &account("ada")).await.unwrap();
    let steer = async || {
        let asking = Asking {
            pathway: Some("far".into()),
            throughput_bps: Some(7_000_000),
        };
        world.playback.steer(id, asking, "/again".into()).await
    };
    let usual = steer().await.unwrap();
    assert_eq!(
        (usual.pathway_priority, usual.ttl_s),
        (vec!["near".into(), "far".into()], 300)
    );
    world.steering.down.lock().push("near");
    let degraded = steer().await.unwrap();
    assert_eq!(
        (degraded.pathway_priority, degraded.ttl_s),
        (vec!["far".to_owned()], 60)
    );
    world.steering.down.lock().push("far");
    assert!(matches!(steer().await, Err(PlaybackError::NothingUp(_))));
    let asked = world.steering.requests.lock();
    let (first, last) = (&asked[0], &asked[asked.len() - 1]);
    assert_eq!((first.session, first.using.clone()), (id, None));
    assert!(first.nominal_bps > 0 && first.nominal_bps == last.nominal_bps);
    assert_eq!(last.using, Some(ApplianceId("far".into())));
    assert_eq!(last.measured_bps, Some(7_000_000));
}

impl World {
    fn clock_now(&self) -> Timestamp {
        platform_clock::Clock::now(&*self.clock)
    }
}
