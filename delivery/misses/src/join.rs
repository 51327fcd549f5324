//! Decisions and what was sent, brought together within a window of time.

use std::collections::{BTreeSet, HashMap, VecDeque};

use contracts_delivery::{ApplianceId, ReleaseId, SessionId};
use delivery_steering::DecisionEvent;
use platform_clock::Timestamp;

use crate::limits::{DECISION_KEPT, LATENESS, MAX_DECISIONS, MAX_DECISIONS_PER_PLAY, MAX_WAITING};
use crate::{Completeness, Ideal, Sums};

const HOUR_MS: u64 = 3_600_000;

/// Bytes that an appliance sent to a play.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub appliance: ApplianceId,
    /// To which play.
    pub session: SessionId,
    /// Of what.
    pub release: ReleaseId,
    /// How many.
    pub bytes: u64,
}

/// The join. Time is that of the events.
#[derive(Debug, Default)]
pub struct Join {
    decisions: HashMap<SessionId, Decided>,
    /// Decisions by when they were last needed.
    idle: BTreeSet<(Timestamp, SessionId)>,
    waiting: HashMap<SessionId, Vec<Sent>>,
    /// What waits, in the order in which it came; the time is when it came.
    arrived: VecDeque<(Timestamp, SessionId)>,
    waits: usize,
    sums: Sums,
    joined: u64,
    alone: u64,
}

/// A play's decisions, the first first; never none.
#[derive(Debug)]
struct Decided {
    ideals: VecDeque<(Timestamp, Ideal)>,
    needed: Timestamp,
}

impl Decided {
    /// What was decided last when that was sent; the first decision for what came before it.
    fn ideal(&self, at: Timestamp) -> &Ideal {
        let until = self.ideals.partition_point(|(decided, _)| *decided <= at);
        &self.ideals[until.saturating_sub(1)].1
    }

    fn add(&mut self, at: Timestamp, ideal: Ideal) {
        let place = self.ideals.partition_point(|(decided, _)| *decided <= at);
        self.ideals.insert(place, (at, ideal));
        if self.ideals.len() > MAX_DECISIONS_PER_PLAY {
            self.ideals.pop_front();
        }
    }
}

impl Join {
    /// Takes a decision in: what the play was sent before counts by it, if that waits and no other was made
    /// before, and what is sent from then on.
    pub fn decided(&mut self, decision: &DecisionEvent, now: Timestamp) {
        let Some((session, ideal)) = decision.session.zip(Ideal::of(decision)) else {
            return;
        };
        for sent in self.waiting.remove(&session).unwrap_or_default() {
            self.waits -= 1;
            self.count(&ideal, &sent);
        }
        let decided = self.decisions.entry(session).or_insert_with(|| Decided {
            ideals: VecDeque::new(),
            needed: now,
        });
        decided.add(decision.at, ideal);
        self.idle.remove(&(decided.needed, session));
        decided.needed = now;
        self.idle.insert((now, session));
        if self.decisions.len() > MAX_DECISIONS
            && let Some((_, oldest)) = self.idle.pop_first()
        {
            self.decisions.remove(&oldest);
        }
    }

    /// Takes in what was sent.
    pub fn sent(&mut self, sent: Sent, now: Timestamp) {
        let session = sent.session;
        if let Some(decided) = self.decisions.get_mut(&session) {
            self.idle.remove(&(decided.needed, session));
            decided.needed = now;
            self.idle.insert((now, session));
            let ideal = decided.ideal(sent.at).clone();
            self.count(&ideal, &sent);
        } else if self.waits >= MAX_WAITING {
            self.alone = self.alone.saturating_add(sent.bytes);
        } else {
            self.waits += 1;
            self.waiting.entry(session).or_default().push(sent);
            self.arrived.push_back((now, session));
        }
    }

    /// Time has come to `now`: what waited for too long is counted as alone, and decisions nobody needs are let go.
    pub fn advance(&mut self, now: Timestamp) {
        while let Some((came, session)) = self.arrived.front().copied()
            && now.since(came) > LATENESS
        {
            self.arrived.pop_front();
            // One entry for each that came; those that found their decision are not there any more.
            if let Some(mut left) = self.waiting.remove(&session) {
                self.waits -= 1;
                self.alone = self.alone.saturating_add(left.remove(0).bytes);
                if !left.is_empty() {
                    self.waiting.insert(session, left);
                }
            }
        }
        while let Some((needed, session)) = self.idle.first().copied()
            && now.since(needed) > DECISION_KEPT
        {
            self.idle.pop_first();
            self.decisions.remove(&session);
        }
    }

    /// The sums so far.
    pub const fn sums(&self) -> &Sums {
        &self.sums
    }

    /// How much found its decision.
    pub fn completeness(&self) -> Completeness {
        let waiting = self.waiting.values().flatten().map(|sent| sent.bytes);
        Completeness {
            joined: self.joined,
            alone: self.alone,
            waiting: waiting.fold(0, u64::saturating_add),
        }
    }

    fn count(&mut self, ideal: &Ideal, sent: &Sent) {
        let kind = ideal.kind(&sent.appliance);
        let hour = sent.at.millis() / HOUR_MS;
        self.joined = self.joined.saturating_add(sent.bytes);
        self.sums
            .add(hour, ideal.name(), sent.release, kind, sent.bytes);
    }
}

#[cfg(test)]
mod tests;
