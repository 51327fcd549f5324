//! Consumer groups of the logs that live in this process: who reads which partition, and how far.

mod member;
mod state;
mod store;

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use platform_clock::SharedClock;
use tokio::sync::watch;

use self::member::Member;
use self::state::GroupState;
use crate::{EventError, Membership, Offset, check};

pub(crate) use self::store::decode as decode_positions;
pub(crate) use self::store::{FileStore, MemoryStore, OffsetStore, Positions};

/// A group and the topic that it reads.
type Key = (String, String);

/// Every group of a log.
#[derive(Debug)]
pub(crate) struct Groups {
    clock: SharedClock,
    store: Arc<dyn OffsetStore>,
    by_key: Mutex<BTreeMap<Key, Arc<Group>>>,
}

/// A group that reads a topic.
#[derive(Debug)]
struct Group {
    key: Key,
    clock: SharedClock,
    store: Arc<dyn OffsetStore>,
    state: Mutex<GroupState>,
    /// The generation, for members that wait for the next.
    generation: watch::Sender<u64>,
    /// What is committed, read from the store once; held while a commit is checked and written, so that none
    /// overtakes another.
    positions: tokio::sync::Mutex<Option<Positions>>,
}

impl Groups {
    pub(crate) fn new(clock: SharedClock, store: Arc<dyn OffsetStore>) -> Self {
        Self {
            clock,
            store,
            by_key: Mutex::default(),
        }
    }

    /// Takes a member into the group of a topic that has so many partitions.
    pub(crate) async fn join(
        &self,
        group: &str,
        topic: &str,
        member: &str,
        partitions: u32,
    ) -> Result<Box<dyn Membership>, EventError> {
        let group = self.group(group, topic)?;
        let generation = group
            .with_positions(|positions| positions.generation)
            .await?;
        let id = group
            .state
            .lock()
            .join(member, partitions, generation, self.clock.monotonic())?;
        group.tell();
        Ok(Box::new(Member::new(group, id)))
    }

    pub(crate) async fn committed(
        &self,
        group: &str,
        topic: &str,
    ) -> Result<BTreeMap<u32, Offset>, EventError> {
        self.group(group, topic)?.committed().await
    }

    fn group(&self, group: &str, topic: &str) -> Result<Arc<Group>, EventError> {
        check::name(group)?;
        check::name(topic)?;
        let key = (group.to_owned(), topic.to_owned());
        let mut groups = self.by_key.lock();
        let found = groups.entry(key.clone()).or_insert_with(|| {
            Arc::new(Group {
                key,
                clock: Arc::clone(&self.clock),
                store: Arc::clone(&self.store),
                state: Mutex::default(),
                generation: watch::Sender::new(0),
                positions: tokio::sync::Mutex::default(),
            })
        });
        Ok(Arc::clone(found))
    }
}

impl Group {
    /// Tells members that wait which generation it is.
    fn tell(&self) {
        let now = self.state.lock().generation();
        self.generation.send_if_modified(|told| {
            let changed = *told != now;
            *told = now;
            changed
        });
    }

    async fn committed(&self) -> Result<BTreeMap<u32, Offset>, EventError> {
        self.with_positions(|positions| positions.offsets.clone())
            .await
    }

    async fn with_positions<T>(&self, look: impl FnOnce(&Positions) -> T) -> Result<T, EventError> {
        let mut held = self.positions.lock().await;
        Ok(look(self.loaded(&mut held).await?))
    }

    async fn loaded<'a>(
        &self,
        held: &'a mut Option<Positions>,
    ) -> Result<&'a mut Positions, EventError> {
        let (group, topic) = &self.key;
        match held {
            Some(positions) => Ok(positions),
            None => Ok(held.insert(self.store.load(group, topic).await?)),
        }
    }

    async fn commit(
        &self,
        member: &str,
        generation: u64,
        offsets: &BTreeMap<u32, Offset>,
    ) -> Result<(), EventError> {
        let mut held = self.positions.lock().await;
        let positions = self.loaded(&mut held).await?;
        let (group, topic) = &self.key;
        let now = self.clock.monotonic();
        let allowed = self
            .state
            .lock()
            .may_commit(member, generation, offsets.keys(), now);
        self.tell();
        if !allowed {
            return Err(EventError::Fenced {
                group: group.clone(),
                generation,
            });
        }
        let mut next = positions.clone();
        next.generation = generation;
        next.offsets.extend(offsets);
        self.store.save(group, topic, &next).await?;
        *positions = next;
        Ok(())
    }
}
