//! Appends that wait for a partition's next sync, already in the form the disk takes.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use platform_clock::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::Partition;
use crate::limits::{MAX_PENDING_BYTES, WRITER_IDLE, WRITER_STACK_BYTES};
use crate::{EventError, NewEvent, Offset, batch, check};

/// Most that an event takes in a batch beside its key and payload.
const EVENT_OVERHEAD_BYTES: usize = 25;

#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    arrived: Condvar,
    /// A permit per byte that may wait.
    room: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct State {
    next: Group,
    /// The highest origin, those that wait included.
    last_origin: Option<Offset>,
    writer: Option<JoinHandle<()>>,
    /// From how many appends on the writer wants to be woken: each waking costs more than an append.
    wake_at: usize,
    running: bool,
    closing: bool,
    broken: bool,
}

/// What one sync will acknowledge.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// A batch, with room kept for its header.
    pub(super) batch: Vec<u8>,
    pub(super) count: u32,
    pub(super) newest: Timestamp,
    pub(super) last_origin: Option<Offset>,
    waiters: Vec<Waiter>,
}

#[derive(Debug)]
struct Waiter {
    /// Where its events begin in the batch.
    index: u32,
    done: oneshot::Sender<Result<Offset, EventError>>,
    _room: OwnedSemaphorePermit,
}

impl Group {
    pub(super) fn waiters(&self) -> usize {
        self.waiters.len()
    }

    /// Tells everyone who waits for the group.
    pub(super) fn answer(&mut self, answer: impl Fn(u32) -> Result<Offset, EventError>) {
        for waiter in self.waiters.drain(..) {
            // Who gave up waiting does not learn it.
            let _ = waiter.done.send(answer(waiter.index));
        }
    }
}

impl Queue {
    pub(super) fn new(last_origin: Option<Offset>) -> Self {
        let state = State {
            last_origin,
            ..State::default()
        };
        Self {
            state: Mutex::new(state),
            arrived: Condvar::new(),
            room: Arc::new(Semaphore::new(MAX_PENDING_BYTES - batch::HEADER_BYTES)),
        }
    }

    /// Queues events, once there is room, and wakes or starts the writer.
    pub(super) async fn push(
        &self,
        partition: &Arc<Partition>,
        events: &[NewEvent],
        now: Timestamp,
    ) -> Result<oneshot::Receiver<Result<Offset, EventError>>, EventError> {
        let bytes: usize = events
            .iter()
            .map(|event| event.bytes() + EVENT_OVERHEAD_BYTES)
            .sum();
        let room = Arc::clone(&self.room)
            .acquire_many_owned(bytes as u32)
            .await;
        let room = room.map_err(|_| partition.id.broken())?;
        let mut state = self.state.lock();
        if state.broken || state.closing {
            return Err(partition.id.broken());
        }
        let (topic, number) = (&partition.id.topic, partition.id.partition);
        let last_origin = check::origins(topic, number, state.last_origin, events)?;
        if !state.running {
            state.writer = Some(start(partition)?);
            state.running = true;
        }
        state.last_origin = last_origin;
        let (done, answered) = oneshot::channel();
        let group = &mut state.next;
        group.waiters.push(Waiter {
            index: group.count,
            done,
            _room: room,
        });
        group.add(events, now, last_origin);
        let is_awaited = group.waiters() >= state.wake_at;
        drop(state);
        if is_awaited {
            self.arrived.notify_one();
        }
        Ok(answered)
    }

    /// What waits, all of it; `None` when the writer is to end. A writer that acknowledged `expected`
    /// appends waits up to `patience` for as many: their publishers are likely to have more to say.
    pub(super) fn take(
        &self,
        spare: Vec<u8>,
        expected: usize,
        patience: Duration,
    ) -> Option<Group> {
        let mut state = self.state.lock();
        state.wake_at = 1;
        while state.next.waiters.is_empty() {
            let idle = !state.closing && self.arrived.wait_for(&mut state, WRITER_IDLE).timed_out();
            if (idle || state.closing) && state.next.waiters.is_empty() {
                state.running = false;
                return None;
            }
        }
        state.wake_at = expected;
        let mut gathering = !patience.is_zero();
        while gathering && state.next.waiters.len() < expected && !state.closing {
            gathering = !self.arrived.wait_for(&mut state, patience).timed_out();
        }
        state.wake_at = usize::MAX;
        let empty = Group {
            batch: spare,
            ..Group::default()
        };
        Some(std::mem::replace(&mut state.next, empty))
    }

    /// Forgets the origins of what was not written, and fails what waits on top of it.
    pub(super) fn fail(
        &self,
        last_origin: Option<Offset>,
        broken: bool,
        error: impl Fn() -> EventError,
    ) {
        let mut state = self.state.lock();
        state.last_origin = last_origin;
        state.broken |= broken;
        let mut waiting = std::mem::take(&mut state.next);
        drop(state);
        waiting.answer(|_| Err(error()));
    }

    pub(super) fn close(&self) {
        let mut state = self.state.lock();
        state.closing = true;
        let writer = state.writer.take();
        drop(state);
        self.arrived.notify_one();
        if let Some(writer) = writer
            && writer.join().is_err()
        {
            tracing::error!("a partition's writer ended in a panic");
        }
    }
}

impl Group {
    fn add(&mut self, events: &[NewEvent], now: Timestamp, last_origin: Option<Offset>) {
        if self.batch.is_empty() {
            self.batch.resize(batch::HEADER_BYTES, 0);
        }
        for event in events {
            let at = event.at.unwrap_or(now);
            self.newest = self.newest.max(at);
            batch::push(event, at, &mut self.batch);
        }
        self.count += events.len() as u32;
        self.last_origin = last_origin;
    }
}

fn start(partition: &Arc<Partition>) -> Result<JoinHandle<()>, EventError> {
    let running = Arc::clone(partition);
    let thread = std::thread::Builder::new()
        .name("event-log".to_owned())
        .stack_size(WRITER_STACK_BYTES);
    let started = thread.spawn(move || running.run());
    started.map_err(EventError::io("start a writer for", &partition.folder))
}
