//! From a head to its answer, whatever transport brought it; or to what must be asked for first.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::{Body as AxumBody, HttpBody as _};
use contracts_delivery::FileName;
use http::{HeaderName, HeaderValue, Request, Response};
use platform_clock::Timestamp;

use crate::conditions;
use crate::head::{Head, Method};
use crate::prepare::{Ask, Outcome, Prepared, at_hand};
use crate::refusal::Refusal;

use super::answer::{self, FilmHead, Moment};
use super::connection::{Answer, Asked, Body, Record, Relay};
use super::film::Film;
use super::recent::RecentFiles;
use super::shared::Shared;

/// What answers are made with: an event loop's own, or that of all streams.
pub(crate) struct Answers {
    shared: Arc<Shared>,
    recent: RecentFiles,
    moment: Moment,
}

/// What a head leads to.
pub(super) enum Begun<'a> {
    /// This answer.
    Answer(Box<Answer>),
    /// One that [`crate::prepare::prepare`] finds out.
    Film(Ask<'a>),
    /// That of a route beside the films.
    Beside(Request<AxumBody>),
}

impl Answers {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self {
            recent: RecentFiles::default(),
            moment: Moment::telling(shared.inner.alternative.clone()),
            shared,
        }
    }

    /// It is so late.
    pub(super) fn turn(&mut self, wall: Timestamp) {
        self.moment.at(wall);
    }

    /// Answers a request, or says what its answer needs; enters the file into what was asked.
    pub(super) fn begin<'a>(&mut self, head: &Head<'_, 'a>, asked: &mut Asked) -> Begun<'a> {
        if head.method == Method::Other {
            return Begun::Answer(self.refuse(&Refusal::method(), asked));
        }
        let Some(rest) = head.path.strip_prefix("/p/") else {
            return request_of(head).map_or_else(
                || Begun::Answer(self.refuse(&Refusal::nothing_here(), asked)),
                Begun::Beside,
            );
        };
        if head.method == Method::Options {
            self.shared.inner.metrics.responded(200);
            let granted = answer::granted(&self.moment, asked.keep_alive);
            return Begun::Answer(Box::new(Answer::plain(granted, asked.keep_alive)));
        }
        let name = rest
            .split_once('/')
            .map(|(token, name)| (token, name.parse::<FileName>()));
        match name {
            Some((token, Ok(name))) => self.begin_film(head, token, name, asked),
            Some((_, Err(bad))) => {
                Begun::Answer(self.refuse(&Refusal::not_found(bad.to_string()), asked))
            }
            None => Begun::Answer(self.refuse(&Refusal::nothing_here(), asked)),
        }
    }

    fn begin_film<'a>(
        &mut self,
        head: &Head<'_, 'a>,
        token: &'a str,
        name: FileName,
        asked: &mut Asked,
    ) -> Begun<'a> {
        asked.name = Some(name);
        let counts = conditions::range_counts(head.field("if-range"), name.hash);
        let ask = Ask {
            token: Cow::Borrowed(token),
            name,
            is_head: asked.is_head,
            is_known: conditions::is_known(head.field("if-none-match"), name.hash),
            range: head.field("range").filter(|_| counts).map(Cow::Borrowed),
        };
        let recent = &mut self.recent;
        match at_hand(&self.shared.inner, &ask, || recent.hold(name.hash)) {
            Some(outcome) => Begun::Answer(self.conclude(outcome, asked)),
            None => Begun::Film(ask),
        }
    }

    /// The answer that an outcome makes.
    pub(super) fn conclude(&mut self, outcome: Outcome, asked: &Asked) -> Box<Answer> {
        let (claims, name) = (outcome.claims, asked.name);
        let start = outcome
            .answer
            .as_ref()
            .map_or(0, |prepared| prepared.range.start);
        let (status, mut answer) = match (outcome.answer, name) {
            (Ok(prepared), Some(name)) => {
                let status = prepared.status;
                self.shared.inner.metrics.responded(status);
                (status, self.film(prepared, name, asked))
            }
            (Err(refusal), _) => (refusal.status, self.refuse(&refusal, asked)),
            (Ok(_), None) => unreachable!("only a file's request is prepared"),
        };
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
        let body = start.map_or(Body::None, |start| Body::Film(Film::new(start, range)));
        Box::new(Answer {
            body,
            ..Answer::plain(head, asked.keep_alive)
        })
    }

    /// The answer that refuses.
    pub(super) fn refuse(&self, refusal: &Refusal, asked: &Asked) -> Box<Answer> {
        self.shared.inner.metrics.responded(refusal.status);
        let head = answer::refusal(refusal, &self.moment, asked.keep_alive, asked.is_head);
        Box::new(Answer::plain(head, asked.keep_alive))
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
