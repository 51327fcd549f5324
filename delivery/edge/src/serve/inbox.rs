//! What others tell an event loop: answers of the asynchronous side and of the disk.

use std::io;

use bytes::Bytes;
use contracts_delivery::UpstreamError;
use parking_lot::Mutex;

use crate::file::Block;
use crate::prepare::Outcome;

use super::timers::Key;

/// What a connection waited for.
pub(crate) enum Reply {
    /// The answer to a request.
    Prepared(Box<Outcome>),
    /// A block is there, or is not.
    Block(Result<Block, UpstreamError>),
    /// The stored file is in the page cache up to this byte, or the disk failed.
    Resident(io::Result<u64>),
    /// A route beside the films has answered.
    Beside(Box<http::Response<axum::body::Body>>),
    /// The next bytes of such an answer, with what is left of it; `None` after the last.
    Piece(Result<Option<(Bytes, axum::body::Body)>, axum::Error>),
}

/// An event loop's letter box; bounded by its connections, each of which waits for one thing at most.
pub(crate) struct Inbox {
    replies: Mutex<Vec<(Key, Reply)>>,
    waker: mio::Waker,
}

impl Inbox {
    pub(crate) fn new(waker: mio::Waker) -> Self {
        Self {
            replies: Mutex::default(),
            waker,
        }
    }

    pub(crate) fn tell(&self, key: Key, reply: Reply) {
        let was_empty = {
            let mut replies = self.replies.lock();
            replies.push((key, reply));
            replies.len() == 1
        };
        if was_empty {
            self.wake();
        }
    }

    pub(crate) fn wake(&self) {
        if let Err(error) = self.waker.wake() {
            tracing::error!(%error, "cannot wake an event loop");
        }
    }

    pub(crate) fn take(&self) -> Vec<(Key, Reply)> {
        std::mem::take(&mut *self.replies.lock())
    }
}
