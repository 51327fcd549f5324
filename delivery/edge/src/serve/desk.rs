//! What an event loop works with, and how far it brings one connection at a time.

use std::sync::Arc;
use std::time::Duration;

use contracts_delivery::SessionId;
use platform_clock::Timestamp;

use crate::file::fill::Filler;
use crate::head::{NO_FIELDS, Parsed, parse};
use crate::limits::{READ_BYTES, ROUND_TRIP_EVERY, TURN_GREETINGS, TURN_STEPS};
use crate::refusal::Refusal;

use super::answers::Answers;
use super::connection::{Asked, Connection};
use super::conversation::Phase;
use super::inbox::Inbox;
use super::notes::Notes;
use super::pacing::Pace;
use super::records::Batch;
use super::sending::catch_up;
use super::session::Greeted;
use super::shared::Shared;
use super::timers::{Key, Timers};

/// An event loop's own things.
pub(crate) struct Desk {
    pub(super) shared: Arc<Shared>,
    pub(super) inbox: Arc<Inbox>,
    pub(super) answers: Answers,
    /// Connections that may send again at a time.
    pub(super) paced: Timers,
    pub(super) scratch: Box<[u8]>,
    /// Where films are sealed; empty where everything is in clear.
    pub(super) batch: Batch,
    pub(super) now: Duration,
    pub(super) wall: Timestamp,
    /// Answers are the last of their connections.
    pub(super) is_draining: bool,
    /// Steps of handshakes in this turn.
    greetings: u32,
    notes: Notes,
}

/// What becomes of a connection for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It waits for something.
    Waits,
    /// It could go on, after the others have.
    GoesOn,
    /// It goes on beside the event loops.
    PassesOn,
    /// It has ended.
    Ends,
}

/// How far one step came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// On; the next step may follow.
    On,
    /// To something that is not done in this turn any more.
    Later,
    /// To something that must be waited for.
    Waits,
    /// To the end of the answer.
    Done,
    /// To what is spoken beside the event loops.
    PassesOn,
    /// To the end of the connection.
    Ends,
}

impl Desk {
    pub(super) fn new(shared: Arc<Shared>, inbox: Arc<Inbox>) -> Self {
        let batch = shared.inner.tls.as_ref().map(|_| Batch::new());
        Self {
            now: shared.clock.monotonic(),
            wall: shared.clock.now(),
            answers: Answers::new(Arc::clone(&shared)),
            shared,
            inbox,
            paced: Timers::default(),
            scratch: vec![0; READ_BYTES].into(),
            batch: batch.unwrap_or_default(),
            greetings: 0,
            is_draining: false,
            notes: Notes::default(),
        }
    }

    pub(super) fn filler(&self) -> &Filler {
        &self.shared.inner.library.filler
    }

    /// Reads the clock, once a turn.
    pub(super) fn turn(&mut self) {
        self.now = self.shared.clock.monotonic();
        self.wall = self.shared.clock.now();
        self.answers.turn(self.wall);
        self.greetings = 0;
    }

    /// Brings a connection on until it must wait or has had its share of the turn.
    pub(super) fn drive(&mut self, connection: &mut Connection, key: Key) -> Fate {
        if let Err(Step::Ends) = catch_up(connection) {
            return Fate::Ends;
        }
        for _ in 0..TURN_STEPS {
            let step = match connection.talk.phase() {
                Phase::Greeting => self.greet(connection),
                Phase::Idle | Phase::Reading => self.hear(connection, key),
                Phase::Pending => Step::Waits,
                Phase::Sending => self.send(connection, key),
            };
            match step {
                Step::On => {}
                Step::Later => return Fate::GoesOn,
                Step::Waits => return Fate::Waits,
                Step::PassesOn => return Fate::PassesOn,
                Step::Done if self.finish(connection) => {}
                Step::Done | Step::Ends => return Fate::Ends,
            }
        }
        Fate::GoesOn
    }

    /// Brings the handshake on.
    fn greet(&mut self, connection: &mut Connection) -> Step {
        if self.greetings == TURN_GREETINGS {
            return Step::Later;
        }
        self.greetings += 1;
        let metrics = &self.shared.inner.metrics;
        let passes_on = self.shared.arrivals.is_some();
        match connection.transport.greet(passes_on) {
            Ok(Greeted::Waits) => Step::Waits,
            Ok(Greeted::OffersH2) => Step::PassesOn,
            Ok(Greeted::Done { is_resumed }) => {
                metrics.greeted(if is_resumed { "resumed" } else { "full" });
                connection.talk.greeted(self.now);
                // A request may have come with the handshake's end.
                connection.is_readable = true;
                Step::On
            }
            Ok(Greeted::Plain) => {
                metrics.greeted("plain");
                self.refuse_at_once(connection, &Refusal::in_clear());
                Step::On
            }
            Err(error) => {
                metrics.greeted("failed");
                tracing::debug!(%error, "a handshake failed");
                Step::Ends
            }
        }
    }

    /// Takes the next head from what has come, or reads on.
    fn hear(&mut self, connection: &mut Connection, key: Key) -> Step {
        if connection.talk.phase() == Phase::Reading {
            let mut fields = NO_FIELDS;
            match parse(connection.talk.input(), &mut fields) {
                Parsed::Whole(head, taken) => {
                    let plan = self.answer(&head, key);
                    connection.talk.asked(taken, self.now);
                    self.follow(connection, plan);
                    return Step::On;
                }
                Parsed::Bad(bad) => {
                    self.refuse_at_once(connection, &Refusal::from(bad));
                    return Step::On;
                }
                Parsed::Partial => {}
            }
        }
        if !connection.is_readable {
            return Step::Waits;
        }
        let room = connection.talk.room().min(self.scratch.len());
        match connection.transport.read(&mut self.scratch[..room]) {
            Ok(0) => Step::Ends,
            Ok(read) => {
                connection.is_readable =
                    connection.transport.may_have_more(read, room) || connection.is_half_closed;
                connection.talk.take(&self.scratch[..read], self.now);
                Step::On
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                connection.is_readable = false;
                Step::Waits
            }
            Err(_) => Step::Ends,
        }
    }

    /// Refuses what was not understood; the connection ends with that.
    fn refuse_at_once(&self, connection: &mut Connection, refusal: &Refusal) {
        let asked = Asked {
            name: None,
            keep_alive: false,
            is_head: false,
            at: self.wall,
            began: self.now,
        };
        connection.answer = Some(self.answers.refuse(refusal, &asked));
        connection.talk.sends(self.now);
    }

    /// The answer has gone out; whether the connection goes on.
    fn finish(&mut self, connection: &mut Connection) -> bool {
        let keep_alive = connection
            .answer
            .as_ref()
            .is_some_and(|answer| answer.keep_alive);
        self.record(connection);
        connection.talk.answered(self.now);
        keep_alive
    }

    /// Lets go of a connection's answer and notes what was sent of it.
    pub(super) fn record(&mut self, connection: &mut Connection) {
        if let Some(answer) = connection.answer.take() {
            let event = answer.event(self.now);
            connection.unmeasured += u32::from(event.is_some());
            self.notes.enter(event);
        }
        if connection.unmeasured >= ROUND_TRIP_EVERY {
            self.measure(connection);
        }
    }

    /// Notes how long a round trip takes on a connection that was sent something since the last look.
    pub(super) fn measure(&self, connection: &mut Connection) {
        if std::mem::take(&mut connection.unmeasured) > 0
            && let Some(took) = connection.transport.round_trip()
        {
            let trips = &self.shared.inner.round_trips;
            trips.note(connection.from, took);
        }
    }

    /// Hands on what was noted, when there is enough of it or it has waited; `at_once` whatever there is.
    pub(super) fn flush(&mut self, at_once: bool) {
        self.notes.hand_on(&self.shared, self.now, at_once);
    }

    /// The pace of a play; none where plays are not paced.
    pub(super) fn pace(&self, connection: &mut Connection, play: SessionId) -> Option<Arc<Pace>> {
        if let Some((known, pace)) = &connection.client
            && *known == play
        {
            return Some(Arc::clone(pace));
        }
        let pace = self.shared.clients.of(play)?;
        connection.client = Some((play, Arc::clone(&pace)));
        Some(pace)
    }
}
