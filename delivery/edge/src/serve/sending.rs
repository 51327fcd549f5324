//! An answer's bytes onto its connection, a bounded step at a time.

use std::io::{self, IoSliceMut};
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::BodyExt as _;

use crate::limits::{LOOK_AGAIN, SEAL_STEP};

use super::connection::{Answer, Body, Connection, Relay};
use super::desk::{Desk, Step};
use super::disk::{Told, Wanted};
use super::film::{Film, Next};
use super::inbox::Reply;
use super::kernel::{is_resident, read_resident};
use super::records::Batch;
use super::timers::Key;
use super::transport::Transport;

impl Desk {
    /// Sends the next of an answer.
    pub(super) fn send(&mut self, connection: &mut Connection, key: Key) -> Step {
        if !connection.is_writable || connection.is_paced {
            return Step::Waits;
        }
        let Some(mut answer) = connection.answer.take() else {
            return Step::Ends;
        };
        let step = self.send_of(&mut answer, connection, key);
        connection.answer = Some(answer);
        settle_records(connection, step)
    }

    fn send_of(&mut self, answer: &mut Answer, connection: &mut Connection, key: Key) -> Step {
        if answer.head_sent < answer.head.len() {
            let more = answer.has_more();
            let sent = connection
                .transport
                .send(&answer.head[answer.head_sent..], more);
            return match settle(connection, sent) {
                Ok(sent) => {
                    answer.head_sent += sent as usize;
                    Step::On
                }
                Err(step) => step,
            };
        }
        let play = answer.record.as_ref().map(|record| record.claims.session);
        match &mut answer.body {
            Body::None => Step::Done,
            Body::Relay(relay) => self.send_relay(relay, connection, key),
            Body::Film(film) => {
                let pace = play.and_then(|play| self.pace(connection, play));
                if let Err(at) = self.shared.ready(pace.as_deref(), self.now)
                    && film.left() > 0
                {
                    connection.is_paced = true;
                    self.paced.enter(at, key);
                    return Step::Waits;
                }
                let before = film.sent();
                let step = self.send_film(film, connection, key);
                let sent = film.sent() - before;
                if sent > 0 {
                    self.shared.sent(sent, pace.as_deref(), self.now);
                }
                // Whoever reads it is at work on what has gone out; meanwhile it is the others' turn.
                let goes_on = sent > 0 && film.left() > 0 && connection.is_writable;
                if step == Step::On && goes_on {
                    Step::Later
                } else {
                    step
                }
            }
        }
    }

    fn send_film(&mut self, film: &mut Film, connection: &mut Connection, key: Key) -> Step {
        let inner = Arc::clone(&self.shared.inner);
        match film.next(&inner.library.filler, inner.read_ahead) {
            Next::End => Step::Done,
            Next::Gone => Step::Ends,
            Next::Memory(bytes) => {
                let more = film.left() > bytes.len() as u64;
                let sent = connection.transport.send(&bytes, more);
                note(film, settle(connection, sent))
            }
            Next::Missing(block) => {
                self.ask_block(film, block, key);
                connection.talk.waits(self.now);
                Step::Waits
            }
            Next::Disk { start, bytes } => {
                let transport = &mut connection.transport;
                let sent = if transport.is_clear() {
                    stored(film, transport, start, bytes)
                } else {
                    sealed(film, transport, start, bytes, &mut self.batch)
                };
                let sent = match sent {
                    Ok(Some(sent)) => Ok(sent),
                    Ok(None) => {
                        self.ask_disk(film, start, bytes, key);
                        connection.talk.waits(self.now);
                        return Step::Waits;
                    }
                    Err(error) => Err(error),
                };
                self.sent_stored(film, connection, sent)
            }
        }
    }

    /// What came of sending from the disk. A failing disk and a peer that is gone look alike here: the block
    /// is read once more by whoever may wait for it.
    fn sent_stored(
        &self,
        film: &mut Film,
        connection: &mut Connection,
        sent: io::Result<(usize, usize)>,
    ) -> Step {
        let filler = &self.shared.inner.library.filler;
        match sent {
            Ok((0, _)) => {
                film.lost(filler, &io::ErrorKind::UnexpectedEof.into());
                Step::On
            }
            Err(error) if is_of_disk(&error) => {
                film.lost(filler, &error);
                Step::On
            }
            Ok((sent, wanted)) => {
                // Less than there was: the socket is full (epoll(7)).
                connection.is_writable = sent == wanted;
                note(film, settle(connection, Ok(sent)))
            }
            Err(error) => note(film, settle(connection, Err(error))),
        }
    }

    fn ask_block(&self, film: &Film, block: u32, key: Key) {
        let (source, inbox) = (Arc::clone(film.file()), Arc::clone(&self.inbox));
        let filler = Arc::clone(&self.shared.inner.library.filler);
        self.shared.runtime.spawn(async move {
            let block = source.block(block, &filler).await;
            inbox.tell(key, Reply::Block(block));
        });
    }

    /// Asks the disk for the next part.
    fn ask_disk(&self, film: &Film, start: u64, bytes: u64, key: Key) {
        if let Some(disk) = &self.shared.disk {
            let told = Told::Loop(Arc::clone(&self.inbox), key);
            disk.want(Wanted::of(film, start, bytes, told));
        }
    }

    fn send_relay(&mut self, relay: &mut Relay, connection: &mut Connection, key: Key) -> Step {
        if !relay.piece.is_empty() {
            let sent = connection
                .transport
                .send(&relay.piece, relay.rest.is_some());
            return match settle(connection, sent) {
                Ok(sent) => {
                    let _ = relay.piece.split_to(sent as usize);
                    Step::On
                }
                Err(step) => step,
            };
        }
        let Some(rest) = relay.rest.take() else {
            return Step::Done;
        };
        let inbox = Arc::clone(&self.inbox);
        self.shared.runtime.spawn(async move {
            inbox.tell(key, Reply::Piece(next_piece(rest).await));
        });
        connection.talk.waits(self.now);
        Step::Waits
    }
}

impl Answer {
    /// Whether something follows the head at once.
    fn has_more(&self) -> bool {
        match &self.body {
            Body::None => false,
            Body::Film(film) => film.left() > 0,
            Body::Relay(_) => true,
        }
    }
}

/// Sends from the disk, unless that would wait for it; how many bytes of how many. What was seen in the page cache is
/// not looked for again until most of it has gone out.
fn stored(
    film: &mut Film,
    transport: &mut Transport,
    start: u64,
    bytes: u64,
) -> io::Result<Option<(usize, usize)>> {
    let source = Arc::clone(film.file());
    let Some(data) = source.stored_on() else {
        return Ok(Some((0, 0)));
    };
    let seen = film.resident_left();
    if seen < bytes.min(LOOK_AGAIN) && is_resident(data, start + seen, bytes - seen)? {
        film.resident(start + bytes);
    }
    let wanted = film.resident_left().min(bytes) as usize;
    if wanted == 0 {
        return Ok(None);
    }
    let sent = transport.send_file(data, start, wanted)?;
    Ok(Some((sent, wanted)))
}

/// As [`stored`], by TLS: reading tells what is in the page cache.
fn sealed(
    film: &Film,
    transport: &mut Transport,
    start: u64,
    bytes: u64,
    batch: &mut Batch,
) -> io::Result<Option<(usize, usize)>> {
    let most = bytes.min(SEAL_STEP as u64) as usize;
    let Some(read) = read_ready(film, start, &mut batch.places(most))? else {
        return Ok(None);
    };
    if read == 0 {
        return Ok(Some((0, most)));
    }
    batch.fill(read);
    let sent = transport.send_batch(batch)?;
    Ok(Some((sent, sent)))
}

/// Reads stored bytes that need not be waited for into several places by turns, how many of them it says; `None` when
/// the disk must bring them first. None at all where the stored file is shorter.
pub(super) fn read_ready(
    film: &Film,
    start: u64,
    into: &mut [IoSliceMut<'_>],
) -> io::Result<Option<usize>> {
    let Some(data) = film.file().stored_on() else {
        return Ok(Some(0));
    };
    let found = read_resident(data, start, into)?;
    if found.is_some() || film.resident_left() == 0 {
        return Ok(found);
    }
    // A thread has just brought it; the file system cannot say so, or it is gone again.
    let (mut read, brought) = (0, film.resident_left() as usize);
    for place in into {
        let wanted = place.len().min(brought - read);
        let got = data.read_at(&mut place[..wanted], start + read as u64)?;
        read += got;
        if got < place.len() {
            break;
        }
    }
    Ok(Some(read))
}

/// Whether it is the disk that failed.
pub(super) fn is_of_disk(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error())
}

/// Sends records that waited for room, now that there may be some.
pub(super) fn catch_up(connection: &mut Connection) -> Result<(), Step> {
    if !connection.is_writable || !connection.transport.is_full() {
        return Ok(());
    }
    let flushed = connection.transport.flush();
    settle(connection, flushed.map(|()| 0)).map(|_| ())
}

/// By TLS, what a step leaves behind: nothing is held when no other step follows, and an answer of which records
/// wait has not gone out.
fn settle_records(connection: &mut Connection, step: Step) -> Step {
    if connection.transport.is_clear() || step == Step::Ends {
        return step;
    }
    if step != Step::On && !connection.transport.is_full() {
        let flushed = connection.transport.flush();
        if settle(connection, flushed.map(|()| 0)) == Err(Step::Ends) {
            return Step::Ends;
        }
    }
    if connection.transport.is_full() {
        connection.is_writable = false;
        return Step::Waits;
    }
    step
}

/// What a call that sends came to: bytes, or the step that follows from none.
fn settle(connection: &mut Connection, sent: io::Result<usize>) -> Result<u64, Step> {
    match sent {
        Ok(sent) => {
            connection.talk.moved(sent as u64);
            Ok(sent as u64)
        }
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
            connection.is_writable = false;
            Err(Step::Waits)
        }
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(0),
        Err(_) => Err(Step::Ends),
    }
}

fn note(film: &mut Film, settled: Result<u64, Step>) -> Step {
    match settled {
        Ok(sent) => {
            film.moved(sent);
            Step::On
        }
        Err(step) => step,
    }
}

/// The next bytes of a body and what is left of it.
pub(super) async fn next_piece(
    mut body: axum::body::Body,
) -> Result<Option<(Bytes, axum::body::Body)>, axum::Error> {
    while let Some(frame) = body.frame().await {
        if let Ok(bytes) = frame?.into_data()
            && !bytes.is_empty()
        {
            return Ok(Some((bytes, body)));
        }
    }
    Ok(None)
}
