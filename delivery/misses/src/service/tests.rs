//! The service over a log that the test writes.

use contracts_delivery::{Extension, FileName, ReleaseId, SessionId, Tier};
use data_events::{Log as _, MemoryLog, TopicSettings};
use data_objects::ContentHash;
use delivery_steering::WeighedAppliance;
use delivery_steering::decision::{Content, Nearness, Standing, Throughput, Weight};
use platform_clock::{ManualClock, Timestamp};

use super::*;
use crate::Completeness;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

fn release() -> ReleaseId {
    ReleaseId(ContentHash::of(b"release"))
}

fn decision(session: SessionId, at: Timestamp, content: Content) -> DecisionEvent {
    let box_of = |name: &str, tier, content| WeighedAppliance {
        appliance: ApplianceId(name.to_owned()),
        weight: Weight {
            stays: false,
            standing: Standing::Well,
            content,
            route: None,
            tier,
            load: 0.0,
            capacity_kbps: 1,
            nearness: Nearness::UNKNOWN,
            rtt_ms: None,
            throughput: Throughput::Unknown,
        },
    };
    DecisionEvent {
        at,
        session: Some(session),
        release: release(),
        network: None,
        nominal_kbps: 1,
        ranker: String::new(),
        weighed: vec![
            box_of("far", Tier::Exchange, Content::All),
            box_of("near", Tier::Isp, content),
        ],
    }
}

fn access(session: SessionId, at: Timestamp, sent: u64) -> AccessEvent {
    AccessEvent {
        at,
        session,
        release: release(),
        file: FileName {
            hash: ContentHash::of(b"file"),
            extension: Extension::Mp4,
        },
        status: 206,
        start: 0,
        sent,
        took_ms: 1,
        filled: false,
    }
}

/// The log, and a service that follows it.
struct Bed {
    log: Arc<MemoryLog>,
    service: MissesService,
    tails: Tails,
}

impl Bed {
    async fn new() -> Self {
        let clock = ManualClock::at(NOW);
        let log = Arc::new(MemoryLog::new(Arc::clone(&clock) as _));
        for topic in [STEERING_TOPIC, ACCESS_TOPIC] {
            let created = log.create(topic, &TopicSettings::partitions(2)).await;
            created.unwrap();
        }
        Self {
            service: MissesService::new(Arc::clone(&log) as _, clock),
            log,
            tails: Tails {
                decisions: Tail::new(STEERING_TOPIC),
                access: Tail::new(ACCESS_TOPIC),
            },
        }
    }

    async fn decided(&self, decision: &DecisionEvent) {
        let payload = serde_json::to_vec(decision).unwrap();
        let key = decision.session.unwrap().to_string();
        let told = self.log.append(STEERING_TOPIC, key.into(), payload.into());
        told.await.unwrap();
    }

    async fn sent(&self, by: &'static str, payload: Vec<u8>) {
        let told = self.log.append(ACCESS_TOPIC, by.into(), payload.into());
        told.await.unwrap();
    }

    async fn report(&mut self) -> Report {
        let read = self.service.inner.catch_up(&mut self.tails).await;
        read.unwrap();
        self.service.report(24)
    }
}

#[tokio::test]
async fn what_was_sent_counts_by_the_decision_of_its_time() {
    let mut bed = Bed::new().await;
    let play = SessionId::from_bytes([7; 16]);
    let later = |seconds: u64| Timestamp::from_millis(NOW.millis() + seconds * 1_000);
    bed.decided(&decision(play, later(0), Content::Nothing))
        .await;
    // The box near by was filled meanwhile.
    bed.decided(&decision(play, later(300), Content::All)).await;
    let told = [access(play, later(10), 100), access(play, later(310), 40)];
    bed.sent("far", serde_json::to_vec(&told).unwrap()).await;
    bed.sent("far", b"of another version".to_vec()).await;
    let near = [access(play, later(320), 7)];
    bed.sent("near", serde_json::to_vec(&near).unwrap()).await;
    let report = bed.report().await;
    let all = report.all;
    assert_eq!(
        (all.hit, all.content, all.health, all.other),
        (7, 100, 0, 40)
    );
    assert_eq!(report.places[0].place, "near");
    assert_eq!(bed.report().await, report, "nothing is read twice");
}

#[tokio::test]
async fn bytes_of_a_play_nobody_decided_wait_and_are_told_of() {
    let mut bed = Bed::new().await;
    let stranger = [access(SessionId::from_bytes([1; 16]), NOW, 5)];
    bed.sent("near", serde_json::to_vec(&stranger).unwrap())
        .await;
    let waiting = Completeness {
        waiting: 5,
        ..Completeness::default()
    };
    assert_eq!(bed.report().await.completeness, waiting);
}
