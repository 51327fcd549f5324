//! What plays may come to send, set aside on the appliances they were given to.
//!
//! A play's rate varies with its picture. What an appliance sends in a quiet scene says little of the next
//! one, so every play sets its nominal rate aside from its start until it ends or is not heard of.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::Duration;

use contracts_delivery::SessionId;
use delivery_routes::Announcer;
use foldhash::fast::RandomState;

use super::Fleet;
use crate::limits::MAX_RESERVATIONS;

/// So many old entries are not worth looking for.
const FEW: usize = 1_024;

/// The rates set aside, by play.
#[derive(Debug, Default)]
pub struct Reservations {
    plays: HashMap<SessionId, Reserved, RandomState>,
    /// When each play is due, the soonest first. One that was renewed or ended since is old, and passed over: most
    /// are, and finding them would take longer than all the rest.
    due: BinaryHeap<Reverse<(Duration, SessionId)>>,
}

#[derive(Debug, Clone, Copy)]
struct Reserved {
    by: Announcer,
    kbps: u32,
    until: Duration,
}

impl Reservations {
    /// Sets `kbps` aside on an appliance for a play, until then unless it is renewed by another call; what was
    /// set aside for the play before is free. Returns false where there are as many plays as are kept account of.
    pub fn reserve(
        &mut self,
        fleet: &mut Fleet,
        session: SessionId,
        by: Announcer,
        kbps: u32,
        until: Duration,
    ) -> bool {
        self.release(fleet, session);
        if self.plays.len() >= MAX_RESERVATIONS {
            return false;
        }
        let Some(member) = fleet.get_mut(by) else {
            return false;
        };
        member.load.reserved_kbps = member.load.reserved_kbps.saturating_add(kbps);
        self.plays.insert(session, Reserved { by, kbps, until });
        self.is_due(session, until);
        true
    }

    /// The play goes on: what is set aside for it stays so until then.
    pub fn renew(&mut self, session: SessionId, until: Duration) {
        if let Some(reserved) = self.plays.get_mut(&session)
            && reserved.until != until
        {
            reserved.until = until;
            self.is_due(session, until);
        }
    }

    fn is_due(&mut self, session: SessionId, until: Duration) {
        self.due.push(Reverse((until, session)));
        if self.due.len() > 2 * self.plays.len() + FEW {
            let plays = &self.plays;
            self.due.retain(|Reverse((until, session))| {
                let reserved = plays.get(session);
                reserved.is_some_and(|reserved| reserved.until == *until)
            });
        }
    }

    /// The play is over.
    pub fn release(&mut self, fleet: &mut Fleet, session: SessionId) {
        let Some(reserved) = self.plays.remove(&session) else {
            return;
        };
        if let Some(member) = fleet.get_mut(reserved.by) {
            let left = member.load.reserved_kbps.saturating_sub(reserved.kbps);
            member.load.reserved_kbps = left;
        }
    }

    /// Frees what was not renewed in time.
    pub fn expire(&mut self, fleet: &mut Fleet, now: Duration) {
        while let Some(Reverse((until, session))) = self.due.peek().copied()
            && until <= now
        {
            self.due.pop();
            let reserved = self.plays.get(&session);
            if reserved.is_some_and(|reserved| reserved.until == until) {
                self.release(fleet, session);
            }
        }
    }

    /// The appliance a play was given to.
    pub fn given_to(&self, session: SessionId) -> Option<Announcer> {
        self.plays.get(&session).map(|reserved| reserved.by)
    }

    /// Plays with a rate set aside.
    pub fn len(&self) -> usize {
        self.plays.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.plays.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use contracts_delivery::ApplianceId;
    use proptest::prelude::*;

    use super::*;

    fn fleet() -> Fleet {
        let mut fleet = Fleet::default();
        for name in ["a", "b", "c"] {
            fleet.number(&ApplianceId(name.to_owned())).unwrap();
        }
        fleet
    }

    #[test]
    fn a_play_moves_expires_and_ends() {
        let (mut fleet, mut reservations) = (fleet(), Reservations::default());
        let session = SessionId::from_bytes([1; 16]);
        let at = Duration::from_secs;
        let reserved =
            |fleet: &Fleet| [0, 1].map(|by| fleet.get(Announcer(by)).unwrap().load.reserved_kbps);
        assert!(reservations.reserve(&mut fleet, session, Announcer(0), 8_000, at(10)));
        assert!(reservations.reserve(&mut fleet, session, Announcer(1), 6_000, at(20)));
        assert_eq!(reserved(&fleet), [0, 6_000]);
        assert_eq!(reservations.given_to(session), Some(Announcer(1)));
        reservations.renew(session, at(30));
        reservations.expire(&mut fleet, at(20));
        assert_eq!(reserved(&fleet), [0, 6_000], "it was renewed");
        reservations.expire(&mut fleet, at(30));
        assert_eq!((reserved(&fleet), reservations.len()), ([0, 0], 0));
        assert!(!reservations.reserve(&mut fleet, session, Announcer(9), 1, at(30)));
    }

    #[test]
    fn plays_that_go_on_for_long_leave_few_old_entries() {
        let (mut fleet, mut reservations) = (fleet(), Reservations::default());
        let at = Duration::from_secs;
        let session = |play: u8| SessionId::from_bytes([play; 16]);
        for play in 0..10 {
            reservations.reserve(&mut fleet, session(play), Announcer(0), 1, at(1));
        }
        for second in 2..1_000 {
            for play in 0..10 {
                reservations.renew(session(play), at(second));
            }
            reservations.expire(&mut fleet, at(second - 1));
            assert!(reservations.due.len() <= 2 * 10 + FEW + 1);
        }
        assert_eq!(reservations.len(), 10);
        reservations.expire(&mut fleet, at(1_000));
        assert!(reservations.is_empty() && reservations.due.is_empty());
    }

    proptest! {
        #[test]
        fn what_is_set_aside_is_the_sum_over_the_plays(
            steps in proptest::collection::vec((0_u8..3, 0_u8..6, 0_u32..3, 1_u32..9_000, 0_u64..50), 0..80),
        ) {
            let (mut fleet, mut reservations) = (fleet(), Reservations::default());
            for (step, play, by, kbps, at) in steps {
                let (session, at) = (SessionId::from_bytes([play; 16]), Duration::from_secs(at));
                match step {
                    0 => { reservations.reserve(&mut fleet, session, Announcer(by), kbps, at); }
                    1 => reservations.release(&mut fleet, session),
                    _ => reservations.expire(&mut fleet, at),
                }
                let sum: u32 = reservations.plays.values().map(|reserved| reserved.kbps).sum();
                let set_aside: u32 = (0..3).map(|by| fleet.get(Announcer(by)).unwrap().load.reserved_kbps).sum();
                prop_assert_eq!(sum, set_aside);
                let due = |(session, reserved): (&SessionId, &Reserved)| {
                    reservations.due.iter().any(|Reverse(it)| *it == (reserved.until, *session))
                };
                prop_assert!(reservations.plays.iter().all(due));
            }
        }
    }
}
