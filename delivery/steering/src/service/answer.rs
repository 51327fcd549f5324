//! Plays: ranked, told to the log, their rates set aside and freed.

use std::collections::BTreeMap;
use std::net::IpAddr;

use async_trait::async_trait;
use contracts_delivery::{
    ACCESS_TOPIC, ApplianceId, RankedAppliance, Ranking, ReleaseId, SessionId, Steering,
    SteeringError, SteeringRequest,
};
use data_events::{EventError, TopicSettings};
use delivery_routes::{Announcer, Rib, Route};
use ipnet::IpNet;

use super::{Inner, State, SteeringService};
use crate::decision::{Question, Sample, Scratch, TooMany, Weighed, decide};
use crate::event::{DecisionEvent, STEERING_TOPIC, WeighedAppliance};
use crate::limits::{DECISIONS_KEPT, DECISIONS_PARTITIONS, RESERVED_FOR};

impl SteeringService {
    /// Replaces every route by these: each appliance with the networks it serves. Appliances not among them serve
    /// every network. Takes as long as a table takes to make; decisions go on meanwhile. Returns the table's
    /// prefixes.
    pub fn set_routes(
        &self,
        announced: BTreeMap<ApplianceId, Vec<(IpNet, Route)>>,
    ) -> Result<usize, TooMany> {
        let (mut rib, mut routed) = (Rib::default(), Vec::new());
        for (appliance, routes) in announced {
            let by = self
                .inner
                .state
                .write()
                .knowledge
                .fleet
                .number(&appliance)?;
            let at = by.0 as usize;
            routed.resize(routed.len().max(at + 1), false);
            routed[at] = true;
            for (prefix, route) in routes {
                rib.announce(by, prefix, route);
            }
        }
        let table = rib.table();
        let prefixes = table.prefixes();
        // Decisions read both under one lock: an appliance has its routes from one decision to the next.
        let mut state = self.inner.state.write();
        let fleet = &mut state.knowledge.fleet;
        fleet.set_routed(|by| routed.get(by.0 as usize) == Some(&true));
        self.inner.routes.replace(table);
        drop(state);
        // No decision waits while the old table's memory is given back.
        self.inner.routes.free();
        Ok(prefixes)
    }

    /// How a new play of `release` by `client` would be decided now; nothing is set aside or told.
    pub fn explain(&self, client: IpAddr, release: ReleaseId, nominal_kbps: u32) -> DecisionEvent {
        let state = self.inner.state.read();
        let question = self.inner.question(client, release, nominal_kbps, None);
        self.inner.record(&state, &question, None)
    }

    /// Makes the topics of decisions and of what was sent where there are none: they are joined, and kept alike.
    pub(super) async fn prepare_log(&self) -> Result<(), EventError> {
        let settings = TopicSettings {
            retain_for: Some(DECISIONS_KEPT),
            ..TopicSettings::partitions(DECISIONS_PARTITIONS)
        };
        for topic in [STEERING_TOPIC, ACCESS_TOPIC] {
            self.inner.log.create_if_absent(topic, &settings).await?;
        }
        Ok(())
    }
}

/// What a decision came to: the places told to the player, and what is told to the log.
struct Decided {
    places: Vec<RankedAppliance>,
    first: Option<Announcer>,
    network: Option<IpNet>,
    region: String,
    event: DecisionEvent,
}

impl Inner {
    fn question(
        &self,
        client: IpAddr,
        release: ReleaseId,
        nominal_kbps: u32,
        using: Option<Announcer>,
    ) -> Question {
        Question {
            client,
            place: self.places.read().find(client),
            release,
            wanted: u64::MAX,
            nominal_kbps,
            using,
            now: self.clock.monotonic(),
        }
    }

    fn decide(&self, request: &SteeringRequest) -> Decided {
        let state = self.state.read();
        let using = request.using.as_ref();
        let using = using.and_then(|appliance| state.knowledge.fleet.find(appliance));
        let kbps = nominal_kbps(request);
        let question = self.question(request.client.address, request.release, kbps, using);
        let (table, mut scratch) = (self.routes.read(), Scratch::default());
        let decision = decide(
            &state.knowledge,
            &table,
            &self.ranker,
            &question,
            &mut scratch,
        );
        let places = decision.ranked.iter().filter_map(|one| state.place(one));
        let event = self.record(&state, &question, Some(request.session));
        Decided {
            places: places.collect(),
            first: decision.ranked.first().map(|first| first.by),
            network: decision.network,
            region: state.region(&event),
            event,
        }
    }

    /// The decision as it is told: with everyone who was weighed.
    fn record(
        &self,
        state: &State,
        question: &Question,
        session: Option<SessionId>,
    ) -> DecisionEvent {
        let (table, mut scratch) = (self.routes.read(), Scratch::default());
        let ranker = self.ranker.whole();
        let decision = decide(&state.knowledge, &table, &ranker, question, &mut scratch);
        let weighed = decision.ranked.iter().map(|one| WeighedAppliance {
            appliance: state.knowledge.fleet.name(one.by).clone(),
            weight: one.weight,
        });
        DecisionEvent {
            at: self.clock.now(),
            session,
            release: question.release,
            network: decision.network,
            nominal_kbps: question.nominal_kbps,
            ranker: self.ranker.to_string(),
            weighed: weighed.collect(),
        }
    }

    /// Sets the play's rate aside, and learns what its client measured.
    fn settle(&self, request: &SteeringRequest, decided: &Decided) {
        let (now, mut state) = (self.clock.monotonic(), self.state.write());
        let State {
            knowledge,
            reservations,
            ..
        } = &mut *state;
        let using = request.using.as_ref();
        let using = using.and_then(|appliance| knowledge.fleet.find(appliance));
        if let (Some(network), Some(by), Some(bps)) = (decided.network, using, request.measured_bps)
        {
            let sample = Sample {
                kbps: Some(bps as f32 / 1e3),
                rtt_ms: None,
            };
            knowledge.learned.learn(network, by, sample, now);
        }
        if let Some(first) = decided.first {
            let (fleet, kbps) = (&mut knowledge.fleet, nominal_kbps(request));
            reservations.reserve(fleet, request.session, first, kbps, now + RESERVED_FOR);
        }
    }

    /// A decision stands when the log cannot be written: a play is worth more than its record.
    async fn tell(&self, session: SessionId, event: &DecisionEvent) {
        let payload = match serde_json::to_vec(event) {
            Ok(payload) => payload,
            Err(error) => {
                tracing::error!(?session, %error, "a decision cannot be written as JSON");
                return;
            }
        };
        let key = session.to_string().into();
        if let Err(error) = self.log.append(STEERING_TOPIC, key, payload.into()).await {
            tracing::warn!(?session, %error, "a decision is not in the log");
        }
    }
}

impl State {
    /// Where a client is: the region of the appliance it belongs to.
    fn region(&self, decision: &DecisionEvent) -> String {
        let nearest = decision
            .weighed
            .iter()
            .min_by_key(|one| (one.weight.remoteness(), one.weight.nearness));
        let region = nearest.and_then(|one| self.registry.region(&one.appliance));
        region.unwrap_or_default().to_owned()
    }

    fn place(&self, weighed: &Weighed) -> Option<RankedAppliance> {
        let appliance = self.knowledge.fleet.name(weighed.by);
        Some(RankedAppliance {
            appliance: appliance.clone(),
            base_url: self.registry.base_url(appliance)?.clone(),
            tier: weighed.weight.tier,
            reason: weighed.weight.to_string(),
        })
    }
}

#[async_trait]
impl Steering for SteeringService {
    async fn rank(&self, request: &SteeringRequest) -> Result<Ranking, SteeringError> {
        let decided = self.inner.decide(request);
        if decided.places.is_empty() {
            return Err(SteeringError::NothingUp);
        }
        self.inner.settle(request, &decided);
        self.inner.tell(request.session, &decided.event).await;
        Ok(Ranking {
            appliances: decided.places,
            region: decided.region,
        })
    }

    fn heard(&self, session: SessionId) {
        let until = self.inner.clock.monotonic() + RESERVED_FOR;
        self.inner.state.write().reservations.renew(session, until);
    }

    fn ended(&self, session: SessionId) {
        let mut state = self.inner.state.write();
        let State {
            knowledge,
            reservations,
            ..
        } = &mut *state;
        reservations.release(&mut knowledge.fleet, session);
    }
}

fn nominal_kbps(request: &SteeringRequest) -> u32 {
    (request.nominal_bps / 1_000).min(u32::MAX.into()) as u32
}
