//! The log on disk: a folder of topics, and what each group has read.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use parking_lot::Mutex;
use platform_clock::SharedClock;

use crate::event::{check_name, check_size};
use crate::limits::{MAX_TOPICS, SEGMENT_BYTES};
use crate::segment::TornTail;
use crate::topic::Topic;
use crate::{Event, EventError, Log, Offset};

const TOPICS: &str = "topics";
const GROUPS: &str = "groups";
const LOCK: &str = "lock";

/// Events in a folder that one process holds. Layout: `topics/<topic>/<first offset>.log`,
/// `groups/<group>/<topic>` with the next offset in decimal.
#[derive(Debug)]
pub struct EventLog {
    folder: PathBuf,
    clock: SharedClock,
    segment_bytes: u64,
    topics: Mutex<BTreeMap<String, Arc<Topic>>>,
    torn: Vec<TornTail>,
    /// Locked as long as the log is open.
    _lock: File,
}

impl EventLog {
    /// Opens the log, creating its folder if it is new. Ends that are no whole event are cut off, logged,
    /// and listed in [`Self::torn_tails`].
    ///
    /// # Errors
    /// [`EventError::InUse`] when another process has it open.
    pub async fn open(folder: impl Into<PathBuf>, clock: SharedClock) -> Result<Self, EventError> {
        Self::open_with(folder, clock, SEGMENT_BYTES).await
    }

    /// As [`Self::open`], with segments of another size.
    pub async fn open_with(
        folder: impl Into<PathBuf>,
        clock: SharedClock,
        segment_bytes: u64,
    ) -> Result<Self, EventError> {
        let folder = folder.into();
        let named = folder.clone();
        let open = move || Self::open_blocking(folder, clock, segment_bytes);
        blocking(&named, open).await
    }

    fn open_blocking(
        folder: PathBuf,
        clock: SharedClock,
        segment_bytes: u64,
    ) -> Result<Self, EventError> {
        for name in [TOPICS, GROUPS] {
            let path = folder.join(name);
            fs::create_dir_all(&path).map_err(EventError::io("create", &path))?;
        }
        let lock = lock(&folder)?;
        let (mut topics, mut torn) = (BTreeMap::new(), Vec::new());
        let path = folder.join(TOPICS);
        for entry in fs::read_dir(&path).map_err(EventError::io("list", &path))? {
            let entry = entry.map_err(EventError::io("list", &path))?;
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
                continue;
            };
            if check_name(&name).is_err() {
                continue;
            }
            let (topic, tail) = Topic::open(entry.path(), &name, segment_bytes)?;
            topics.insert(name, Arc::new(topic));
            torn.extend(tail);
        }
        for tail in &torn {
            let TornTail {
                topic,
                kept_bytes,
                cut_bytes,
                next,
                ..
            } = tail;
            tracing::warn!(topic, kept_bytes, cut_bytes, %next, "cut a torn end off a topic");
        }
        Ok(Self {
            folder,
            clock,
            segment_bytes,
            topics: Mutex::new(topics),
            torn,
            _lock: lock,
        })
    }

    /// What was cut off at open; empty after an orderly end.
    pub fn torn_tails(&self) -> &[TornTail] {
        &self.torn
    }

    fn topic(&self, name: &str) -> Result<Option<Arc<Topic>>, EventError> {
        check_name(name)?;
        Ok(self.topics.lock().get(name).cloned())
    }

    fn topic_or_new(&self, name: &str) -> Result<Arc<Topic>, EventError> {
        let mut topics = self.topics.lock();
        if let Some(topic) = topics.get(name) {
            return Ok(Arc::clone(topic));
        }
        if topics.len() >= MAX_TOPICS {
            return Err(EventError::TooManyTopics(MAX_TOPICS));
        }
        let parent = self.folder.join(TOPICS);
        let (topic, _) = Topic::open(parent.join(name), name, self.segment_bytes)?;
        sync(&parent)?;
        let topic = Arc::new(topic);
        topics.insert(name.to_owned(), Arc::clone(&topic));
        Ok(topic)
    }

    fn position_path(&self, group: &str, topic: &str) -> Result<PathBuf, EventError> {
        check_name(group)?;
        check_name(topic)?;
        Ok(self.folder.join(GROUPS).join(group).join(topic))
    }
}

#[async_trait]
impl Log for EventLog {
    async fn append(&self, topic: &str, key: Bytes, payload: Bytes) -> Result<Offset, EventError> {
        check_name(topic)?;
        check_size(&key, &payload)?;
        let topic = self.topic_or_new(topic)?;
        topic.append(self.clock.now(), key, payload).await
    }

    async fn read(
        &self,
        topic: &str,
        from: Offset,
        limit: usize,
    ) -> Result<Vec<Event>, EventError> {
        let Some(topic) = self.topic(topic)? else {
            return Ok(Vec::new());
        };
        blocking(&self.folder, move || topic.read(from, limit)).await
    }

    async fn commit(&self, group: &str, topic: &str, next: Offset) -> Result<(), EventError> {
        let path = self.position_path(group, topic)?;
        let groups = self.folder.join(GROUPS);
        let folder = groups.join(group);
        if !folder.is_dir() {
            fs::create_dir_all(&folder).map_err(EventError::io("create", &folder))?;
            sync(&groups)?;
        }
        let written = platform_files::write_atomic(&path, next.to_string()).await;
        written.map_err(EventError::io("write", &path))
    }

    async fn position(&self, group: &str, topic: &str) -> Result<Offset, EventError> {
        let path = self.position_path(group, topic)?;
        let text = match tokio::fs::read_to_string(&path).await {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Offset(0)),
            read => read.map_err(EventError::io("read", &path))?,
        };
        let next = text.parse().map_err(std::io::Error::other);
        Ok(Offset(next.map_err(EventError::io("read", &path))?))
    }
}

fn lock(folder: &Path) -> Result<File, EventError> {
    let path = folder.join(LOCK);
    let file = File::options().create(true).append(true).open(&path);
    let file = file.map_err(EventError::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(EventError::InUse(folder.to_owned())),
        Err(fs::TryLockError::Error(error)) => Err(EventError::io("lock", &path)(error)),
    }
}

fn sync(folder: &Path) -> Result<(), EventError> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(EventError::io("sync", folder))
}

async fn blocking<T: Send + 'static>(
    folder: &Path,
    work: impl FnOnce() -> Result<T, EventError> + Send + 'static,
) -> Result<T, EventError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| EventError::io("work on", folder)(error.into()))?
}
