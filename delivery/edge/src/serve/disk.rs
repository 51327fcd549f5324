//! Threads that wait for the disk, so that no event loop does: they bring parts of files into the page cache.

use std::collections::VecDeque;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

use crate::file::OpenFile;
use crate::limits::{DISK_THREADS, NEXT_READS, READ_STEP};

use super::inbox::{Inbox, Reply};
use super::timers::Key;

/// A part of a stored file that somebody wants to send.
pub(crate) struct Wanted {
    pub(crate) file: Arc<OpenFile>,
    pub(crate) start: u64,
    pub(crate) bytes: u64,
    /// Nothing of the answer's body has gone out yet.
    pub(crate) is_first: bool,
    /// Who is told.
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) key: Key,
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
    pub(crate) fn start() -> std::io::Result<Arc<Self>> {
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
                inbox,
                key,
            } = wanted;
            let bytes = bytes.min(READ_STEP);
            let read = file.stored_on().map_or(Ok(0), |data| {
                data.read_at(&mut scratch[..bytes as usize], start)
            });
            inbox.tell(key, Reply::Resident(read.map(|read| start + read as u64)));
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
