//! The log on disk: a folder of topics, and what each group has read.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use parking_lot::RwLock;
use platform_clock::SharedClock;

use crate::folder::{self, GROUPS, TOPICS};
use crate::group::{FileStore, Groups};
use crate::limits::MAX_TOPICS;
use crate::partition::{Id, Partition, TornTail};
use crate::partitioner::Turns;
use crate::{
    Ends, Event, EventError, Log, Membership, NewEvent, Offset, Place, TopicSettings, check,
};

/// Events in a folder that one process holds. An acknowledged event is on the disk.
#[derive(Debug)]
pub struct EventLog {
    folder: PathBuf,
    clock: SharedClock,
    topics: RwLock<BTreeMap<String, Arc<Topic>>>,
    /// Held while a topic is created, so that none is twice.
    creating: tokio::sync::Mutex<()>,
    groups: Groups,
    torn: Vec<TornTail>,
    /// Locked as long as the log is open.
    _lock: File,
}

#[derive(Debug)]
struct Topic {
    settings: TopicSettings,
    partitions: Vec<Arc<Partition>>,
    turns: Turns,
}

impl EventLog {
    /// Opens the log, creating its folder if it is new. Ends that are no whole batch are cut off, logged,
    /// and listed in [`Self::torn_tails`].
    ///
    /// # Errors
    /// [`EventError::InUse`] when another process has it open, [`EventError::NewerFormat`] when a later
    /// version wrote it.
    pub async fn open(folder: impl Into<PathBuf>, clock: SharedClock) -> Result<Self, EventError> {
        let folder = folder.into();
        let named = folder.clone();
        blocking(&named, move || Self::open_blocking(folder, clock)).await
    }

    fn open_blocking(folder: PathBuf, clock: SharedClock) -> Result<Self, EventError> {
        let lock = folder::take(&folder)?;
        let (mut topics, mut torn) = (BTreeMap::new(), Vec::new());
        let path = folder.join(TOPICS);
        for entry in fs::read_dir(&path).map_err(EventError::io("list", &path))? {
            let entry = entry.map_err(EventError::io("list", &path))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if check::name(&name).is_err() {
                continue;
            }
            if let Some(settings) = folder::settings(&entry.path())? {
                let (topic, tails) = Topic::open(&entry.path(), &name, settings, &clock)?;
                topics.insert(name, Arc::new(topic));
                torn.extend(tails);
            }
        }
        for tail in &torn {
            tracing::warn!(
                topic = tail.topic, partition = tail.partition, kept_bytes = tail.kept_bytes,
                cut_bytes = tail.cut_bytes, next = %tail.next, "cut a torn end off a partition"
            );
        }
        let store = Arc::new(FileStore::new(folder.join(GROUPS)));
        Ok(Self {
            folder,
            groups: Groups::new(Arc::clone(&clock), store),
            clock,
            topics: RwLock::new(topics),
            creating: tokio::sync::Mutex::default(),
            torn,
            _lock: lock,
        })
    }

    /// What was cut off at open; empty after an orderly end.
    pub fn torn_tails(&self) -> &[TornTail] {
        &self.torn
    }

    /// Drops the segments of every topic that are past what it keeps, and says how many went. A partition
    /// that is written to does so by itself whenever a segment is full.
    pub async fn retire(&self) -> Result<usize, EventError> {
        let topics: Vec<_> = self.topics.read().values().cloned().collect();
        let retire = move || {
            let partitions = topics.iter().flat_map(|topic| &topic.partitions);
            partitions.map(|partition| partition.retire()).sum()
        };
        blocking(&self.folder, retire).await
    }

    fn topic(&self, name: &str) -> Result<Arc<Topic>, EventError> {
        check::name(name)?;
        let found = self.topics.read().get(name).cloned();
        found.ok_or_else(|| EventError::UnknownTopic(name.to_owned()))
    }

    fn partition(&self, topic: &str, partition: u32) -> Result<Arc<Partition>, EventError> {
        let found = self.topic(topic)?;
        check::partition(topic, partition, found.settings.partitions)?;
        Ok(Arc::clone(&found.partitions[partition as usize]))
    }
}

impl Topic {
    fn open(
        folder: &Path,
        name: &str,
        settings: TopicSettings,
        clock: &SharedClock,
    ) -> Result<(Self, Vec<TornTail>), EventError> {
        let (mut partitions, mut torn) = (Vec::new(), Vec::new());
        let topic: Arc<str> = name.into();
        for number in 0..settings.partitions {
            let id = Id {
                topic: Arc::clone(&topic),
                partition: number,
            };
            let path = folder::partition(folder, number);
            let (partition, tail) = Partition::open(path, id, settings.clone(), Arc::clone(clock))?;
            partitions.push(partition);
            torn.extend(tail);
        }
        folder::sync_blocking(folder)?;
        let topic = Self {
            settings,
            partitions,
            turns: Turns::default(),
        };
        Ok((topic, torn))
    }

    fn create(
        folder: &Path,
        name: &str,
        settings: TopicSettings,
        clock: &SharedClock,
    ) -> Result<Self, EventError> {
        fs::create_dir_all(folder).map_err(EventError::io("create", folder))?;
        folder::write_settings(folder, &settings)?;
        Ok(Self::open(folder, name, settings, clock)?.0)
    }
}

#[async_trait]
impl Log for EventLog {
    async fn create(&self, topic: &str, settings: &TopicSettings) -> Result<(), EventError> {
        check::name(topic)?;
        settings.check()?;
        let _turn = self.creating.lock().await;
        if let Ok(there) = self.topic(topic) {
            return there.settings.require_same(topic, settings);
        }
        if self.topics.read().len() >= MAX_TOPICS {
            return Err(EventError::TooMany {
                what: "topics",
                limit: MAX_TOPICS,
            });
        }
        let path = self.folder.join(TOPICS).join(topic);
        let (name, settings) = (topic.to_owned(), settings.clone());
        let clock = Arc::clone(&self.clock);
        let create = move || Topic::create(&path, &name, settings, &clock);
        let created = blocking(&self.folder, create).await?;
        let mut topics = self.topics.write();
        topics.insert(topic.to_owned(), Arc::new(created));
        Ok(())
    }

    async fn partitions(&self, topic: &str) -> Result<u32, EventError> {
        Ok(self.topic(topic)?.settings.partitions)
    }

    async fn append(&self, topic: &str, key: Bytes, payload: Bytes) -> Result<Place, EventError> {
        let found = self.topic(topic)?;
        let number = found.turns.partition(&key, found.settings.partitions);
        let partition = Arc::clone(&found.partitions[number as usize]);
        let offset = partition.append(&[NewEvent::new(key, payload)]).await?;
        Ok(Place {
            partition: number,
            offset,
        })
    }

    async fn append_batch(
        &self,
        topic: &str,
        partition: u32,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Offset>, EventError> {
        let partition = self.partition(topic, partition)?;
        let first = partition.append(&events).await?;
        Ok((0..events.len() as u64)
            .map(|index| first.plus(index))
            .collect())
    }

    async fn read(
        &self,
        topic: &str,
        partition: u32,
        from: Offset,
        limit: usize,
    ) -> Result<Vec<Event>, EventError> {
        let partition = self.partition(topic, partition)?;
        if partition.has_nothing(from, limit)? {
            return Ok(Vec::new());
        }
        blocking(&self.folder, move || partition.read(from, limit)).await
    }

    async fn ends(&self, topic: &str, partition: u32) -> Result<Ends, EventError> {
        Ok(self.partition(topic, partition)?.ends())
    }

    async fn wait(&self, topic: &str, partition: u32, from: Offset) -> Result<(), EventError> {
        self.partition(topic, partition)?.wait(from).await;
        Ok(())
    }

    async fn join(
        &self,
        group: &str,
        topic: &str,
        member: &str,
    ) -> Result<Box<dyn Membership>, EventError> {
        let partitions = self.partitions(topic).await?;
        self.groups.join(group, topic, member, partitions).await
    }

    async fn committed(
        &self,
        group: &str,
        topic: &str,
    ) -> Result<BTreeMap<u32, Offset>, EventError> {
        check::name(group)?;
        self.topic(topic)?;
        self.groups.committed(group, topic).await
    }
}

impl Drop for EventLog {
    /// Waits for what is being written: the folder is another's once this returns.
    fn drop(&mut self) {
        for topic in self.topics.get_mut().values() {
            topic
                .partitions
                .iter()
                .for_each(|partition| partition.close());
        }
    }
}

async fn blocking<T: Send + 'static>(
    folder: &Path,
    work: impl FnOnce() -> Result<T, EventError> + Send + 'static,
) -> Result<T, EventError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| EventError::io("work on", folder)(error.into()))?
}
