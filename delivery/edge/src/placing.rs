//! Placed files: what the control plane wants kept here, fetched at night block by block, and what is told of it.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use contracts_delivery::{FillHours, HeldFiles, Placement, UpstreamError};
use data_objects::ContentHash;
use data_objects::tree::block_count;
use delivery_fill::Window;
use parking_lot::Mutex;
use platform_clock::{SharedClock, TimeZone};
use platform_http::Shutdown;
use tokio::sync::Notify;

use crate::file::Block;
use crate::library::Library;
use crate::limits::{FETCH_PAUSE, MAX_TOLD_FILES};

/// One appliance's placed files.
pub(crate) struct Placing {
    window: Window,
    zone: TimeZone,
    clock: SharedClock,
    /// The placement's number; 0 before there is one.
    mark: AtomicU64,
    wanted: Mutex<Arc<[ContentHash]>>,
    changed: Notify,
    told: Mutex<Told>,
}

/// What the control plane knows of the files here.
#[derive(Debug, Default)]
struct Told {
    /// Nothing, when absent.
    files: Option<HashSet<ContentHash>>,
}

impl Placing {
    pub(crate) fn new(window: Window, zone: TimeZone, clock: SharedClock) -> Self {
        Self {
            window,
            zone,
            clock,
            mark: AtomicU64::new(0),
            wanted: Mutex::new(Arc::from([])),
            changed: Notify::new(),
            told: Mutex::default(),
        }
    }

    /// The number of the placement that is carried out.
    pub(crate) fn mark(&self) -> u64 {
        self.mark.load(Ordering::Acquire)
    }

    /// When what is placed is fetched, for operators.
    pub(crate) fn hours(&self) -> FillHours {
        FillHours {
            from: self.window.hours.from,
            to: self.window.hours.to,
            time_zone: self.zone.to_string(),
            rate_mbps: self.window.rate_mbps,
            open: self.is_night(),
        }
    }

    /// Takes a placement: its files stay from now on, and those that are missing are fetched in the night. What is not
    /// among them any more may go, as anything else in the cache.
    pub(crate) fn take(&self, placement: Placement, library: &Library) {
        library.place(&placement.files);
        *self.wanted.lock() = placement.files.into();
        self.mark.store(placement.mark, Ordering::Release);
        self.changed.notify_one();
    }

    /// What to tell of the files here, as a difference to what was told.
    pub(crate) fn news(&self, library: &Library) -> HeldFiles {
        let (whole, told) = (library.whole(), self.told.lock());
        let none = HashSet::new();
        let before = told.files.as_ref().unwrap_or(&none);
        let some = |files: &HashSet<ContentHash>, but: &HashSet<ContentHash>| {
            let mut some: Vec<ContentHash> = files.difference(but).copied().collect();
            some.sort_unstable();
            some.truncate(MAX_TOLD_FILES);
            some
        };
        HeldFiles {
            all: told.files.is_none(),
            added: some(&whole, before),
            removed: some(before, &whole),
        }
    }

    /// The news arrived; whether they were understood.
    pub(crate) fn told(&self, news: HeldFiles, understood: bool) {
        let mut told = self.told.lock();
        if !understood {
            told.files = None;
            return;
        }
        let files = told.files.get_or_insert_with(HashSet::new);
        for file in &news.removed {
            files.remove(file);
        }
        files.extend(news.added);
    }

    /// Fetches what is missing whenever it is night, until `shutdown`.
    pub(crate) async fn fetch_loop(&self, library: &Library, shutdown: &Shutdown) {
        loop {
            let round = self.fetch_missing(library);
            if shutdown.run_until_cancelled(round).await.is_none() {
                return;
            }
            let pause = tokio::time::timeout(FETCH_PAUSE, self.changed.notified());
            if shutdown.run_until_cancelled(pause).await.is_none() {
                return;
            }
        }
    }

    /// One round over the placed files, the most worth first. What fails is tried again in the next round.
    pub(crate) async fn fetch_missing(&self, library: &Library) {
        let wanted = Arc::clone(&*self.wanted.lock());
        let there = library.whole();
        for file in wanted.iter().filter(|file| !there.contains(*file)) {
            if !self.is_night() {
                return;
            }
            match self.fetch(*file, library).await {
                // What is not found was withdrawn; the next placement names it no more.
                Ok(()) | Err(UpstreamError::NotFound) => {}
                Err(error) => {
                    tracing::warn!(%file, %error, "cannot fetch a placed file; it is tried again");
                    return;
                }
            }
        }
    }

    fn is_night(&self) -> bool {
        self.window.left(&self.zone, self.clock.now()).is_some()
    }

    /// Fetches the blocks of a file that are missing; those that are stored are passed over.
    async fn fetch(&self, file: ContentHash, library: &Library) -> Result<(), UpstreamError> {
        let held = library.file(file).await?;
        for block in 0..block_count(held.file.bytes) as u32 {
            if !self.is_night() {
                return Ok(());
            }
            let began = self.clock.monotonic();
            if let Block::Fetched(bytes) = held.file.block(block, &library.filler).await? {
                let took = self.clock.monotonic().saturating_sub(began);
                tokio::time::sleep(self.due(bytes.len()).saturating_sub(took)).await;
            }
        }
        Ok(())
    }

    /// How long so many bytes take at the rate that fetching may have.
    fn due(&self, bytes: usize) -> Duration {
        let bytes_a_second = f64::from(self.window.rate_mbps.max(1)) * 125_000.0;
        Duration::from_secs_f64(bytes as f64 / bytes_a_second)
    }
}
