//! A dataset held in memory: read without waiting, moved from version to version as they are announced.

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::Arc;

use arc_swap::ArcSwap;
use data_objects::ContentHash;
use tokio::sync::Mutex;

use crate::announcement::Announcement;
use crate::blob;
use crate::dataset::Dataset;
use crate::error::{HollowError, blob_name};
use crate::history::{History, Way};
use crate::limits::{READ_AT_ONCE, RETRY_PAUSE};
use crate::record::Record;
use crate::state::State;
use crate::store::HollowStore;

/// Holds the announced version of a dataset.
#[derive(Debug)]
pub struct Consumer<R> {
    pub(crate) dataset: Arc<Dataset<R>>,
    pub(crate) store: HollowStore,
    state: ArcSwap<State<R>>,
    pub(crate) progress: Mutex<Progress>,
}

/// What a consumer has heard.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    pub(crate) history: History,
    /// The version to be at.
    target: Option<u64>,
    /// The topic's first message not heard.
    next: u64,
    /// Whether the topic was heard from its beginning.
    complete: bool,
}

impl<R: Record> Consumer<R> {
    /// Loads the announced version; an empty state when there is none. When it cannot be reached, the
    /// version nearest to it that can be is loaded, and [`Self::refresh`] goes on trying.
    ///
    /// # Errors
    /// [`HollowError::NoWay`] when no version can be reached.
    pub async fn open(dataset: Arc<Dataset<R>>, store: HollowStore) -> Result<Self, HollowError> {
        let topic = dataset.topic();
        let next = store.announcements.marked(&topic).await?;
        let consumer = Self {
            state: ArcSwap::new(Arc::new(State::empty(&dataset))),
            dataset,
            store,
            progress: Mutex::new(Progress {
                next,
                complete: next == 0,
                ..Progress::default()
            }),
        };
        match consumer.refresh().await {
            Err(error @ HollowError::NoWay { at: 1.., .. }) => tracing::warn!(%error, "starting"),
            Err(error) => return Err(error),
            Ok(_) => {}
        }
        Ok(consumer)
    }

    /// The version held now. Whoever keeps it reads that version for as long.
    #[inline]
    pub fn state(&self) -> Arc<State<R>> {
        self.state.load_full()
    }

    /// Hears what was announced since, moves there, and gives the state it is at. Readers see the version
    /// before or the whole version after.
    ///
    /// # Errors
    /// On one, the state stays as it is, or moves as near as can be ([`HollowError::NoWay`]); the next call
    /// tries again.
    pub async fn refresh(&self) -> Result<Arc<State<R>>, HollowError> {
        let mut progress = self.progress.lock().await;
        self.hear(&mut progress).await?;
        let Some(target) = progress.target else {
            return Ok(self.state());
        };
        let (state, result) = self.reach(&mut progress, target).await;
        self.state.store(Arc::clone(&state));
        result.map(|()| state)
    }

    /// Refreshes whenever something is announced, and now and then after a failure, until it is dropped. A
    /// failure is logged once.
    pub async fn follow(&self) -> Infallible {
        let topic = self.dataset.topic();
        let mut last = String::new();
        loop {
            let failure = match self.refresh().await {
                Ok(_) => {
                    let next = self.progress.lock().await.next;
                    self.store
                        .announcements
                        .wait(&topic, next)
                        .await
                        .err()
                        .map(|error| error.to_string())
                }
                Err(error) => Some(error.to_string()),
            };
            pause_after(self.dataset.name(), failure, &mut last).await;
        }
    }

    async fn hear(&self, progress: &mut Progress) -> Result<(), HollowError> {
        let topic = self.dataset.topic();
        loop {
            let log = &self.store.announcements;
            let messages = log.read(&topic, progress.next, READ_AT_ONCE).await?;
            if messages.is_empty() {
                return Ok(());
            }
            for (place, message) in messages {
                let told = Announcement::decode(&message, place)?;
                progress.history.learn(place, &told);
                progress.target = Some(told.version);
                progress.next = place + 1;
            }
        }
    }

    /// The state at `target`, or as near as can be with why not nearer.
    pub(crate) async fn reach(
        &self,
        progress: &mut Progress,
        target: u64,
    ) -> (Arc<State<R>>, Result<(), HollowError>) {
        let here = self.state();
        let (mut bad, mut wanted, mut foreign) = (HashSet::new(), target, None);
        loop {
            let way = progress.history.way(here.version(), wanted, &bad);
            let Some(way) = way else {
                if !progress.complete {
                    if let Err(error) = self.hear_all(progress).await {
                        return (here, Err(error));
                    }
                    continue;
                }
                // A version on the way is better than one further behind it, and than none.
                match progress.history.parent(wanted) {
                    Some(parent) if parent > here.version() => wanted = parent,
                    _ => {
                        let no_way = || self.no_way(target, here.version());
                        return (Arc::clone(&here), Err(foreign.unwrap_or_else(no_way)));
                    }
                }
                continue;
            };
            match self.walk(&here, way).await {
                Ok(state) if wanted == target => return (state, Ok(())),
                Ok(state) => {
                    let error = self.no_way(target, state.version());
                    return (state, Err(error));
                }
                Err((blob, error)) if error.is_of_one_blob() => {
                    let dataset = self.dataset.name();
                    tracing::warn!(dataset, %blob, %error, "going another way");
                    bad.insert(blob);
                    if !matches!(error, HollowError::Damaged { .. } | HollowError::Store(_)) {
                        // No repair helps: that it is of another program is what must be told.
                        foreign = Some(error);
                    }
                }
                Err((_, error)) => return (here, Err(error)),
            }
        }
    }

    fn no_way(&self, wanted: u64, at: u64) -> HollowError {
        let dataset = self.dataset.name().to_owned();
        HollowError::NoWay {
            dataset,
            wanted,
            at,
        }
    }

    /// Hears the topic from its beginning: older snapshots may be whole.
    pub(crate) async fn hear_all(&self, progress: &mut Progress) -> Result<(), HollowError> {
        progress.complete = true;
        progress.next = 0;
        self.hear(progress).await
    }

    async fn walk(
        &self,
        here: &Arc<State<R>>,
        way: Way,
    ) -> Result<Arc<State<R>>, (ContentHash, HollowError)> {
        let mut state = Arc::clone(here);
        if let Some((version, name)) = way.snapshot {
            let load = move |dataset: &Dataset<R>, bytes: &[u8]| {
                blob::load(dataset, bytes, version, &blob_name(name))
            };
            state = fetched(&self.dataset, &self.store, name, load)
                .await
                .map_err(|error| (name, error))?;
        }
        for (name, version) in way.deltas {
            let apply = move |dataset: &Dataset<R>, bytes: &[u8]| {
                blob::apply(dataset, &state, bytes, version, &blob_name(name))
            };
            state = fetched(&self.dataset, &self.store, name, apply)
                .await
                .map_err(|error| (name, error))?;
        }
        Ok(state)
    }

    /// Takes over a state that the producer made and announced itself.
    pub(crate) fn adopt(
        &self,
        progress: &mut Progress,
        place: u64,
        told: &Announcement,
        state: Arc<State<R>>,
    ) {
        progress.history.learn(place, told);
        progress.target = Some(told.version);
        self.state.store(state);
    }
}

/// Logs a failure to follow, once, and gives what failed time to heal.
pub(crate) async fn pause_after(dataset: &str, failure: Option<String>, last: &mut String) {
    let failure = failure.unwrap_or_default();
    if !failure.is_empty() {
        if failure != *last {
            tracing::warn!(dataset, error = failure, "cannot follow a dataset");
        }
        tokio::time::sleep(RETRY_PAUSE).await;
    }
    *last = failure;
}

/// Fetches a blob and makes a state of it where work may take long.
pub(crate) async fn fetched<R: Record>(
    dataset: &Arc<Dataset<R>>,
    store: &HollowStore,
    name: ContentHash,
    make: impl FnOnce(&Dataset<R>, &[u8]) -> Result<Arc<State<R>>, HollowError> + Send + 'static,
) -> Result<Arc<State<R>>, HollowError> {
    let bytes = store.blobs.get(name).await?;
    working(dataset, move |dataset| make(dataset, &bytes)).await
}

/// Does long work off the runtime's threads.
pub(crate) async fn working<R: Record, T: Send + 'static>(
    dataset: &Arc<Dataset<R>>,
    work: impl FnOnce(&Dataset<R>) -> Result<T, HollowError> + Send + 'static,
) -> Result<T, HollowError> {
    let shared = Arc::clone(dataset);
    tokio::task::spawn_blocking(move || work(&shared))
        .await
        .map_err(|_| HollowError::CutOff(dataset.name().to_owned()))?
}
