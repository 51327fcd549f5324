//! Publishing a dataset: the whole new state in, a version out, or nothing.
//!
//! One producer per dataset runs at a time; whoever runs several holds a lease.

mod options;
mod validate;

use std::sync::Arc;

use bytes::Bytes;
use data_objects::ContentHash;

use crate::announcement::{Announcement, FORMAT, Step};
use crate::blob;
use crate::consumer::{Consumer, working};
use crate::dataset::Dataset;
use crate::error::{HollowError, blob_name};
use crate::record::{Record, encode, shown};
use crate::state::{State, StateChange};
use crate::store::HollowStore;

pub use options::ProducerOptions;
use validate::Validators;

/// Makes versions of a dataset and announces them.
pub struct Producer<R> {
    consumer: Consumer<R>,
    validators: Arc<Validators<R>>,
    options: ProducerOptions,
}

/// What a publication did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// The version that stands now.
    pub version: u64,
    /// Records added or replaced; 0 with no removals: nothing was announced.
    pub puts: usize,
    /// Records taken out.
    pub removals: usize,
}

/// A version ready to be stored.
struct Prepared<R> {
    state: Arc<State<R>>,
    snapshot: Option<Bytes>,
    /// There and back.
    deltas: Option<(Bytes, Bytes)>,
    published: Published,
}

impl<R: Record> Producer<R> {
    /// Goes on from the version that stands.
    pub async fn open(
        dataset: Arc<Dataset<R>>,
        store: HollowStore,
        options: ProducerOptions,
    ) -> Result<Self, HollowError> {
        let consumer = Consumer::open(dataset, store).await?;
        // A consumer need not know old versions; who may go back to them and removes them must.
        consumer
            .hear_all(&mut *consumer.progress.lock().await)
            .await?;
        Ok(Self {
            consumer,
            validators: Arc::new(Validators::new(options.max_count_change)),
            options,
        })
    }

    /// Adds a rule that every new state must pass: given the state that stands and the new one, what is
    /// wrong with it.
    pub fn validate(
        &mut self,
        name: &'static str,
        rule: impl Fn(&State<R>, &State<R>) -> Result<(), String> + Send + Sync + 'static,
    ) {
        if let Some(validators) = Arc::get_mut(&mut self.validators) {
            validators.add(name, rule);
        }
    }

    /// The version that stands, as consumers have it.
    pub fn state(&self) -> Arc<State<R>> {
        self.consumer.state()
    }

    /// Publishes the dataset's whole new content. Nothing is stored or announced when it is what stands, or
    /// when a validator refuses it.
    ///
    /// # Errors
    /// [`HollowError::DuplicateKey`], [`HollowError::NotUnique`], [`HollowError::Refused`], and what the
    /// store says; on any, the version before stands.
    pub async fn publish(&mut self, records: Vec<R>) -> Result<Published, HollowError> {
        let before = self.consumer.refresh().await?;
        let (next, whole) = {
            let progress = self.consumer.progress.lock().await;
            let history = &progress.history;
            let steps = history.since_snapshot(before.version());
            let due = steps.is_none_or(|(steps, _)| steps + 1 >= self.options.snapshot_every);
            (history.highest.max(before.version()) + 1, due)
        };
        let validators = Arc::clone(&self.validators);
        let made = working(&self.consumer.dataset, move |dataset| {
            prepare(dataset, &before, &records, next, whole, &validators)
        });
        let made = made.await?;
        if made.published.version == next {
            self.store_and_announce(&made).await?;
        }
        Ok(made.published)
    }

    /// Announces an older version again; consumers go there. The next publication is made from it.
    ///
    /// # Errors
    /// [`HollowError::NoSuchVersion`] when it was never announced or its blobs are gone.
    pub async fn roll_back(&mut self, version: u64) -> Result<(), HollowError> {
        self.consumer.refresh().await?;
        let mut progress = self.consumer.progress.lock().await;
        let (state, reached) = self.consumer.reach(&mut progress, version).await;
        if matches!(reached, Err(HollowError::NoWay { .. })) {
            let dataset = self.consumer.dataset.name().to_owned();
            return Err(HollowError::NoSuchVersion { dataset, version });
        }
        reached?;
        let told = Announcement {
            format: FORMAT,
            version,
            highest: progress.history.highest,
            step: None,
            snapshot: None,
            records: state.len(),
        };
        let topic = self.consumer.dataset.topic();
        let log = &self.consumer.store.announcements;
        let place = log.append(&topic, told.encode()).await?;
        self.consumer.adopt(&mut progress, place, &told, state);
        mark(
            &self.consumer,
            &topic,
            progress.history.since_snapshot(version),
        )
        .await;
        Ok(())
    }

    async fn store_and_announce(&self, made: &Prepared<R>) -> Result<(), HollowError> {
        let blobs = &self.consumer.store.blobs;
        let snapshot: Option<ContentHash> = match &made.snapshot {
            Some(blob) => Some(blobs.put(blob.clone()).await?),
            None => None,
        };
        let step = match &made.deltas {
            Some((there, back)) => Some(Step {
                from: self.consumer.state().version(),
                delta: blobs.put(there.clone()).await?,
                back: blobs.put(back.clone()).await?,
            }),
            None => None,
        };
        let version = made.published.version;
        let told = Announcement {
            format: FORMAT,
            version,
            highest: version,
            step,
            snapshot,
            records: made.state.len(),
        };
        let topic = self.consumer.dataset.topic();
        let mut progress = self.consumer.progress.lock().await;
        let log = &self.consumer.store.announcements;
        let place = log.append(&topic, told.encode()).await?;
        let state = Arc::clone(&made.state);
        self.consumer.adopt(&mut progress, place, &told, state);
        mark(
            &self.consumer,
            &topic,
            progress.history.since_snapshot(version),
        )
        .await;
        let old = progress
            .history
            .forget_old(version, self.options.kept_versions);
        for name in old {
            if let Err(error) = blobs.remove(name).await {
                tracing::warn!(blob = %name, %error, "cannot remove an old version's blob");
            }
        }
        Ok(())
    }
}

/// Lets consumers that start now begin at the snapshot they need. The version stands already, and without
/// the mark they read more, so a failure is only logged.
async fn mark<R: Record>(consumer: &Consumer<R>, topic: &str, snapshot: Option<(usize, u64)>) {
    let Some((_, place)) = snapshot else {
        return;
    };
    if let Err(error) = consumer.store.announcements.mark(topic, place).await {
        tracing::warn!(topic, %error, "cannot mark where consumers start");
    }
}

/// Makes the next version of `records` and everything to be stored of it.
fn prepare<R: Record>(
    dataset: &Dataset<R>,
    before: &State<R>,
    records: &[R],
    version: u64,
    whole: bool,
    validators: &Validators<R>,
) -> Result<Prepared<R>, HollowError> {
    let mut change = StateChange::new(dataset, records.len());
    for record in records {
        let encoded = encode(record)?;
        if change.get(encoded.key()).is_some() {
            return Err(HollowError::DuplicateKey(shown(encoded.key())));
        }
        change.put(encoded.key_len, &encoded.bytes)?;
    }
    let fresh = change.finish(version)?;
    let there = blob::diff(before.rows(), fresh.rows());
    let published = Published {
        version,
        puts: there.puts.len(),
        removals: there.removals.len(),
    };
    if published.puts + published.removals == 0 && before.version() > 0 {
        return Ok(Prepared {
            state: fresh,
            snapshot: None,
            deltas: None,
            published: Published {
                version: before.version(),
                ..published
            },
        });
    }
    fresh.check_unique(dataset)?;
    validators.check(before, &fresh)?;
    let snapshot = if whole {
        Some(blob::snapshot(dataset, &fresh)?)
    } else {
        None
    };
    if before.version() == 0 {
        return Ok(Prepared {
            state: fresh,
            snapshot,
            deltas: None,
            published,
        });
    }
    let delta = blob::delta(dataset, before.version(), &fresh, &there)?;
    let changes = blob::diff(fresh.rows(), before.rows());
    let back = blob::delta(dataset, version, before, &changes)?;
    drop((there, changes));
    // What consumers will do, done first here: what they cannot apply is not announced.
    let what = blob_name(ContentHash::of(&delta));
    let state = blob::apply(dataset, before, &delta, version, &what)?;
    let what = blob_name(ContentHash::of(&back));
    blob::apply(dataset, &state, &back, before.version(), &what)?;
    Ok(Prepared {
        state,
        snapshot,
        deltas: Some((delta, back)),
        published,
    })
}
