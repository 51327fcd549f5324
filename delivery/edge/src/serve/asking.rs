//! From a head to its answer, or to whoever can find it out.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::{Body as AxumBody, HttpBody as _};
use contracts_delivery::{ByteRange, FileName};
use http::{HeaderName, HeaderValue, Request, Response};
use tower::ServiceExt as _;

use crate::conditions;
use crate::head::{Head, Method};
use crate::limits::INLINE_BYTES;
use crate::prepare::{Ask, Outcome, Prepared, at_hand, prepare};
use crate::refusal::Refusal;

use super::answer::{self, FilmHead};
use super::connection::{Answer, Asked, Body, Connection, Record, Relay};
use super::desk::Desk;
use super::film::{Film, Next};
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
        let asked = Asked {
            name: None,
            keep_alive: head.keep_alive && !self.is_draining,
            is_head: head.method == Method::Head,
            at: self.wall,
            began: self.now,
        };
        if head.method == Method::Other {
            return self.refuse(&Refusal::method(), &asked);
        }
        let Some(rest) = head.path.strip_prefix("/p/") else {
            return self.ask_beside(head, asked, key);
        };
        if head.method == Method::Options {
            self.shared.inner.metrics.responded(200);
            let granted = answer::granted(&self.moment, asked.keep_alive);
            return Plan::Answer(Box::new(Answer::plain(granted, asked.keep_alive)));
        }
        let name = rest
            .split_once('/')
            .map(|(token, name)| (token, name.parse::<FileName>()));
        match name {
            Some((token, Ok(name))) => self.ask_film(head, token, name, asked, key),
            Some((_, Err(bad))) => self.refuse(&Refusal::not_found(bad.to_string()), &asked),
            None => self.refuse(
                &Refusal::not_found("there is nothing at this address"),
                &asked,
            ),
        }
    }

    fn ask_film(
        &mut self,
        head: &Head<'_, '_>,
        token: &str,
        name: FileName,
        asked: Asked,
        key: Key,
    ) -> Plan {
        let asked = Asked {
            name: Some(name),
            ..asked
        };
        let counts = conditions::range_counts(head.field("if-range"), name.hash);
        let ask = Ask {
            token: Cow::Borrowed(token),
            name,
            is_head: asked.is_head,
            is_known: conditions::is_known(head.field("if-none-match"), name.hash),
            range: head.field("range").filter(|_| counts).map(Cow::Borrowed),
        };
        let recent = &mut self.recent;
        if let Some(outcome) = at_hand(&self.shared.inner, &ask, || recent.hold(name.hash)) {
            return Plan::Answer(self.conclude(outcome, &asked));
        }
        let (ask, inner, inbox) = (
            ask.into_owned(),
            Arc::clone(&self.shared.inner),
            Arc::clone(&self.inbox),
        );
        self.shared.runtime.spawn(async move {
            let outcome = prepare(&inner, &ask).await;
            inbox.tell(key, Reply::Prepared(Box::new(outcome)));
        });
        Plan::Asked(Box::new(asked))
    }

    /// The answer that an outcome makes.
    pub(super) fn conclude(&mut self, outcome: Outcome, asked: &Asked) -> Box<Answer> {
        let (claims, name) = (outcome.claims, asked.name);
        let start = outcome
            .answer
            .as_ref()
            .map_or(0, |prepared| prepared.range.start);
        let (status, mut answer) = match (outcome.answer, name) {
            (Ok(prepared), Some(name)) => (prepared.status, self.film(prepared, name, asked)),
            (Err(refusal), _) => (refusal.status, self.refusal(&refusal, asked)),
            (Ok(_), None) => unreachable!("only a file's request is prepared"),
        };
        self.shared.inner.metrics.responded(status);
        if let (Some(claims), Some(file)) = (claims, name) {
            answer.record = Some(Record {
                at: asked.at,
                began: asked.began,
                claims,
                file,
                status,
                start,
            });
        }
        answer
    }

    fn film(&mut self, prepared: Prepared, name: FileName, asked: &Asked) -> Box<Answer> {
        let Prepared {
            status,
            range,
            bytes,
            start,
            held,
        } = prepared;
        if let Some(held) = &held {
            self.recent.enter(held);
        }
        let lines = self.recent.lines(name);
        let mut head = Vec::with_capacity(1 << 10);
        let said = FilmHead {
            status,
            lines: &lines,
            range,
            bytes,
            keep_alive: asked.keep_alive,
        };
        said.write(&self.moment, &mut head);
        let body = start.map_or(Body::None, |start| {
            let mut film = Film::new(start, range);
            self.inline(&mut film, &mut head, range);
            Body::Film(film)
        });
        Box::new(Answer {
            body,
            ..Answer::plain(head, asked.keep_alive)
        })
    }

    /// Puts a small body that is at hand behind its head, so that both go out in one call.
    fn inline(&self, film: &mut Film, head: &mut Vec<u8>, range: ByteRange) {
        if range.is_empty() || range.len() > INLINE_BYTES {
            return;
        }
        let inner = &self.shared.inner;
        let Next::Disk { start, bytes } = film.next(&inner.library.filler, inner.read_ahead) else {
            return;
        };
        let (begin, bytes) = (head.len(), bytes as usize);
        head.resize(begin + bytes, 0);
        let read = film
            .file()
            .stored_on()
            .and_then(|data| read_resident(data, start, &mut head[begin..]).ok()?);
        // What was not read, or not whole, is sent the long way, which also finds out why.
        if read == Some(bytes) {
            film.moved(bytes as u64);
            inner.metrics.bytes_served.inc_by(bytes as u64);
            self.shared.total.charge(bytes as u64, self.now);
        } else {
            head.truncate(begin);
        }
    }

    fn refuse(&self, refusal: &Refusal, asked: &Asked) -> Plan {
        self.shared.inner.metrics.responded(refusal.status);
        Plan::Answer(self.refusal(refusal, asked))
    }

    fn refusal(&self, refusal: &Refusal, asked: &Asked) -> Box<Answer> {
        let head = answer::refusal(refusal, &self.moment, asked.keep_alive, asked.is_head);
        Box::new(Answer::plain(head, asked.keep_alive))
    }

    /// Asks a route beside the films.
    fn ask_beside(&self, head: &Head<'_, '_>, asked: Asked, key: Key) -> Plan {
        let Some(request) = request_of(head) else {
            return self.refuse(
                &Refusal::not_found("there is nothing at this address"),
                &asked,
            );
        };
        let (routes, inbox) = (self.shared.beside.clone(), Arc::clone(&self.inbox));
        self.shared.runtime.spawn(async move {
            let response = match routes.oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            };
            inbox.tell(key, Reply::Beside(Box::new(response)));
        });
        Plan::Asked(Box::new(asked))
    }

    /// The answer that a route beside the films gave. One of unknown length ends with its connection.
    pub(super) fn relay(&self, response: Response<AxumBody>, asked: &Asked) -> Box<Answer> {
        let (mut parts, body) = response.into_parts();
        let length = body.size_hint().exact();
        if let Some(length) = length {
            parts
                .headers
                .entry(http::header::CONTENT_LENGTH)
                .or_insert(length.into());
        }
        let is_known = asked.is_head || parts.headers.contains_key(http::header::CONTENT_LENGTH);
        let keep_alive = asked.keep_alive && is_known;
        let head = answer::beside(&parts, &self.moment, keep_alive);
        let body = if asked.is_head || length == Some(0) {
            Body::None
        } else {
            Body::Relay(Relay {
                piece: bytes::Bytes::new(),
                rest: Some(body),
            })
        };
        Box::new(Answer {
            body,
            ..Answer::plain(head, keep_alive)
        })
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

/// A head as a request for a router; `None` when its target or a field is none there.
fn request_of(head: &Head<'_, '_>) -> Option<Request<AxumBody>> {
    let method = match head.method {
        Method::Get => http::Method::GET,
        Method::Head => http::Method::HEAD,
        Method::Options => http::Method::OPTIONS,
        Method::Other => return None,
    };
    let mut request = Request::builder().method(method).uri(head.target);
    for field in head.fields {
        let name = HeaderName::from_bytes(field.name.as_bytes()).ok()?;
        request = request.header(name, HeaderValue::from_bytes(field.value).ok()?);
    }
    request.body(AxumBody::empty()).ok()
}
