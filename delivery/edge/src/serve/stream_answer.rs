//! An answer on its way out by a stream: its head, then as much of its body as there is room for, piece by piece.

use std::io::{self, IoSliceMut};
use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use crate::limits::{STREAM_PIECE, TICK};

use super::answer::head_of;
use super::connection::{Answer, Body, Relay};
use super::conversation::Conversation;
use super::disk::{Told, Wanted};
use super::film::{Film, Next};
use super::pacing::Pace;
use super::sending::{is_of_disk, next_piece, read_ready};
use super::shared::Shared;
use super::stream::{BrokenOff, StreamService};

/// An answer. What was sent of it is noted when it is dropped.
pub struct StreamAnswer {
    service: Arc<StreamService>,
    head: Response<()>,
    answer: Box<Answer>,
    talk: Conversation,
    pace: Option<Arc<Pace>>,
}

impl StreamAnswer {
    pub(super) fn new(
        service: Arc<StreamService>,
        mut answer: Box<Answer>,
    ) -> Result<Self, BrokenOff> {
        let (head, rest) = head_of(&answer.head).ok_or(BrokenOff)?;
        if !rest.is_empty() {
            answer.body = Body::Relay(Relay {
                piece: Bytes::copy_from_slice(rest),
                rest: None,
            });
        }
        let play = answer.record.as_ref().map(|record| record.claims.session);
        let pace = play.and_then(|play| service.shared.clients.of(play));
        let mut talk = Conversation::new(service.now());
        talk.sends(service.now());
        Ok(Self {
            service,
            head,
            answer,
            talk,
            pace,
        })
    }

    /// Its status and fields.
    pub const fn head(&self) -> &Response<()> {
        &self.head
    }

    /// Whether nothing, or nothing more, follows.
    pub fn is_over(&self) -> bool {
        match &self.answer.body {
            Body::None => true,
            Body::Film(film) => film.left() == 0,
            Body::Relay(relay) => relay.piece.is_empty() && relay.rest.is_none(),
        }
    }

    /// Waits for the other side; `None` when it has taken too little for too long.
    pub async fn until<T>(&mut self, taken: impl Future<Output = T>) -> Option<T> {
        let mut taken = pin!(taken);
        while !self.talk.is_overdue(self.service.now()) {
            if let Ok(taken) = timeout(TICK, &mut taken).await {
                return Some(taken);
            }
        }
        None
    }

    /// The next bytes of the body, `most` at most, once they are here and their pace lets them go; `None` after the
    /// last.
    ///
    /// # Errors
    /// [`BrokenOff`] when they cannot be brought: breaking off is the only way to say it.
    pub async fn piece(&mut self, most: usize) -> Result<Option<Bytes>, BrokenOff> {
        let most = most.clamp(1, STREAM_PIECE);
        let piece = match &self.answer.body {
            Body::None => None,
            Body::Film(_) => self.film_piece(most).await?,
            Body::Relay(_) => self.relay_piece(most).await?,
        };
        self.talk
            .moved(piece.as_ref().map_or(0, |piece| piece.len() as u64));
        Ok(piece)
    }

    async fn film_piece(&mut self, most: usize) -> Result<Option<Bytes>, BrokenOff> {
        let service = Arc::clone(&self.service);
        let (shared, library) = (&service.shared, &service.shared.inner.library);
        let mut has_waited = until_paced(shared, self.pace.as_deref()).await;
        let Body::Film(film) = &mut self.answer.body else {
            return Ok(None);
        };
        let piece = loop {
            match film.next(&library.filler, shared.inner.read_ahead) {
                Next::End => return Ok(None),
                Next::Gone => return Err(BrokenOff),
                Next::Memory(bytes) => break bytes.slice(..bytes.len().min(most)),
                Next::Missing(block) => {
                    let source = Arc::clone(film.file());
                    let block = source.block(block, &library.filler).await;
                    film.brought(block.map_err(|_| BrokenOff)?);
                    has_waited = true;
                }
                Next::Disk { start, bytes } => {
                    if let Some(piece) = stored(film, shared, start, bytes, most).await? {
                        break piece;
                    }
                    has_waited = true;
                }
            }
        };
        film.moved(piece.len() as u64);
        shared.sent(piece.len() as u64, self.pace.as_deref(), service.now());
        if has_waited {
            // That time was ours.
            self.talk.sends(service.now());
        }
        Ok(Some(piece))
    }

    async fn relay_piece(&mut self, most: usize) -> Result<Option<Bytes>, BrokenOff> {
        let Body::Relay(relay) = &mut self.answer.body else {
            return Ok(None);
        };
        if relay.piece.is_empty()
            && let Some(rest) = relay.rest.take()
            && let Some((piece, rest)) = next_piece(rest).await.map_err(|_| BrokenOff)?
        {
            relay.piece = piece;
            relay.rest = Some(rest);
            self.talk.sends(self.service.now());
        }
        let piece = relay.piece.split_to(relay.piece.len().min(most));
        Ok((!piece.is_empty()).then_some(piece))
    }
}

/// Waits until bytes may go; whether it had to.
async fn until_paced(shared: &Shared, play: Option<&Pace>) -> bool {
    let mut has_waited = false;
    loop {
        let now = shared.clock.monotonic();
        match shared.ready(play, now) {
            Ok(()) => return has_waited,
            Err(at) => sleep(at.saturating_sub(now).min(TICK)).await,
        }
        has_waited = true;
    }
}

/// Reads from the disk; `None` when it had to be waited for, or has lost what it should have, and the next look
/// finds more.
async fn stored(
    film: &mut Film,
    shared: &Shared,
    start: u64,
    bytes: u64,
    most: usize,
) -> Result<Option<Bytes>, BrokenOff> {
    let filler = &shared.inner.library.filler;
    let mut piece = vec![0; most.min(bytes as usize)];
    match read_ready(film, start, &mut [IoSliceMut::new(&mut piece)]) {
        Ok(Some(0)) => film.lost(filler, &io::ErrorKind::UnexpectedEof.into()),
        Ok(Some(read)) => {
            piece.truncate(read);
            return Ok(Some(piece.into()));
        }
        Ok(None) => {
            let (tell, told) = oneshot::channel();
            let disk = shared.disk.as_ref().ok_or(BrokenOff)?;
            disk.want(Wanted::of(film, start, bytes, Told::Stream(tell)));
            film.is_brought(told.await.map_err(|_| BrokenOff)?, filler);
        }
        Err(error) if is_of_disk(&error) => film.lost(filler, &error),
        Err(_) => return Err(BrokenOff),
    }
    Ok(None)
}

impl Drop for StreamAnswer {
    fn drop(&mut self) {
        let (now, shared) = (self.service.now(), &self.service.shared);
        let mut notes = self.service.notes.lock();
        notes.enter(self.answer.event(now));
        notes.hand_on(shared, now, false);
    }
}
