//! A raw dataset held in memory.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::Mutex;

use crate::announcement::Announcement;
use crate::blob;
use crate::consumer::{fetched, pause_after, working};
use crate::dataset::Dataset;
use crate::error::{HollowError, blob_name};
use crate::history::History;
use crate::limits::READ_AT_ONCE;
use crate::raw::{Token, edit};
use crate::record::Record;
use crate::state::{State, StateChange};
use crate::store::HollowStore;

/// Holds a raw dataset's records as of its newest edits.
#[derive(Debug)]
pub struct RawConsumer<R> {
    pub(crate) dataset: Arc<Dataset<R>>,
    pub(crate) store: HollowStore,
    state: ArcSwap<State<R>>,
    /// Held while the state moves.
    moving: Mutex<()>,
}

impl<R: Record> RawConsumer<R> {
    /// Loads the newest snapshot that is whole and every edit after it.
    ///
    /// # Errors
    /// [`HollowError::Gap`] when edits are missing that no whole snapshot holds.
    pub async fn open(dataset: Arc<Dataset<R>>, store: HollowStore) -> Result<Self, HollowError> {
        let consumer = Self {
            state: ArcSwap::new(Arc::new(State::empty(&dataset))),
            dataset,
            store,
            moving: Mutex::default(),
        };
        consumer.load_snapshot().await?;
        consumer.refresh().await?;
        Ok(consumer)
    }

    /// The records as of the edits read so far. Whoever keeps it reads that version for as long.
    #[inline]
    pub fn state(&self) -> Arc<State<R>> {
        self.state.load_full()
    }

    /// Reads every edit there is and gives the state that holds them.
    ///
    /// # Errors
    /// On one, the state stays at the edit before the one that failed.
    pub async fn refresh(&self) -> Result<Arc<State<R>>, HollowError> {
        let _in_order = self.moving.lock().await;
        let topic = self.dataset.raw_topic();
        let mut jumped = false;
        loop {
            let state = self.state();
            let at = state.version();
            let log = &self.store.announcements;
            let messages = log.read(&topic, at, READ_AT_ONCE).await?;
            let Some((first, _)) = messages.first() else {
                return Ok(state);
            };
            if *first == at {
                self.apply(state, messages).await?;
            } else if jumped {
                return Err(HollowError::Gap {
                    dataset: self.dataset.name().to_owned(),
                    from: at,
                    until: *first,
                });
            } else {
                // The topic no longer goes back to where this consumer is; a newer snapshot may.
                self.load_snapshot().await?;
                jumped = true;
            }
        }
    }

    async fn apply(
        &self,
        state: Arc<State<R>>,
        messages: Vec<(u64, bytes::Bytes)>,
    ) -> Result<(), HollowError> {
        let next = working(&self.dataset, move |dataset| {
            let mut change = StateChange::of(dataset, &state);
            let mut version = state.version();
            for (place, message) in messages {
                if let Err(error) = edit::apply(dataset, &mut change, place, &message) {
                    return Ok((change.finish(version)?, Some(error)));
                }
                version = place + 1;
            }
            Ok((change.finish(version)?, None))
        });
        let (next, failed) = next.await?;
        self.state.store(next);
        failed.map_or(Ok(()), Err)
    }

    /// The state once it holds the edit.
    ///
    /// # Errors
    /// [`HollowError::Late`] when it does not within that time.
    pub async fn read_after(
        &self,
        token: Token,
        within: Duration,
    ) -> Result<Arc<State<R>>, HollowError> {
        let arrival = async {
            let topic = self.dataset.raw_topic();
            loop {
                let held = self.state();
                let state = if held.version() >= token.0 {
                    held
                } else {
                    self.refresh().await?
                };
                if state.version() >= token.0 {
                    return Ok(state);
                }
                self.store
                    .announcements
                    .wait(&topic, state.version())
                    .await?;
            }
        };
        let arrived = tokio::time::timeout(within, arrival).await;
        arrived.unwrap_or_else(|_| {
            Err(HollowError::Late {
                dataset: self.dataset.name().to_owned(),
                token: token.0,
                within,
            })
        })
    }

    /// Reads edits as they are made, until it is dropped. A failure is logged once.
    pub async fn follow(&self) -> Infallible {
        let topic = self.dataset.raw_topic();
        let mut last = String::new();
        loop {
            let failure = match self.refresh().await {
                Ok(state) => {
                    let waited = self.store.announcements.wait(&topic, state.version()).await;
                    waited.err().map(|error| error.to_string())
                }
                Err(error) => Some(error.to_string()),
            };
            pause_after(self.dataset.name(), failure, &mut last).await;
        }
    }

    /// Loads the newest whole snapshot that is ahead of the state.
    async fn load_snapshot(&self) -> Result<(), HollowError> {
        let snapshots = self.snapshots().await?.snapshots();
        for (version, name) in snapshots {
            if version <= self.state().version() {
                break;
            }
            let load = move |dataset: &Dataset<R>, bytes: &[u8]| {
                blob::load(dataset, bytes, version, &blob_name(name))
            };
            match fetched(&self.dataset, &self.store, name, load).await {
                Ok(state) => {
                    self.state.store(state);
                    break;
                }
                Err(error) if error.is_of_one_blob() => {
                    let dataset = self.dataset.name();
                    tracing::warn!(dataset, blob = %name, %error, "taking an older snapshot");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The snapshots kept.
    pub(crate) async fn snapshots(&self) -> Result<History, HollowError> {
        let topic = self.dataset.topic();
        let log = &self.store.announcements;
        let mut next = log.marked(&topic).await?;
        let mut history = History::default();
        loop {
            let messages = log.read(&topic, next, READ_AT_ONCE).await?;
            if messages.is_empty() {
                return Ok(history);
            }
            for (place, message) in messages {
                history.learn(place, &Announcement::decode(&message, place)?);
                next = place + 1;
            }
        }
    }
}
