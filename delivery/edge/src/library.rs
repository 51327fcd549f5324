//! The files of the cache: which are open, which are on disk, which must go.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;

use contracts_delivery::{FileFacts, SessionId, Upstream, UpstreamError};
use data_objects::ContentHash;
use delivery_fill::Eviction;
use parking_lot::Mutex;
use platform_clock::SharedClock;
use platform_files::require_space;
use tokio::sync::OnceCell;

use crate::file::disk::{DiskFile, Paths};
use crate::file::fill::Filler;
use crate::file::{OpenFile, blocking};
use crate::limits::{
    DISK_RESERVE_BYTES, FAILURE_COOLDOWN, FILL_TIMEOUT, MAX_IDLE_FILES, NEAR_TIMEOUT, WAIT_TIMEOUT,
};
use crate::metrics::EdgeMetrics;
use crate::upstreams::Upstreams;

use self::stored::Stored;

mod scan;
mod stored;

/// Every file an appliance knows.
pub(crate) struct Library {
    /// Absent when nothing is stored.
    folder: Option<PathBuf>,
    upstreams: Arc<Upstreams>,
    metrics: EdgeMetrics,
    pub(crate) filler: Arc<Filler>,
    index: Mutex<Index>,
}

struct Index {
    open: HashMap<ContentHash, Lease>,
    eviction: Eviction<ContentHash, SessionId>,
    stored: Stored,
}

/// A hold on a file: while one is out, the file is not evicted.
#[derive(Debug, Clone)]
pub(crate) struct Lease(Arc<Place>);

/// Where a file is opened, once, for all who ask meanwhile.
#[derive(Debug, Default)]
struct Place {
    file: OnceCell<Arc<OpenFile>>,
    /// Why opening failed for whoever asked before, and when.
    failed: Mutex<Option<(UpstreamError, Duration)>>,
}

impl Lease {
    fn is_idle(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }

    /// Nothing more is stored in a file that is let go of: whoever took hold of it at that very moment reads
    /// on, beside whoever opens it anew.
    fn retire(&self) {
        if let Some(file) = self.0.file.get() {
            file.retire();
        }
    }

    fn retire_if_idle(&self) -> bool {
        let is_idle = self.is_idle();
        if is_idle {
            self.retire();
        }
        is_idle
    }
}

/// A file and the hold on it.
#[derive(Debug, Clone)]
pub(crate) struct HeldFile {
    pub(crate) file: Arc<OpenFile>,
    lease: Lease,
}

/// A file that was open a moment ago, without a hold on it: it may be evicted meanwhile.
#[derive(Debug)]
pub(crate) struct RecentFile(Weak<Place>);

impl HeldFile {
    /// The same without the hold.
    pub(crate) fn recent(&self) -> RecentFile {
        RecentFile(Arc::downgrade(&self.lease.0))
    }
}

impl RecentFile {
    /// Holds the file again; `None` when it is not open any more.
    pub(crate) fn hold(&self) -> Option<HeldFile> {
        let lease = Lease(self.0.upgrade()?);
        let file = Arc::clone(lease.0.file.get()?);
        Some(HeldFile { file, lease })
    }
}

impl Library {
    /// Opens the cache in `folder`, or one that stores nothing.
    ///
    /// # Errors
    /// Those of the file system while the folder is looked through.
    pub(crate) async fn open(
        folder: Option<PathBuf>,
        capacity: u64,
        upstreams: Arc<Upstreams>,
        clock: SharedClock,
        metrics: EdgeMetrics,
    ) -> std::io::Result<Arc<Self>> {
        let (mut eviction, mut stored) = (Eviction::new(capacity), Stored::default());
        if let Some(folder) = folder.clone() {
            for found in blocking(move || scan::scan(&folder)).await? {
                eviction.grow(found.file, found.stored);
                stored.sized(found.file, found.bytes);
                stored.grow(found.file, found.stored);
            }
        }
        let library = Arc::new_cyclic(|library| {
            let fill_from = Arc::clone(&upstreams);
            let filler = Filler::new(fill_from, clock, metrics.clone(), library.clone());
            let index = Mutex::new(Index {
                open: HashMap::new(),
                eviction,
                stored,
            });
            Self {
                folder,
                upstreams,
                metrics,
                filler: Arc::new(filler),
                index,
            }
        });
        library.trim(&mut library.index.lock());
        Ok(library)
    }

    /// Opens a file for reading: from the cache, else by asking upstream, once however many ask. Those
    /// who waited for an opening that failed hear the same instead of trying one after the other.
    pub(crate) async fn file(&self, hash: ContentHash) -> Result<HeldFile, UpstreamError> {
        let lease = self.lease(hash);
        let opening = lease
            .0
            .file
            .get_or_try_init(|| self.open_once(hash, &lease.0));
        let opened = tokio::time::timeout(WAIT_TIMEOUT, opening).await;
        let opened = opened.unwrap_or(Err(UpstreamError::Timeout))?;
        Ok(HeldFile {
            file: Arc::clone(opened),
            lease: lease.clone(),
        })
    }

    async fn open_once(
        &self,
        hash: ContentHash,
        place: &Place,
    ) -> Result<Arc<OpenFile>, UpstreamError> {
        if let Some((error, at)) = *place.failed.lock()
            && self.filler.now().saturating_sub(at) < FAILURE_COOLDOWN
        {
            return Err(error);
        }
        let opened = self.open_file(hash).await;
        if let Err(error) = opened {
            *place.failed.lock() = Some((error, self.filler.now()));
        }
        opened
    }

    /// Plays used files.
    pub(crate) fn touch(&self, uses: impl IntoIterator<Item = (ContentHash, SessionId)>) {
        let mut index = self.index.lock();
        for (file, play) in uses {
            index.eviction.touch(file, play);
        }
    }

    /// The files of which anything is stored.
    pub(crate) fn stored_files(&self) -> Vec<ContentHash> {
        self.index.lock().eviction.files()
    }

    /// Whether anything is stored at all.
    pub(crate) const fn stores(&self) -> bool {
        self.folder.is_some()
    }

    /// The files that are stored from end to end.
    pub(crate) fn whole(&self) -> HashSet<ContentHash> {
        self.index.lock().stored.whole()
    }

    /// These files stay from now on, whatever needs room; others may go.
    pub(crate) fn place(&self, files: &[ContentHash]) {
        self.index.lock().stored.place(files.iter().copied());
    }

    /// Bytes in the cache.
    pub(crate) fn cached_bytes(&self) -> u64 {
        self.index.lock().eviction.bytes()
    }

    fn lease(&self, hash: ContentHash) -> Lease {
        let mut index = self.index.lock();
        if let Some(lease) = index.open.get(&hash) {
            return lease.clone();
        }
        if index.open.len() >= MAX_IDLE_FILES {
            index.open.retain(|_, lease| !lease.retire_if_idle());
        }
        let lease = Lease(Arc::default());
        index.open.insert(hash, lease.clone());
        lease
    }

    async fn open_file(&self, hash: ContentHash) -> Result<Arc<OpenFile>, UpstreamError> {
        if let Some(kept) = self.open_kept(hash).await {
            return Ok(Arc::new(kept));
        }
        let facts = self.find_facts(hash).await?;
        let disk = self.create(hash, &facts).await;
        OpenFile::new(hash, &facts, disk, None).map(Arc::new)
    }

    /// A file's facts, checked before anything is written in its name: from a neighbour that has it, else from the
    /// origin.
    async fn find_facts(&self, hash: ContentHash) -> Result<FileFacts, UpstreamError> {
        for near in self.upstreams.near(hash, self.filler.now()) {
            match sound_facts(near.upstream(), hash, NEAR_TIMEOUT).await {
                Ok(facts) => return Ok(facts),
                Err(error) => near.failed(hash, error, self.filler.now()),
            }
        }
        sound_facts(self.upstreams.last(), hash, FILL_TIMEOUT).await
    }

    /// Whether any block of the file is stored.
    pub(crate) fn has_some(&self, file: ContentHash) -> bool {
        self.index.lock().stored.has_some(file)
    }

    async fn open_kept(&self, hash: ContentHash) -> Option<OpenFile> {
        let paths = Paths::of(self.folder.as_deref()?, hash);
        let (disk, kept) = blocking(move || DiskFile::open_kept(&paths)).await.ok()?;
        OpenFile::new(hash, &kept.facts, Some(disk), Some(&kept)).ok()
    }

    /// The file's place on disk; `None` when it cannot be made, and the file then passes through.
    async fn create(&self, hash: ContentHash, facts: &FileFacts) -> Option<DiskFile> {
        let folder = self.folder.as_deref()?;
        // What lay there could not be opened, so its bytes no longer count.
        self.begin(hash, facts.bytes);
        let created = DiskFile::create(&Paths::of(folder, hash), facts).await;
        created
            .inspect_err(|error| tracing::warn!(file = %hash, %error, "cannot cache a file"))
            .ok()
    }

    fn begin(&self, hash: ContentHash, bytes: u64) {
        let mut index = self.index.lock();
        index.eviction.remove(hash);
        index.stored.remove(hash);
        index.stored.sized(hash, bytes);
    }

    /// Takes `bytes` of room for a file, evicting others if need be; whether there is room. Blocks.
    pub(crate) fn make_room(&self, file: &OpenFile, bytes: u64) -> bool {
        let Some(folder) = &self.folder else {
            return false;
        };
        let mut index = self.index.lock();
        // Looked at under the lock that files are let go of under.
        if file.is_retired() || file.is_gone() {
            return false;
        }
        let file = file.hash;
        index.eviction.grow(file, bytes);
        let room =
            self.trim(&mut index) && require_space(folder, bytes, DISK_RESERVE_BYTES).is_ok();
        if room {
            index.stored.grow(file, bytes);
        } else {
            index.eviction.shrink(file, bytes);
        }
        self.metrics.cached_bytes.set(index.eviction.bytes() as i64);
        room
    }

    /// Returns room that was not used after all.
    pub(crate) fn give_back(&self, file: ContentHash, bytes: u64) {
        let mut index = self.index.lock();
        index.eviction.shrink(file, bytes);
        index.stored.shrink(file, bytes);
    }

    /// Evicts until the cache fits; whether it does. Files are unlinked under the lock, so that one
    /// asked for again at that moment is opened anew and not halfway gone.
    fn trim(&self, index: &mut Index) -> bool {
        while index.eviction.is_over() {
            let Index {
                open,
                eviction,
                stored,
            } = index;
            let idle = |file| open.get(&file).is_none_or(Lease::is_idle);
            let may_go = |file| !stored.is_placed(file) && idle(file);
            let Some(victim) = eviction.evict(may_go) else {
                return false;
            };
            stored.remove(victim);
            if let Some(lease) = open.remove(&victim) {
                lease.retire();
            }
            self.unlink(victim);
            self.metrics.evicted_files.inc();
            tracing::debug!(file = %victim, "evicted");
        }
        true
    }

    /// Drops a withdrawn file: players reading it are cut off, its blocks are deleted. Blocks.
    pub(crate) fn withdraw(&self, file: ContentHash) {
        let mut index = self.index.lock();
        let open = index.open.remove(&file);
        if let Some(file) = open.as_ref().and_then(|lease| lease.0.file.get()) {
            file.withdraw();
        }
        index.eviction.remove(file);
        index.stored.remove(file);
        self.metrics.cached_bytes.set(index.eviction.bytes() as i64);
        self.unlink(file);
        self.metrics.withdrawn_files.inc();
    }

    fn unlink(&self, file: ContentHash) {
        let Some(folder) = &self.folder else { return };
        if let Err(error) = Paths::of(Path::new(folder), file).remove() {
            tracing::warn!(%file, %error, "cannot delete a file of the cache");
        }
    }
}
async fn sound_facts(
    upstream: &dyn Upstream,
    hash: ContentHash,
    patience: Duration,
) -> Result<FileFacts, UpstreamError> {
    let facts = tokio::time::timeout(patience, upstream.facts(hash)).await;
    let facts = facts.map_err(|_| UpstreamError::Timeout)??;
    OpenFile::new(hash, &facts, None, None)?;
    Ok(facts)
}
