//! An event loop's way from a head to its answer, or to whoever can find it out.

use std::io::IoSliceMut;
use std::sync::Arc;

use tower::ServiceExt as _;

use crate::head::{Head, Method};
use crate::limits::INLINE_BYTES;
use crate::prepare::{Outcome, prepare};

use super::answers::Begun;
use super::connection::{Answer, Asked, Body, Connection};
use super::desk::Desk;
use super::film::Next;
use super::inbox::Reply;
use super::kernel::read_resident;
use super::timers::Key;

/// What a head leads to.
pub(super) enum Plan {
    /// This answer.
    Answer(Box<Answer>),
    /// Somebody was asked, and will tell the inbox.
    Asked(Box<Asked>),
}

impl Desk {
    /// Answers a request, or asks for what its answer needs.
    pub(super) fn answer(&mut self, head: &Head<'_, '_>, key: Key) -> Plan {
        let mut asked = Asked {
            name: None,
            keep_alive: head.keep_alive && !self.is_draining,
            is_head: head.method == Method::Head,
            at: self.wall,
            began: self.now,
        };
        match self.answers.begin(head, &mut asked) {
            Begun::Answer(mut answer) => {
                self.inline(&mut answer);
                return Plan::Answer(answer);
            }
            Begun::Film(ask) => {
                let (ask, inner) = (ask.into_owned(), Arc::clone(&self.shared.inner));
                let inbox = Arc::clone(&self.inbox);
                self.shared.runtime.spawn(async move {
                    let outcome = prepare(&inner, &ask).await;
                    inbox.tell(key, Reply::Prepared(Box::new(outcome)));
                });
            }
            Begun::Beside(request) => {
                let (routes, inbox) = (self.shared.beside.clone(), Arc::clone(&self.inbox));
                self.shared.runtime.spawn(async move {
                    let response = match routes.oneshot(request).await {
                        Ok(response) => response,
                        Err(never) => match never {},
                    };
                    inbox.tell(key, Reply::Beside(Box::new(response)));
                });
            }
        }
        Plan::Asked(Box::new(asked))
    }

    /// The answer that an outcome makes.
    pub(super) fn conclude(&mut self, outcome: Outcome, asked: &Asked) -> Box<Answer> {
        let mut answer = self.answers.conclude(outcome, asked);
        self.inline(&mut answer);
        answer
    }

    /// Puts a small body that is at hand behind its head, so that both go out in one call.
    fn inline(&self, answer: &mut Answer) {
        let (head, Body::Film(film)) = (&mut answer.head, &mut answer.body) else {
            return;
        };
        if film.left() == 0 || film.left() > INLINE_BYTES {
            return;
        }
        let inner = &self.shared.inner;
        let Next::Disk { start, bytes } = film.next(&inner.library.filler, inner.read_ahead) else {
            return;
        };
        let (begin, bytes) = (head.len(), bytes as usize);
        head.resize(begin + bytes, 0);
        let read = film.file().stored_on().and_then(|data| {
            read_resident(data, start, &mut [IoSliceMut::new(&mut head[begin..])]).ok()?
        });
        // What was not read, or not whole, is sent the long way, which also finds out why.
        if read == Some(bytes) {
            film.moved(bytes as u64);
            self.shared.sent(bytes as u64, None, self.now);
        } else {
            head.truncate(begin);
        }
    }

    /// Enters what a head led to.
    pub(super) fn follow(&self, connection: &mut Connection, plan: Plan) {
        match plan {
            Plan::Answer(answer) => {
                connection.answer = Some(answer);
                connection.talk.sends(self.now);
            }
            Plan::Asked(asked) => connection.asked = Some(asked),
        }
    }
}
