//! One connection's protocol without its socket: what has come, what it is about, and when it has taken too
//! long. Pure.
//!
//! ```text
//! Greeting --handshake--> Idle
//! Idle --bytes--> Reading --head--> Pending --answer--> Sending --end--> Idle, or Reading when more came
//! ```

use std::time::Duration;

use crate::limits::{
    HANDSHAKE_TIMEOUT, HEAD_TIMEOUT, IDLE_TIMEOUT, MAX_HEAD_BYTES, PENDING_TIMEOUT, STALL_BYTES,
    STALL_WINDOW,
};

/// What a connection is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The handshake goes on.
    Greeting,
    /// Nothing was asked since the last answer.
    Idle,
    /// A head has begun to come.
    Reading,
    /// A head has come; its answer is being found out.
    Pending,
    /// The answer goes out.
    Sending,
}

/// A connection's input and its times.
#[derive(Debug)]
pub(crate) struct Conversation {
    input: Vec<u8>,
    phase: Phase,
    /// When the phase began; of sending, when the present window did.
    since: Duration,
    /// Bytes that went out in this window.
    moved: u64,
}

impl Conversation {
    pub(crate) const fn new(now: Duration) -> Self {
        Self {
            input: Vec::new(),
            phase: Phase::Idle,
            since: now,
            moved: 0,
        }
    }

    /// A connection's that begins with a handshake.
    pub(crate) const fn greeting(now: Duration) -> Self {
        let mut talk = Self::new(now);
        talk.phase = Phase::Greeting;
        talk
    }

    pub(crate) const fn phase(&self) -> Phase {
        self.phase
    }

    /// Since when nothing is asked, or a handshake goes on; `None` where something is asked.
    pub(crate) const fn idle_since(&self) -> Option<Duration> {
        match self.phase {
            Phase::Greeting | Phase::Idle => Some(self.since),
            Phase::Reading | Phase::Pending | Phase::Sending => None,
        }
    }

    /// The handshake is over.
    pub(crate) const fn greeted(&mut self, now: Duration) {
        self.enter(Phase::Idle, now);
    }

    /// What has come and was not yet taken.
    pub(crate) fn input(&self) -> &[u8] {
        &self.input
    }

    /// How much more may come: a head's worth at most, however many are pipelined.
    pub(crate) fn room(&self) -> usize {
        MAX_HEAD_BYTES.saturating_sub(self.input.len())
    }

    /// Bytes have come; at most [`Self::room`].
    pub(crate) fn take(&mut self, bytes: &[u8], now: Duration) {
        self.input.extend_from_slice(bytes);
        if self.phase == Phase::Idle {
            self.enter(Phase::Reading, now);
        }
    }

    /// A head of so many bytes was understood.
    pub(crate) fn asked(&mut self, bytes: usize, now: Duration) {
        self.input.drain(..bytes.min(self.input.len()));
        self.enter(Phase::Pending, now);
    }

    /// The answer is known, or what it waited for has come.
    pub(crate) fn sends(&mut self, now: Duration) {
        self.enter(Phase::Sending, now);
    }

    /// The answer waits for something of ours.
    pub(crate) fn waits(&mut self, now: Duration) {
        self.enter(Phase::Pending, now);
    }

    /// So much of the answer went out.
    pub(crate) const fn moved(&mut self, bytes: u64) {
        self.moved += bytes;
    }

    /// The answer has gone out.
    pub(crate) fn answered(&mut self, now: Duration) {
        if self.input.is_empty() {
            // An idle connection keeps no buffer.
            self.input = Vec::new();
            self.enter(Phase::Idle, now);
        } else {
            self.enter(Phase::Reading, now);
        }
    }

    /// When it must be looked at again at the latest.
    pub(crate) const fn due(&self) -> Duration {
        self.since.saturating_add(match self.phase {
            Phase::Greeting => HANDSHAKE_TIMEOUT,
            Phase::Idle => IDLE_TIMEOUT,
            Phase::Reading => HEAD_TIMEOUT,
            Phase::Pending => PENDING_TIMEOUT,
            Phase::Sending => STALL_WINDOW,
        })
    }

    /// Whether it has taken too long. One that sends begins its next window when enough went out in this.
    pub(crate) fn is_overdue(&mut self, now: Duration) -> bool {
        if now < self.due() {
            return false;
        }
        if self.phase == Phase::Sending && self.moved >= STALL_BYTES {
            self.enter(Phase::Sending, now);
            return false;
        }
        true
    }

    /// A time of our own making, such as pacing, does not count against the other side.
    pub(crate) const fn excused(&mut self, now: Duration) {
        self.since = now;
    }

    const fn enter(&mut self, phase: Phase, now: Duration) {
        self.phase = phase;
        self.since = now;
        self.moved = 0;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::head::{NO_FIELDS, Parsed, parse};

    const SECOND: Duration = Duration::from_secs(1);

    /// Answers whatever is whole at once; gives the paths, and whether it ended in a refusal.
    fn hold(pieces: &[&[u8]]) -> (Vec<String>, bool) {
        let mut talk = Conversation::new(Duration::ZERO);
        let mut paths = Vec::new();
        for piece in pieces {
            let mut rest = *piece;
            while !rest.is_empty() {
                let (now, later) = rest.split_at(rest.len().min(talk.room()));
                talk.take(now, SECOND);
                rest = later;
                loop {
                    let mut fields = NO_FIELDS;
                    let taken = match parse(talk.input(), &mut fields) {
                        Parsed::Partial => break,
                        Parsed::Bad(_) => return (paths, true),
                        Parsed::Whole(head, taken) => {
                            paths.push(head.path.to_owned());
                            taken
                        }
                    };
                    talk.asked(taken, SECOND);
                    talk.sends(SECOND);
                    talk.answered(SECOND);
                }
            }
        }
        (paths, false)
    }

    fn request() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            8 => "/[a-z]{1,9}".prop_map(|path| format!("GET {path} HTTP/1.1\r\nhost: h\r\n\r\n").into_bytes()),
            1 => proptest::collection::vec(any::<u8>(), 1..40),
        ]
    }

    proptest! {
        #[test]
        fn pipelined_requests_are_the_same_however_they_are_cut(
            requests in proptest::collection::vec(request(), 1..12),
            cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..20),
        ) {
            let whole = requests.concat();
            let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(whole.len())).collect();
            at.extend([0, whole.len()]);
            at.sort_unstable();
            let pieces: Vec<&[u8]> = at.windows(2).map(|ends| &whole[ends[0]..ends[1]]).collect();
            prop_assert_eq!(hold(&pieces), hold(&[&whole]));
        }
    }

    #[test]
    fn each_phase_has_its_patience() {
        let mut talk = Conversation::new(SECOND);
        assert!(!talk.is_overdue(IDLE_TIMEOUT));
        assert!(talk.is_overdue(IDLE_TIMEOUT + SECOND));
        talk.take(b"GE", 2 * SECOND);
        // Whoever sends a byte now and then gains nothing by it.
        talk.take(b"T", HEAD_TIMEOUT);
        assert!(talk.is_overdue(HEAD_TIMEOUT + 2 * SECOND));
        talk.asked(3, 3 * SECOND);
        assert_eq!(talk.idle_since(), None);
        assert_eq!(
            (talk.phase(), talk.due()),
            (Phase::Pending, 3 * SECOND + PENDING_TIMEOUT)
        );
        talk.sends(4 * SECOND);
        talk.moved(STALL_BYTES);
        let window = 4 * SECOND + STALL_WINDOW;
        assert!(!talk.is_overdue(window));
        assert!(!talk.is_overdue(window + STALL_WINDOW / 2));
        assert!(
            talk.is_overdue(window + STALL_WINDOW),
            "nothing moved in this one"
        );
        talk.answered(window);
        assert_eq!(talk.phase(), Phase::Idle);
        assert_eq!(talk.idle_since(), Some(window));
        let mut talk = Conversation::greeting(SECOND);
        assert!(!talk.is_overdue(HANDSHAKE_TIMEOUT));
        assert!(talk.is_overdue(HANDSHAKE_TIMEOUT + SECOND));
        talk.greeted(2 * SECOND);
        assert_eq!(talk.due(), 2 * SECOND + IDLE_TIMEOUT);
    }
}
