//! Threads that wait for the disk, so that no event loop does: they bring parts of files into the page cache.

use std::collections::VecDeque;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use parking_lot::{Condvar, Mutex};
use tokio::sync::oneshot;

use crate::file::OpenFile;
use crate::limits::{DISK_THREADS, NEXT_READS, READ_FIRST, READ_STEP};

use super::film::Film;
use super::inbox::{Inbox, Reply};
use super::timers::Key;

/// A part of a stored file that somebody wants to send.
pub(crate) struct Wanted {
    file: Arc<OpenFile>,
    start: u64,
    bytes: u64,
    /// Nothing of the answer's body has gone out yet.
    is_first: bool,
    told: Told,
}

/// Who is told that a part is in the page cache up to a byte, or that the disk failed.
pub(crate) enum Told {
    /// A connection of an event loop.
    Loop(Arc<Inbox>, Key),
    /// A stream's task.
    Stream(oneshot::Sender<io::Result<u64>>),
}

impl Wanted {
    /// The next bytes of a film: few where the player still waits for the first.
    pub(crate) fn of(film: &Film, start: u64, bytes: u64, told: Told) -> Self {
        let is_first = film.sent() == 0;
        Self {
            file: Arc::clone(film.file()),
            start,
            bytes: if is_first {
                bytes.min(READ_FIRST)
            } else {
                bytes
            },
            is_first,
            told,
        }
    }
}

impl Told {
    fn tell(self, until: io::Result<u64>) {
        match self {
            Self::Loop(inbox, key) => inbox.tell(key, Reply::Resident(until)),
            Self::Stream(task) => {
                // A stream that was given up wants nothing any more.
                let _ = task.send(until);
            }
        }
    }
}

/// The threads and what they have to do. A connection wants one part at a time, so that there are never more
/// than connections.
#[derive(Default)]
pub(crate) struct Disk {
    queue: Mutex<Queue>,
    more: Condvar,
}

#[derive(Default)]
struct Queue {
    /// Who waits for a first byte goes before who waits for a next one: a player shows nothing until then.
    first: VecDeque<Wanted>,
    next: VecDeque<Wanted>,
    /// Threads that read a next part now.
    reading_next: usize,
    is_over: bool,
}

impl Disk {
    /// Starts the threads; they end after [`Disk::stop`].
    pub(crate) fn start() -> io::Result<Arc<Self>> {
        let disk = Arc::new(Self::default());
        for _ in 0..DISK_THREADS {
            let own = Arc::clone(&disk);
            std::thread::Builder::new()
                .name("edge-disk".to_owned())
                .spawn(move || own.work())?;
        }
        Ok(disk)
    }

    pub(crate) fn want(&self, wanted: Wanted) {
        let mut queue = self.queue.lock();
        if wanted.is_first {
            queue.first.push_back(wanted);
        } else {
            queue.next.push_back(wanted);
        }
        self.more.notify_one();
    }

    pub(crate) fn stop(&self) {
        self.queue.lock().is_over = true;
        self.more.notify_all();
    }

    fn work(&self) {
        let mut scratch = vec![0; READ_STEP as usize];
        while let Some(wanted) = self.take() {
            let Wanted {
                file,
                start,
                bytes,
                is_first,
                told,
            } = wanted;
            let bytes = bytes.min(READ_STEP);
            let read = file.stored_on().map_or(Ok(0), |data| {
                data.read_at(&mut scratch[..bytes as usize], start)
            });
            told.tell(read.map(|read| start + read as u64));
            if !is_first {
                self.queue.lock().reading_next -= 1;
                self.more.notify_one();
            }
        }
    }

    fn take(&self) -> Option<Wanted> {
        let mut queue = self.queue.lock();
        loop {
            if queue.is_over {
                return None;
            }
            if let Some(first) = queue.first.pop_front() {
                return Some(first);
            }
            if queue.reading_next < NEXT_READS
                && let Some(next) = queue.next.pop_front()
            {
                queue.reading_next += 1;
                return Some(next);
            }
            self.more.wait(&mut queue);
        }
    }
}
