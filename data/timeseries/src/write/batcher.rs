//! The batched asynchronous writer: a bounded queue, emptied by count, by bytes or by age.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::sleep;
use tracing::{error, warn};

use crate::limits::{
    FLUSH_AGE, FLUSH_ATTEMPTS, FLUSH_BACKOFF, FLUSH_BYTES, FLUSH_EVENTS, QUEUE_BYTES, QUEUE_EVENTS,
};
use crate::namespace::Namespace;
use crate::{EventRecord, TimeSeriesError};

/// The queue's sending side. Dropping the last one writes what is queued and ends the task.
#[derive(Debug)]
pub(crate) struct Batcher {
    queue: mpsc::UnboundedSender<Command>,
    /// Bounds what the queue holds: callers wait for room.
    bytes: Arc<Semaphore>,
    events: Arc<Semaphore>,
}

#[derive(Debug)]
enum Command {
    Write(Queued),
    Flush(oneshot::Sender<Result<(), TimeSeriesError>>),
}

/// A record and its room in the queue, given back when it was written.
#[derive(Debug)]
struct Queued {
    record: EventRecord,
    bytes: usize,
    room: (OwnedSemaphorePermit, OwnedSemaphorePermit),
}

impl Batcher {
    /// Starts the task on the runtime of the caller.
    pub(crate) fn start(namespace: &Arc<Namespace>) -> Self {
        let (queue, commands) = mpsc::unbounded_channel();
        let writer = Writer {
            namespace: Arc::clone(namespace),
            pending: Vec::new(),
            bytes: 0,
            lost: None,
        };
        tokio::spawn(writer.run(commands));
        Self {
            queue,
            bytes: Arc::new(Semaphore::new(QUEUE_BYTES)),
            events: Arc::new(Semaphore::new(QUEUE_EVENTS)),
        }
    }

    /// Queues an accepted record, waiting while the queue is full.
    pub(crate) async fn queue(&self, record: EventRecord) -> Result<(), TimeSeriesError> {
        let bytes = record.series.len() + record.event.bytes() + record.event.items.len();
        let closed = |_| TimeSeriesError::Closed;
        let room = u32::try_from(bytes).unwrap_or(u32::MAX);
        let bytes_room = Arc::clone(&self.bytes).acquire_many_owned(room).await;
        let event_room = Arc::clone(&self.events).acquire_owned().await;
        let queued = Queued {
            record,
            bytes,
            room: (bytes_room.map_err(closed)?, event_room.map_err(closed)?),
        };
        let sent = self.queue.send(Command::Write(queued));
        sent.map_err(|_| TimeSeriesError::Closed)
    }

    /// Writes what was queued before.
    pub(crate) async fn flush(&self) -> Result<(), TimeSeriesError> {
        let (answer, answered) = oneshot::channel();
        let sent = self.queue.send(Command::Flush(answer));
        sent.map_err(|_| TimeSeriesError::Closed)?;
        answered.await.map_err(|_| TimeSeriesError::Closed)?
    }
}

struct Writer {
    namespace: Arc<Namespace>,
    pending: Vec<Queued>,
    bytes: usize,
    /// Events given up since the last flush, and why the last were.
    lost: Option<(u64, String)>,
}

impl Writer {
    async fn run(mut self, mut commands: mpsc::UnboundedReceiver<Command>) {
        while let Some(first) = commands.recv().await {
            self.take(first).await;
            let age = sleep(FLUSH_AGE);
            tokio::pin!(age);
            while !self.pending.is_empty() {
                tokio::select! {
                    Some(command) = commands.recv() => self.take(command).await,
                    () = &mut age => self.write().await,
                }
            }
        }
    }

    async fn take(&mut self, command: Command) {
        match command {
            Command::Write(queued) => {
                self.bytes += queued.bytes;
                self.pending.push(queued);
                if self.pending.len() >= FLUSH_EVENTS || self.bytes >= FLUSH_BYTES {
                    self.write().await;
                }
            }
            Command::Flush(answer) => {
                self.write().await;
                let lost = self.lost.take();
                let result = lost.map_or(Ok(()), |(events, reason)| {
                    Err(TimeSeriesError::Lost { events, reason })
                });
                // A caller that no longer waits has no use for the answer.
                drop(answer.send(result));
            }
        }
    }

    async fn write(&mut self) {
        self.bytes = 0;
        let pending = std::mem::take(&mut self.pending);
        let (mut records, mut room) = (Vec::new(), Vec::new());
        for queued in pending {
            records.push(queued.record);
            room.push(queued.room);
        }
        let mut wait = FLUSH_BACKOFF;
        for attempt in 1..=FLUSH_ATTEMPTS {
            self.drop_unsettled(&mut records);
            if records.is_empty() {
                return;
            }
            match self.namespace.write(&records).await {
                Ok(()) => return,
                Err(error) if error.is_transient() && attempt < FLUSH_ATTEMPTS => {
                    warn!(namespace = self.namespace.name, %error, attempt, "batch not written, trying again");
                    sleep(wait).await;
                    wait *= 2;
                }
                Err(error) => return self.lose(records.len(), &error.to_string()),
            }
        }
    }

    /// Events that waited for longer than half their time to settle must not reach the engine: what is
    /// taken for immutable would change.
    fn drop_unsettled(&mut self, records: &mut Vec<EventRecord>) {
        let (config, now) = (self.namespace.config(), self.namespace.now());
        let slack = config.settle / 2;
        let before = records.len();
        records.retain(|record| config.accept(record.event.time, now, slack).is_ok());
        if records.len() < before {
            self.lose(before - records.len(), "they waited for too long");
        }
    }

    fn lose(&mut self, events: usize, reason: &str) {
        if events == 0 {
            return;
        }
        error!(
            namespace = self.namespace.name,
            events, reason, "queued events were not written"
        );
        let (count, why) = self.lost.get_or_insert_default();
        *count += events as u64;
        reason.clone_into(why);
    }
}
