//! Answers to requests that come by streams, many on one connection, whatever protocol carries them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::request::Parts;
use parking_lot::Mutex;
use rustls::HandshakeKind;
use tower::ServiceExt as _;

use crate::head::{NO_FIELDS, of_stream};
use crate::limits::{ACCESS_FLUSH, MAX_MULTIPLEXED, PENDING_TIMEOUT};
use crate::prepare::prepare;
use crate::refusal::Refusal;

use super::answers::{Answers, Begun};
use super::connection::{Answer, Asked};
use super::notes::Notes;
use super::shared::Shared;
use super::stream_answer::StreamAnswer;

/// What a stream's request is put to: the same rules, limits and counters as that of an event loop.
pub struct StreamService {
    pub(super) shared: Arc<Shared>,
    pub(super) notes: Mutex<Notes>,
    answers: Mutex<Answers>,
    connections: AtomicUsize,
}

/// An answer that cannot begin or go on; its stream ends without one, or in the middle of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the answer is broken off")]
pub struct BrokenOff;

/// A connection's place among those of the appliance, until it is dropped.
pub struct Seat(Arc<StreamService>);

impl StreamService {
    pub(super) fn new(shared: Arc<Shared>) -> Arc<Self> {
        Arc::new(Self {
            answers: Mutex::new(Answers::new(Arc::clone(&shared))),
            notes: Mutex::default(),
            connections: AtomicUsize::new(0),
            shared,
        })
    }

    /// The time by the appliance's clock, of which its patience is told.
    pub fn now(&self) -> Duration {
        self.shared.clock.monotonic()
    }

    /// Takes a connection of a protocol in; `None` when there are too many.
    pub fn enter(self: &Arc<Self>, protocol: &str) -> Option<Seat> {
        if self.connections.fetch_add(1, Ordering::Relaxed) >= MAX_MULTIPLEXED {
            self.connections.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        let before = self.shared.connections.fetch_add(1, Ordering::Relaxed);
        let seat = Seat(Arc::clone(self));
        self.shared.inner.metrics.multiplexed(protocol);
        (before < self.shared.max_connections).then_some(seat)
    }

    /// A TLS handshake is over, and what it was; `None` when it failed.
    pub fn greeted(&self, kind: Option<HandshakeKind>) {
        self.shared.inner.metrics.greeted(match kind {
            None => "failed",
            Some(HandshakeKind::Resumed) => "resumed",
            Some(_) => "full",
        });
    }

    /// Finds the answer to a request; its body is not read.
    ///
    /// # Errors
    /// [`BrokenOff`] when it could not be found out in time.
    pub async fn answer(self: &Arc<Self>, request: &Parts) -> Result<StreamAnswer, BrokenOff> {
        let mut asked = Asked {
            name: None,
            keep_alive: true,
            is_head: request.method == http::Method::HEAD,
            at: self.shared.clock.now(),
            began: self.now(),
        };
        let begun = self.begin(request, &mut asked);
        let answer = tokio::time::timeout(PENDING_TIMEOUT, self.find_out(begun, &asked));
        let answer = answer.await.map_err(|_| BrokenOff)?;
        StreamAnswer::new(Arc::clone(self), answer)
    }

    fn begin<'a>(&self, request: &'a Parts, asked: &mut Asked) -> Begun<'a> {
        let mut answers = self.answers.lock();
        answers.turn(asked.at);
        match of_stream(request, &mut { NO_FIELDS }) {
            Ok(head) => answers.begin(&head, asked),
            Err(bad) => Begun::Answer(answers.refuse(&Refusal::of_stream(bad), asked)),
        }
    }

    async fn find_out(&self, begun: Begun<'_>, asked: &Asked) -> Box<Answer> {
        match begun {
            Begun::Answer(answer) => answer,
            Begun::Film(ask) => {
                let outcome = prepare(&self.shared.inner, &ask).await;
                self.answers.lock().conclude(outcome, asked)
            }
            Begun::Beside(request) => {
                let response = match self.shared.beside.clone().oneshot(request).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                };
                self.answers.lock().relay(response, asked)
            }
        }
    }

    /// Hands on what was noted of answers, again and again.
    pub(super) async fn hand_on_notes(&self) {
        let mut ticks = tokio::time::interval(ACCESS_FLUSH);
        loop {
            ticks.tick().await;
            self.hand_on();
        }
    }

    /// Hands on what was noted of answers.
    pub(super) fn hand_on(&self) {
        let now = self.now();
        self.notes.lock().hand_on(&self.shared, now, true);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
        self.0.shared.connections.fetch_sub(1, Ordering::Relaxed);
    }
}
