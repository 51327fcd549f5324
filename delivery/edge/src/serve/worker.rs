//! An event loop: its connections, and the turns it takes with them. It never waits but for the next event.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token, Waker};
use slab::Slab;

use crate::limits::{ACCEPT_PAUSE, ACCEPTS, DRAIN, EVENTS, LET_GO, LOOK_EVERY, TICK};

use super::connection::{Body, Connection};
use super::desk::{Desk, Fate};
use super::inbox::{Inbox, Reply};
use super::kernel::is_out_of_files;
use super::shared::Shared;
use super::timers::{Key, Timers};
use super::transport::Transport;

const LISTENER: Token = Token(usize::MAX);
const INBOX: Token = Token(usize::MAX - 1);

/// One of an appliance's event loops.
pub(crate) struct Worker {
    poll: Poll,
    /// Absent once nothing new is begun.
    listener: Option<TcpListener>,
    connections: Slab<Connection>,
    serial: u64,
    /// When each connection must be looked at.
    deadlines: Timers,
    /// Connections that go on after the others have.
    queue: VecDeque<Key>,
    /// When accepting goes on; absent when there was nothing to accept.
    accept_at: Option<Duration>,
    drained_by: Option<Duration>,
    desk: Desk,
}

impl Worker {
    pub(crate) fn new(
        listener: StdListener,
        shared: Arc<Shared>,
    ) -> io::Result<(Self, Arc<Inbox>)> {
        let poll = Poll::new()?;
        let mut listener = TcpListener::from_std(listener);
        poll.registry()
            .register(&mut listener, LISTENER, Interest::READABLE)?;
        let inbox = Arc::new(Inbox::new(Waker::new(poll.registry(), INBOX)?));
        let worker = Self {
            poll,
            listener: Some(listener),
            connections: Slab::new(),
            serial: 0,
            deadlines: Timers::default(),
            queue: VecDeque::new(),
            accept_at: None,
            drained_by: None,
            desk: Desk::new(shared, Arc::clone(&inbox)),
        };
        Ok((worker, inbox))
    }

    /// Serves until it is told to stop and its answers have gone out.
    pub(crate) fn run(mut self) -> io::Result<()> {
        let runtime = self.desk.shared.runtime.clone();
        // Fills are started from here.
        let _entered = runtime.enter();
        let mut events = Events::with_capacity(EVENTS);
        while !self.is_over() {
            match self.poll.poll(&mut events, Some(self.patience())) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                polled => polled?,
            }
            self.desk.turn();
            for event in &events {
                match event.token() {
                    LISTENER => self.accept_at = Some(self.desk.now),
                    INBOX => self.deliver(),
                    Token(place) => self.wake(place, event),
                }
            }
            self.drain_if_told();
            self.accept();
            self.go_on();
            self.look_at_times();
            // A turn in which nothing happened is as good a time as any.
            self.desk.flush(events.is_empty());
        }
        self.end();
        Ok(())
    }

    /// How long there is nothing to do unless something happens.
    fn patience(&self) -> Duration {
        if !self.queue.is_empty() {
            return Duration::ZERO;
        }
        let next = [
            self.desk.paced.next(),
            self.deadlines.next(),
            self.accept_at,
        ];
        let next = next.into_iter().flatten().min();
        let wait = next.map_or(TICK, |at| at.saturating_sub(self.desk.now));
        // A nanosecond short of a time is too early, and asking again at once helps nobody.
        wait.clamp(Duration::ZERO, TICK)
    }

    fn is_over(&self) -> bool {
        self.drained_by
            .is_some_and(|by| self.connections.is_empty() || self.desk.now >= by)
    }

    fn accept(&mut self) {
        let Some(at) = self.accept_at else { return };
        if at > self.desk.now {
            return;
        }
        for _ in 0..ACCEPTS {
            let Some(listener) = &self.listener else {
                self.accept_at = None;
                return;
            };
            match listener.accept() {
                Ok((stream, from)) => self.welcome(stream, from.ip()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.accept_at = None;
                    return;
                }
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) if is_out_of_files(&error) && self.make_room() => {}
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    self.accept_at = Some(self.desk.now + ACCEPT_PAUSE);
                    return;
                }
            }
        }
    }

    /// Takes a new connection in, unless there are too many.
    fn welcome(&mut self, stream: TcpStream, from: IpAddr) {
        if self.is_full() && !self.make_room() {
            return;
        }
        let tls = self.desk.shared.inner.tls.as_ref().map(|tls| &tls.config);
        let mut transport = match Transport::new(stream, tls) {
            Ok(transport) => transport,
            Err(error) => {
                tracing::warn!(%error, "cannot begin a TLS session");
                return;
            }
        };
        let entry = self.connections.vacant_entry();
        let place = entry.key();
        let both = Interest::READABLE | Interest::WRITABLE;
        let source = transport.source();
        // A small answer must not wait for the next one; a peer already gone shows later.
        let _ = source.set_nodelay(true);
        if let Err(error) = self.poll.registry().register(source, Token(place), both) {
            tracing::warn!(%error, "cannot watch a connection");
            return;
        }
        self.desk.shared.connections.fetch_add(1, Ordering::Relaxed);
        self.serial += 1;
        entry.insert(Connection::new(transport, from, self.serial, self.desk.now));
        let look_at = self.desk.now + LOOK_EVERY;
        self.deadlines.enter(look_at, (place, self.serial));
    }

    fn is_full(&self) -> bool {
        let shared = &self.desk.shared;
        shared.connections.load(Ordering::Relaxed) >= shared.max_connections
    }

    /// Lets go of connections that nobody has asked on for longest; whether there were any.
    fn make_room(&mut self) -> bool {
        let mut idle = self.idle();
        if idle.len() > LET_GO {
            idle.select_nth_unstable(LET_GO);
            idle.truncate(LET_GO);
        }
        let let_go = &self.desk.shared.inner.metrics.connections_let_go;
        let_go.inc_by(idle.len() as u64);
        for &(_, key) in &idle {
            self.remove(key);
        }
        !idle.is_empty()
    }

    /// Connections on which nothing is asked, and since when.
    fn idle(&self) -> Vec<(Duration, Key)> {
        let all = self.connections.iter();
        all.filter_map(|(place, one)| Some((one.talk.idle_since()?, (place, one.serial))))
            .collect()
    }

    fn wake(&mut self, place: usize, event: &mio::event::Event) {
        let Some(connection) = self.connections.get_mut(place) else {
            return;
        };
        let is_gone = event.is_error() || (event.is_read_closed() && event.is_write_closed());
        connection.is_readable |= event.is_readable() || event.is_read_closed();
        connection.is_half_closed |= event.is_read_closed();
        connection.is_writable |= event.is_writable();
        let key = (place, connection.serial);
        if is_gone {
            self.remove(key);
        } else {
            self.drive(key);
        }
    }

    /// Brings the connections on that had not done when their share of the last turn was over.
    fn go_on(&mut self) {
        for _ in 0..self.queue.len() {
            let Some(key) = self.queue.pop_front() else {
                return;
            };
            if let Some(connection) = self.get(key) {
                connection.is_queued = false;
                self.drive(key);
            }
        }
    }

    fn deliver(&mut self) {
        for (key, reply) in self.desk.inbox.take() {
            if self.get(key).is_some() {
                if self.hand_over(key, reply) {
                    self.drive(key);
                } else {
                    self.remove(key);
                }
            }
        }
    }

    /// Gives a connection what it waited for; whether it goes on.
    fn hand_over(&mut self, (place, _): Key, reply: Reply) -> bool {
        let (connection, desk) = (&mut self.connections[place], &mut self.desk);
        let answered = match reply {
            Reply::Prepared(outcome) => {
                let Some(asked) = connection.asked.take() else {
                    return false;
                };
                connection.answer = Some(desk.conclude(*outcome, &asked));
                true
            }
            Reply::Beside(response) => {
                let Some(asked) = connection.asked.take() else {
                    return false;
                };
                connection.answer = Some(desk.answers.relay(*response, &asked));
                true
            }
            reply => match (
                connection
                    .answer
                    .as_deref_mut()
                    .map(|answer| &mut answer.body),
                reply,
            ) {
                (Some(Body::Film(film)), Reply::Block(Ok(block))) => {
                    film.brought(block);
                    true
                }
                (Some(Body::Film(film)), Reply::Resident(read)) => {
                    film.is_brought(read, desk.filler());
                    true
                }
                (Some(Body::Relay(relay)), Reply::Piece(Ok(next))) => {
                    if let Some((piece, rest)) = next {
                        relay.piece = piece;
                        relay.rest = Some(rest);
                    }
                    true
                }
                // A block that cannot be brought in the middle: breaking off is the only way to say it.
                _ => false,
            },
        };
        connection.talk.sends(desk.now);
        answered
    }

    fn drive(&mut self, key: Key) {
        let Some(connection) = self.connections.get_mut(key.0) else {
            return;
        };
        match self.desk.drive(connection, key) {
            Fate::Waits => {}
            Fate::GoesOn => {
                if !std::mem::replace(&mut connection.is_queued, true) {
                    self.queue.push_back(key);
                }
            }
            Fate::PassesOn => self.pass_on(key),
            Fate::Ends => self.remove(key),
        }
    }

    /// Gives a connection to whoever speaks its protocol beside the event loops. One that finds no room there is
    /// closed.
    fn pass_on(&mut self, (place, _): Key) {
        let mut transport = self.connections.remove(place).transport;
        let shared = &self.desk.shared;
        shared.connections.fetch_sub(1, Ordering::Relaxed);
        if let Err(error) = self.poll.registry().deregister(transport.source()) {
            tracing::warn!(%error, "cannot let go of a connection");
            return;
        }
        if let Some(arrivals) = &shared.arrivals
            && arrivals.try_send(transport.into()).is_err()
        {
            tracing::debug!("more connections of HTTP/2 come than can be begun");
        }
    }

    fn look_at_times(&mut self) {
        while let Some(key) = self.desk.paced.due(self.desk.now) {
            if let Some(connection) = self.get(key) {
                connection.is_paced = false;
                self.connections[key.0].talk.excused(self.desk.now);
                self.drive(key);
            }
        }
        while let Some(key) = self.deadlines.due(self.desk.now) {
            let now = self.desk.now;
            let Some(connection) = self.get(key) else {
                continue;
            };
            if !connection.is_paced && connection.talk.is_overdue(now) {
                self.remove(key);
            } else {
                let next = connection.talk.due().min(now + LOOK_EVERY).max(now + TICK);
                // A socket that was taken for full and was not would say nothing more.
                connection.is_writable = true;
                self.deadlines.enter(next, key);
                self.drive(key);
            }
        }
    }

    /// Told to stop, it lets go of the listener and of connections that ask nothing, and ends each of the
    /// others with its answer.
    fn drain_if_told(&mut self) {
        if self.drained_by.is_some() || !self.desk.shared.is_draining.load(Ordering::Acquire) {
            return;
        }
        self.drained_by = Some(self.desk.now + DRAIN);
        self.desk.is_draining = true;
        if let Some(mut listener) = self.listener.take() {
            let _ = self.poll.registry().deregister(&mut listener);
        }
        for (_, key) in self.idle() {
            self.remove(key);
        }
        for (_, connection) in &mut self.connections {
            if let Some(answer) = &mut connection.answer {
                answer.keep_alive = false;
            }
            if let Some(asked) = &mut connection.asked {
                asked.keep_alive = false;
            }
        }
    }

    fn end(&mut self) {
        let left: Vec<Key> = self
            .connections
            .iter()
            .map(|(place, connection)| (place, connection.serial))
            .collect();
        for key in left {
            self.remove(key);
        }
        self.desk.flush(true);
    }

    fn get(&mut self, (place, serial): Key) -> Option<&mut Connection> {
        self.connections
            .get_mut(place)
            .filter(|connection| connection.serial == serial)
    }

    fn remove(&mut self, key: Key) {
        if self.get(key).is_none() {
            return;
        }
        let mut connection = self.connections.remove(key.0);
        self.desk.record(&mut connection);
        self.desk.measure(&mut connection);
        self.desk.shared.connections.fetch_sub(1, Ordering::Relaxed);
        connection.transport.close(&mut self.desk.scratch);
    }
}
