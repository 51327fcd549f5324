//! Who does what: pure, told the time.

mod failures;

use std::collections::{BTreeMap, HashMap};

use contracts_studio::Priority;
use platform_clock::Timestamp;
use serde::{Deserialize, Serialize};

use self::failures::Failures;
use crate::limits::{LEASE, LOSSES};

/// A claim on an offer. One that ran out is worth nothing, even to the worker that held it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Lease {
    /// The offer.
    pub offer: u64,
    /// Which claim on it, from 1.
    pub claim: u32,
}

/// An offer and how it stands.
#[derive(Debug)]
struct Offer {
    priority: Priority,
    /// Names the work across offers, so that the next one goes to another worker.
    name: String,
    claims: u32,
    losses: u32,
    held: Option<Held>,
}

#[derive(Debug)]
struct Held {
    worker: String,
    /// Never, for an encoder of this process: they end together.
    until: Option<Timestamp>,
}

/// What became of an offer whose worker was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lost {
    pub(crate) offer: u64,
    pub(crate) worker: String,
    /// It is off the board: too many workers were lost with it.
    pub(crate) given_up: bool,
}

/// Everything on offer. Bounded by those who offer: see [`crate::limits::OFFERED`].
#[derive(Debug, Default)]
pub(crate) struct Board {
    offers: BTreeMap<u64, Offer>,
    next: u64,
    /// When each worker was last heard of.
    seen: HashMap<String, Timestamp>,
    failures: Failures,
}

impl Board {
    pub(crate) fn add(&mut self, priority: Priority, name: String) -> u64 {
        self.next += 1;
        let offer = Offer {
            priority,
            name,
            claims: 0,
            losses: 0,
            held: None,
        };
        self.offers.insert(self.next, offer);
        self.next
    }

    /// Takes an offer down, done or not.
    pub(crate) fn remove(&mut self, offer: u64) {
        self.offers.remove(&offer);
    }

    /// The most urgent offer that nobody holds, the oldest of those first. Work that failed with this
    /// worker is left to another, as long as there is one. `lasting` claims do not run out.
    pub(crate) fn claim(&mut self, worker: &str, lasting: bool, now: Timestamp) -> Option<Lease> {
        self.seen.insert(worker.to_owned(), now);
        self.seen.retain(|_, seen| now.since(*seen) <= LEASE);
        let alone = self.seen.len() == 1;
        let fits = |offer: &Offer| {
            let failed_here = self.failures.with(&offer.name, worker);
            offer.held.is_none() && (alone || !failed_here)
        };
        let free = self.offers.iter().filter(|(_, offer)| fits(offer));
        let (&id, _) = free.max_by_key(|(id, offer)| (offer.priority, std::cmp::Reverse(**id)))?;
        let offer = self.offers.get_mut(&id)?;
        offer.claims += 1;
        offer.held = Some(Held {
            worker: worker.to_owned(),
            until: (!lasting).then(|| now.plus(LEASE)),
        });
        Some(Lease {
            offer: id,
            claim: offer.claims,
        })
    }

    /// Whether there is an offer that nobody holds.
    pub(crate) fn has_free(&self) -> bool {
        self.offers.values().any(|offer| offer.held.is_none())
    }

    /// Renews a lease; whether it still holds.
    pub(crate) fn beat(&mut self, lease: Lease, now: Timestamp) -> bool {
        if !self.holds(lease) {
            return false;
        }
        if let Some(held) = self
            .offers
            .get_mut(&lease.offer)
            .and_then(|offer| offer.held.as_mut())
        {
            held.until = held.until.map(|_| now.plus(LEASE));
            self.seen.insert(held.worker.clone(), now);
        }
        true
    }

    /// Whether a lease is the one that holds its offer.
    pub(crate) fn holds(&self, lease: Lease) -> bool {
        let offer = self.offers.get(&lease.offer);
        offer.is_some_and(|offer| offer.held.is_some() && offer.claims == lease.claim)
    }

    /// Takes down an offer that its holder is through with; whether the lease held. `failed`: the next
    /// offer of the same work goes to another worker.
    pub(crate) fn finish(&mut self, lease: Lease, failed: bool) -> bool {
        if !self.holds(lease) {
            return false;
        }
        if let Some(offer) = self.offers.remove(&lease.offer) {
            self.failures.forget(&offer.name);
            if let Some(held) = offer.held.filter(|_| failed) {
                self.failures.add(offer.name, held.worker);
            }
        }
        true
    }

    /// Puts back what workers held that are not heard of any more.
    pub(crate) fn expire(&mut self, now: Timestamp) -> Vec<Lost> {
        let mut lost = Vec::new();
        for (&id, offer) in &mut self.offers {
            let over = |held: &mut Held| held.until.is_some_and(|until| until < now);
            let Some(held) = offer.held.take_if(over) else {
                continue;
            };
            offer.losses += 1;
            self.seen.remove(&held.worker);
            self.failures.add(offer.name.clone(), held.worker.clone());
            lost.push(Lost {
                offer: id,
                worker: held.worker,
                given_up: offer.losses >= LOSSES,
            });
        }
        for gone in lost.iter().filter(|lost| lost.given_up) {
            self.offers.remove(&gone.offer);
        }
        lost
    }
}

#[cfg(test)]
mod tests;
