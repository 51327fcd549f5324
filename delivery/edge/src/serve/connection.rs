//! A connection, and the answer that goes out on it.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use contracts_delivery::{AccessEvent, Claims, FileName, SessionId};
use platform_clock::Timestamp;

use super::conversation::Conversation;
use super::film::Film;
use super::pacing::Pace;
use super::transport::Transport;

/// One player's connection.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a state of its own: of the socket, of the turn, of pacing"
)]
pub(crate) struct Connection {
    pub(crate) transport: Transport,
    pub(crate) talk: Conversation,
    /// Tells it from an earlier one at its place.
    pub(crate) serial: u64,
    /// There may be something to read, or room to write; cleared by the call that found none.
    pub(crate) is_readable: bool,
    pub(crate) is_writable: bool,
    /// The other side will send no more.
    pub(crate) is_half_closed: bool,
    /// It is among those that go on in this turn.
    pub(crate) is_queued: bool,
    /// It waits until it may send again.
    pub(crate) is_paced: bool,
    /// What was asked and is being found out.
    pub(crate) asked: Option<Box<Asked>>,
    pub(crate) answer: Option<Box<Answer>>,
    /// The pace of the play that used it last.
    pub(crate) client: Option<(SessionId, Arc<Pace>)>,
    /// Where the player is.
    pub(crate) from: IpAddr,
    /// Answers since its round-trip time was looked at.
    pub(crate) unmeasured: u32,
}

/// A request whose answer is being found out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    /// The file; none for a route beside the films.
    pub(crate) name: Option<FileName>,
    pub(crate) keep_alive: bool,
    pub(crate) is_head: bool,
    pub(crate) at: Timestamp,
    pub(crate) began: Duration,
}

/// An answer on its way out.
pub(crate) struct Answer {
    /// The head, with the body where that is small.
    pub(crate) head: Vec<u8>,
    pub(crate) head_sent: usize,
    pub(crate) body: Body,
    pub(crate) keep_alive: bool,
    pub(crate) record: Option<Record>,
}

/// What follows the head.
pub(crate) enum Body {
    /// Nothing.
    None,
    /// A file's bytes.
    Film(Film),
    /// What a route beside the films gives.
    Relay(Relay),
}

/// The body of a route beside the films: a piece that is here, and what is left.
pub(crate) struct Relay {
    pub(crate) piece: Bytes,
    pub(crate) rest: Option<axum::body::Body>,
}

/// What will be told of an answer when it has ended.
pub(crate) struct Record {
    pub(crate) at: Timestamp,
    pub(crate) began: Duration,
    pub(crate) claims: Claims,
    pub(crate) file: FileName,
    pub(crate) status: u16,
    /// Where in the file the answer begins.
    pub(crate) start: u64,
}

impl Connection {
    pub(crate) const fn new(
        transport: Transport,
        from: IpAddr,
        serial: u64,
        now: Duration,
    ) -> Self {
        let talk = if transport.is_clear() {
            Conversation::new(now)
        } else {
            Conversation::greeting(now)
        };
        Self {
            transport,
            talk,
            serial,
            is_readable: false,
            is_writable: true,
            is_half_closed: false,
            is_queued: false,
            is_paced: false,
            asked: None,
            answer: None,
            client: None,
            from,
            unmeasured: 0,
        }
    }
}

impl Answer {
    /// An answer that is all in its head.
    pub(crate) fn plain(head: Vec<u8>, keep_alive: bool) -> Self {
        Self {
            head,
            head_sent: 0,
            body: Body::None,
            keep_alive,
            record: None,
        }
    }

    /// What is told of it, now that it has ended.
    pub(crate) fn event(&self, now: Duration) -> Option<AccessEvent> {
        let record = self.record.as_ref()?;
        let (sent, filled) = match &self.body {
            Body::Film(film) => (film.sent(), film.filled),
            Body::None | Body::Relay(_) => (0, false),
        };
        let took = now.saturating_sub(record.began);
        Some(AccessEvent {
            at: record.at,
            session: record.claims.session,
            release: record.claims.release,
            file: record.file,
            status: record.status,
            start: record.start,
            sent,
            took_ms: u32::try_from(took.as_millis()).unwrap_or(u32::MAX),
            filled,
        })
    }
}
