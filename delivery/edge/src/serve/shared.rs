//! What the event loops of an appliance share, and streams beside them.

use std::collections::HashMap;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::Router;
use contracts_delivery::{AccessEvent, SessionId};
use parking_lot::Mutex;
use platform_clock::SharedClock;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::appliance::Inner;
use crate::limits::{CLIENT_BURST_MS, MIN_BURST_BYTES, TOTAL_BURST_MS};

use super::disk::Disk;
use super::pacing::Pace;

pub(crate) struct Shared {
    pub(super) inner: Arc<Inner>,
    pub(super) clock: SharedClock,
    /// Where what may wait is done.
    pub(super) runtime: Handle,
    /// Absent when nothing is stored.
    pub(super) disk: Option<Arc<Disk>>,
    /// The routes beside the films.
    pub(super) beside: Router,
    pub(super) total: Pace,
    pub(super) clients: Clients,
    pub(super) access: mpsc::Sender<Vec<AccessEvent>>,
    /// Connections of all event loops.
    pub(super) connections: AtomicUsize,
    pub(super) max_connections: usize,
    /// Nothing new is begun.
    pub(super) is_draining: AtomicBool,
    /// Where connections go that offer HTTP/2; absent where nobody speaks it.
    pub(super) arrivals: Option<mpsc::Sender<TcpStream>>,
}

impl Shared {
    /// Whether bytes of a play may go now; else when.
    pub(super) fn ready(&self, play: Option<&Pace>, now: Duration) -> Result<(), Duration> {
        self.total.ready(now)?;
        play.map_or(Ok(()), |pace| pace.ready(now))
    }

    /// Bytes of a play went.
    pub(super) fn sent(&self, bytes: u64, play: Option<&Pace>, now: Duration) {
        self.inner.metrics.bytes_served.inc_by(bytes);
        self.total.charge(bytes, now);
        if let Some(pace) = play {
            pace.charge(bytes, now);
        }
    }
}

/// The pace of each play that is being sent to, whichever connections it uses.
pub(crate) struct Clients {
    mbps: u32,
    paces: Mutex<Paces>,
}

#[derive(Default)]
struct Paces {
    by_play: HashMap<SessionId, Weak<Pace>>,
    /// Above so many, those that nobody uses are let go of.
    clean_at: usize,
}

/// So few need no cleaning.
const FEW: usize = 1_024;

/// So many megabits a second, which may be run ahead of by so many milliseconds.
pub(crate) fn pace(mbps: u32, burst_ms: u64) -> Pace {
    let burst = u64::from(mbps) * 125 * burst_ms;
    Pace::new(mbps, burst.max(MIN_BURST_BYTES))
}

/// The pace of the whole appliance.
pub(crate) fn total(mbps: u32) -> Pace {
    pace(mbps, TOTAL_BURST_MS)
}

impl Clients {
    /// 0 paces nobody.
    pub(crate) fn new(mbps: u32) -> Self {
        Self {
            mbps,
            paces: Mutex::default(),
        }
    }

    pub(crate) fn of(&self, play: SessionId) -> Option<Arc<Pace>> {
        if self.mbps == 0 {
            return None;
        }
        let mut paces = self.paces.lock();
        if let Some(known) = paces.by_play.get(&play).and_then(Weak::upgrade) {
            return Some(known);
        }
        if paces.by_play.len() >= paces.clean_at.max(FEW) {
            paces.by_play.retain(|_, pace| pace.strong_count() > 0);
            paces.clean_at = paces.by_play.len() * 2;
        }
        let fresh = Arc::new(pace(self.mbps, CLIENT_BURST_MS));
        paces.by_play.insert(play, Arc::downgrade(&fresh));
        Some(fresh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_of_one_play_share_its_pace_and_plays_that_ended_are_forgotten() {
        let clients = Clients::new(8);
        let play = |number: u32| {
            let mut bytes = [0; 16];
            bytes[..4].copy_from_slice(&number.to_be_bytes());
            SessionId::from_bytes(bytes)
        };
        let one = clients.of(play(0)).unwrap();
        one.charge(1 << 40, Duration::ZERO);
        assert!(clients.of(play(0)).unwrap().ready(Duration::ZERO).is_err());
        for number in 1..10_000 {
            assert!(
                clients
                    .of(play(number))
                    .unwrap()
                    .ready(Duration::ZERO)
                    .is_ok()
            );
        }
        assert!(clients.paces.lock().by_play.len() <= FEW + 1);
        assert!(Clients::new(0).of(play(0)).is_none());
    }
}
