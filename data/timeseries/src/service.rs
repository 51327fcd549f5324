//! The store: what callers hold.

use std::collections::HashMap;
use std::sync::Arc;

use data_engine::SharedEngine;
use parking_lot::{Mutex, RwLock};
use platform_clock::{SharedClock, Timestamp};

use crate::meta::{Held, Kind, Meta};
use crate::namespace::{Namespace, NamespaceRecord};
use crate::observe::Sample;
use crate::write::Batcher;
use crate::{
    AggregatePage, Aggregation, Condition, DetectionQueue, Detections, EventPage, EventRecord,
    EventTime, Maintained, NamespaceConfig, Progress, ReadQuery, SizeHistogram, TimeSeriesError,
};

/// Events by namespace, series and time.
///
/// Any number of processes may work on the same namespaces of one engine. Somebody must call
/// [`maintain`](Self::maintain) and [`advance`](Self::advance) from time to time.
#[derive(Debug)]
pub struct TimeSeries {
    engine: SharedEngine,
    clock: SharedClock,
    meta: Meta,
    detections: Arc<dyn Detections>,
    namespaces: RwLock<HashMap<String, Arc<Namespace>>>,
    batchers: Mutex<HashMap<String, Arc<Batcher>>>,
}

impl TimeSeries {
    /// Opens the store on an engine.
    pub async fn open(engine: SharedEngine, clock: SharedClock) -> Result<Self, TimeSeriesError> {
        let detections = Arc::new(DetectionQueue::default());
        Self::open_with(engine, clock, detections).await
    }

    /// As [`Self::open`], with another way for reports of wide partitions.
    pub async fn open_with(
        engine: SharedEngine,
        clock: SharedClock,
        detections: Arc<dyn Detections>,
    ) -> Result<Self, TimeSeriesError> {
        Ok(Self {
            meta: Meta::open(&engine).await?,
            engine,
            clock,
            detections,
            namespaces: RwLock::default(),
            batchers: Mutex::default(),
        })
    }

    /// Configures a namespace, which is made if it is new. A new bucket length or count holds for slices
    /// that are made from now on; the length of a slice cannot change. Other processes notice when they
    /// [`maintain`](Self::maintain).
    ///
    /// # Errors
    /// [`TimeSeriesError::Configuration`] when it cannot be used.
    pub async fn configure(
        &self,
        name: &str,
        config: NamespaceConfig,
    ) -> Result<(), TimeSeriesError> {
        config.check(name)?;
        let place = (Kind::Namespaces, "");
        loop {
            let held: Option<Held<NamespaceRecord>> = self.meta.get(place, name.as_bytes()).await?;
            let new = match &held {
                None => NamespaceRecord::new(config.clone()),
                Some(held) => reconfigured(name, &held.record, config.clone())?,
            };
            let expected = held.as_ref().map(|held| &held.stored);
            let swap = self.meta.swap(place, name.as_bytes(), expected, Some(&new));
            if swap.await? {
                break;
            }
        }
        self.namespace(name).await?.reload().await?;
        Ok(())
    }

    /// A namespace's configuration.
    ///
    /// # Errors
    /// [`TimeSeriesError::UnknownNamespace`], as of every method that takes a namespace.
    pub async fn config(&self, namespace: &str) -> Result<NamespaceConfig, TimeSeriesError> {
        Ok(self.namespace(namespace).await?.config())
    }

    /// Writes events, and returns when all are as durable as the namespace says. After an error some may be
    /// written; writing all of them again is safe.
    ///
    /// # Errors
    /// [`TimeSeriesError::TooLate`], [`TimeSeriesError::TooEarly`], [`TimeSeriesError::TooLarge`] and
    /// [`TimeSeriesError::Empty`] before anything is written.
    pub async fn write_event_records_sync(
        &self,
        namespace: &str,
        records: &[EventRecord],
    ) -> Result<(), TimeSeriesError> {
        let namespace = self.namespace(namespace).await?;
        namespace.accept(records)?;
        namespace.write(records).await
    }

    /// Queues events to be written in batches, waiting while the queue is full. An acknowledgement means
    /// that they are in this process's memory: they are lost if it dies within about the flush age, and
    /// [`flush`](Self::flush) tells of those that could not be written. Dropping the store writes what is
    /// queued while the runtime runs on.
    ///
    /// # Errors
    /// As [`write_event_records_sync`](Self::write_event_records_sync), before anything is queued.
    pub async fn write_event_records(
        &self,
        namespace: &str,
        records: Vec<EventRecord>,
    ) -> Result<(), TimeSeriesError> {
        let namespace = self.namespace(namespace).await?;
        namespace.accept(&records)?;
        let batcher = {
            let mut batchers = self.batchers.lock();
            let entry = batchers.entry(namespace.name.clone());
            Arc::clone(entry.or_insert_with(|| Arc::new(Batcher::start(&namespace))))
        };
        for record in records {
            batcher.queue(record).await?;
        }
        Ok(())
    }

    /// Writes everything that was queued before.
    ///
    /// # Errors
    /// [`TimeSeriesError::Lost`] when events that were queued since the last flush could not be written.
    pub async fn flush(&self) -> Result<(), TimeSeriesError> {
        let batchers: Vec<_> = self.batchers.lock().values().cloned().collect();
        for batcher in batchers {
            batcher.flush().await?;
        }
        Ok(())
    }

    /// A page of a series' events.
    ///
    /// # Errors
    /// [`TimeSeriesError::MalformedPageToken`] and [`TimeSeriesError::ForeignPageToken`].
    pub async fn read_event_records(
        &self,
        namespace: &str,
        series: impl AsRef<[u8]>,
        query: &ReadQuery,
    ) -> Result<EventPage, TimeSeriesError> {
        self.namespace(namespace)
            .await?
            .read(series.as_ref(), query)
            .await
    }

    /// A page of a series' events that meet every condition. A page ends when it has looked at as much as
    /// one may, however little it found.
    ///
    /// # Errors
    /// As [`read_event_records`](Self::read_event_records); [`TimeSeriesError::TooLarge`] for too many
    /// conditions.
    pub async fn search_event_records(
        &self,
        namespace: &str,
        series: impl AsRef<[u8]>,
        query: &ReadQuery,
        conditions: &[Condition],
    ) -> Result<EventPage, TimeSeriesError> {
        let namespace = self.namespace(namespace).await?;
        namespace.search(series.as_ref(), query, conditions).await
    }

    /// What a page of a series' events that meet every condition comes to; the limit of the query means
    /// nothing here. The pages' aggregates merge.
    ///
    /// # Errors
    /// As [`search_event_records`](Self::search_event_records); [`TimeSeriesError::TooLarge`] for a
    /// histogram of too many intervals.
    pub async fn aggregate_event_records(
        &self,
        namespace: &str,
        series: impl AsRef<[u8]>,
        query: &ReadQuery,
        aggregation: &Aggregation,
        conditions: &[Condition],
    ) -> Result<AggregatePage, TimeSeriesError> {
        let namespace = self.namespace(namespace).await?;
        let what = (aggregation, conditions);
        namespace.aggregate(series.as_ref(), query, what).await
    }

    /// The first time whose events may still change at `now`: what lies before is immutable.
    pub async fn unsettled_from(
        &self,
        namespace: &str,
        now: Timestamp,
    ) -> Result<EventTime, TimeSeriesError> {
        Ok(self
            .namespace(namespace)
            .await?
            .config()
            .unsettled_from(now))
    }

    /// Does what a namespace needs from time to time: drops slices whose retention is over, stores observed
    /// sizes, chooses the next slices' layout. Call it every few minutes.
    pub async fn maintain(
        &self,
        namespace: &str,
        now: Timestamp,
    ) -> Result<Maintained, TimeSeriesError> {
        self.namespace(namespace).await?.maintain(now).await
    }

    /// Takes one bounded step of splitting a wide partition, if one is due. Call it again at once when it
    /// worked, and every few seconds when it was idle.
    pub async fn advance(
        &self,
        namespace: &str,
        now: Timestamp,
    ) -> Result<Progress, TimeSeriesError> {
        self.namespace(namespace).await?.advance(now).await
    }

    /// Sizes of a sample of the partitions that were written in the slice that holds `time`, as far as
    /// they were stored by [`maintain`](Self::maintain).
    pub async fn observed_sizes(
        &self,
        namespace: &str,
        time: EventTime,
    ) -> Result<SizeHistogram, TimeSeriesError> {
        let namespace = self.namespace(namespace).await?;
        let index = crate::layout::slice_index(time, namespace.config().slice);
        let place = (Kind::Observed, namespace.name.as_str());
        let sample = self.meta.get::<Sample>(place, &index.to_be_bytes()).await?;
        Ok(sample
            .map(|held| held.record.histogram())
            .unwrap_or_default())
    }

    async fn namespace(&self, name: &str) -> Result<Arc<Namespace>, TimeSeriesError> {
        if let Some(namespace) = self.namespaces.read().get(name) {
            return Ok(Arc::clone(namespace));
        }
        let place = (Kind::Namespaces, "");
        let held: Option<Held<NamespaceRecord>> = self.meta.get(place, name.as_bytes()).await?;
        let held = held.ok_or_else(|| TimeSeriesError::UnknownNamespace {
            name: name.to_owned(),
        })?;
        let on = (
            Arc::clone(&self.engine),
            Arc::clone(&self.clock),
            self.meta.clone(),
        );
        let new = Namespace::new(name, on, held.record, Arc::clone(&self.detections));
        let mut namespaces = self.namespaces.write();
        let entry = namespaces.entry(name.to_owned());
        Ok(Arc::clone(entry.or_insert_with(|| Arc::new(new))))
    }
}

fn reconfigured(
    name: &str,
    old: &NamespaceRecord,
    config: NamespaceConfig,
) -> Result<NamespaceRecord, TimeSeriesError> {
    if old.config.slice != config.slice {
        return Err(TimeSeriesError::Configuration {
            name: name.to_owned(),
            reason: format!(
                "its slices are {} s long and stay so",
                old.config.slice.as_secs()
            ),
        });
    }
    // What sizes have taught stands, unless the configuration says otherwise than before.
    let same = old.config.layout() == config.layout();
    Ok(NamespaceRecord {
        next: if same { old.next } else { config.layout() },
        observed_to: old.observed_to,
        config,
    })
}
