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

/// The rates set aside, by play.
#[derive(Debug, Default)]
pub struct Reservations {
    plays: HashMap<SessionId, Reserved, RandomState>,
    /// When to look at each play, the soonest first: no later than it is due. What was renewed since is looked at again
    /// when it is due by then; what ended stays here until its time.
    looks: BinaryHeap<Reverse<(Duration, SessionId)>>,
}

#[derive(Debug, Clone, Copy)]
struct Reserved {
    by: Announcer,
    kbps: u32,
    until: Duration,
    /// When it is looked at; other looks at the play are old.
    look: Duration,
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
        let before = self.free(fleet, session);
        if self.plays.len() >= MAX_RESERVATIONS || self.looks.len() >= 2 * MAX_RESERVATIONS {
            return false;
        }
        let Some(member) = fleet.get_mut(by) else {
            return false;
        };
        member.load.reserved_kbps = member.load.reserved_kbps.saturating_add(kbps);
        let look = before
            .map(|before| before.look)
            .filter(|look| *look <= until);
        if look.is_none() {
            self.looks.push(Reverse((until, session)));
        }
        let reserved = Reserved {
            by,
            kbps,
            until,
            look: look.unwrap_or(until),
        };
        self.plays.insert(session, reserved);
        true
    }

    /// The play goes on: what is set aside for it stays so until then, which is no sooner than was said before.
    pub fn renew(&mut self, session: SessionId, until: Duration) {
        if let Some(reserved) = self.plays.get_mut(&session) {
            reserved.until = reserved.until.max(until);
        }
    }

    /// The play is over.
    pub fn release(&mut self, fleet: &mut Fleet, session: SessionId) {
        self.free(fleet, session);
    }

    fn free(&mut self, fleet: &mut Fleet, session: SessionId) -> Option<Reserved> {
        let reserved = self.plays.remove(&session)?;
        if let Some(member) = fleet.get_mut(reserved.by) {
            let left = member.load.reserved_kbps.saturating_sub(reserved.kbps);
            member.load.reserved_kbps = left;
        }
        Some(reserved)
    }

    /// Frees what was not renewed in time, looking at so many plays at most; whether more are to be looked at.
    pub fn expire(&mut self, fleet: &mut Fleet, now: Duration, at_most: usize) -> bool {
        for _ in 0..at_most {
            let Some(look) = self.next_look(now) else {
                return false;
            };
            self.look_at(fleet, look, now);
        }
        self.next_look(now).is_some()
    }

    fn next_look(&self, now: Duration) -> Option<(Duration, SessionId)> {
        let Reverse(look) = self.looks.peek()?;
        Some(*look).filter(|(at, _)| *at <= now)
    }

    fn look_at(&mut self, fleet: &mut Fleet, (at, session): (Duration, SessionId), now: Duration) {
        self.looks.pop();
        match self.plays.get_mut(&session) {
            Some(reserved) if reserved.look != at => {}
            Some(reserved) if reserved.until > now => {
                reserved.look = reserved.until;
                self.looks.push(Reverse((reserved.until, session)));
            }
            _ => self.release(fleet, session),
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

    const ALL: usize = usize::MAX;

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
        reservations.expire(&mut fleet, at(20), ALL);
        assert_eq!(reserved(&fleet), [0, 6_000], "it was renewed");
        reservations.expire(&mut fleet, at(30), ALL);
        assert_eq!((reserved(&fleet), reservations.len()), ([0, 0], 0));
        assert!(!reservations.reserve(&mut fleet, session, Announcer(9), 1, at(30)));
    }

    #[test]
    fn plays_that_go_on_are_looked_at_once_each_time_they_are_due() {
        let (mut fleet, mut reservations) = (fleet(), Reservations::default());
        let at = Duration::from_secs;
        let session = |play: u8| SessionId::from_bytes([play; 16]);
        for second in 1..1_000 {
            for play in 0..10 {
                if second % 100 == 1 {
                    let by = Announcer(second as u32 / 100 % 3);
                    reservations.reserve(&mut fleet, session(play), by, 1, at(second + 30));
                } else {
                    reservations.renew(session(play), at(second + 30));
                }
            }
            assert!(!reservations.expire(&mut fleet, at(second), ALL));
            assert_eq!((reservations.len(), reservations.looks.len()), (10, 10));
        }
        assert!(reservations.expire(&mut fleet, at(2_000), 9));
        assert_eq!(reservations.len(), 1);
        assert!(!reservations.expire(&mut fleet, at(2_000), 1));
        assert!(reservations.is_empty() && reservations.looks.is_empty());
    }

    proptest! {
        #[test]
        fn what_is_set_aside_is_the_sum_over_the_plays(
            steps in proptest::collection::vec((0_u8..4, 0_u8..6, 0_u32..3, 1_u32..9_000, 0_u64..50), 0..80),
        ) {
            let (mut fleet, mut reservations) = (fleet(), Reservations::default());
            for (step, play, by, kbps, at) in steps {
                let (session, at) = (SessionId::from_bytes([play; 16]), Duration::from_secs(at));
                match step {
                    0 => { reservations.reserve(&mut fleet, session, Announcer(by), kbps, at); }
                    1 => reservations.release(&mut fleet, session),
                    2 => { reservations.expire(&mut fleet, at, 2); }
                    _ => reservations.renew(session, at),
                }
                let sum: u32 = reservations.plays.values().map(|reserved| reserved.kbps).sum();
                let set_aside: u32 = (0..3).map(|by| fleet.get(Announcer(by)).unwrap().load.reserved_kbps).sum();
                prop_assert_eq!(sum, set_aside);
                let looked_at = |(session, reserved): (&SessionId, &Reserved)| {
                    let looks = reservations.looks.iter();
                    let looks = looks.filter(|Reverse(it)| *it == (reserved.look, *session));
                    reserved.look <= reserved.until && looks.count() >= 1
                };
                prop_assert!(reservations.plays.iter().all(looked_at));
            }
        }
    }
}
