//! The event log: events and batches in two topics, each there once and in order, and what groups committed.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;
use data_events::{EventLog, Log as _, NewEvent, Offset, TopicSettings, partition_of};
use platform_clock::SystemClock;
use rand::RngExt as _;
use tokio::sync::Mutex;

use super::script::{chance, value};
use super::{Failure, Orders, Workload};
use crate::check::{Seen, State};

const TOPICS: [&str; 2] = ["first", "second"];
const PARTITIONS: u32 = 2;

/// A segment holds a few events, so that a life begins many.
const SEGMENT_BYTES: u64 = 16 << 10;

/// Events read at once.
const PAGE: usize = 100;

/// Events of a batch, at most.
const MAX_BATCH: u64 = 5;

pub(super) struct Log {
    events: EventLog,
    /// Each writer's place in a group of its own, in which it commits.
    members: Vec<Mutex<Box<dyn data_events::Membership>>>,
    orders: Orders,
}

enum Operation {
    /// One event, to the partition of its key.
    Append { topic: &'static str, payload: Bytes },
    /// Several events, together.
    Batch {
        topic: &'static str,
        payloads: Vec<Bytes>,
    },
    /// What the writer's group reads next.
    Commit(Offset),
}

impl Log {
    pub(super) async fn open(orders: &Orders) -> Result<Self, Failure> {
        let log = EventLog::open(&orders.folder, SystemClock::shared()).await?;
        let settings = TopicSettings {
            segment_bytes: SEGMENT_BYTES,
            ..TopicSettings::partitions(PARTITIONS)
        };
        for topic in TOPICS {
            log.create(topic, &settings).await?;
        }
        let mut members = Vec::new();
        for writer in 0..orders.writers {
            members.push(Mutex::new(
                log.join(&group(writer), TOPICS[0], "member").await?,
            ));
        }
        Ok(Self {
            events: log,
            members,
            orders: orders.clone(),
        })
    }

    fn operation(&self, writer: u32, number: u64) -> Operation {
        let mut chance = chance(self.orders.seed, writer, number);
        let topic = TOPICS[chance.random_range(0..TOPICS.len())];
        match chance.random_range(0..10) {
            0 => Operation::Commit(Offset(number)),
            1..3 => {
                let count = chance.random_range(2..=MAX_BATCH);
                let payloads = (0..count).map(|_| value(&mut chance, writer, number).into());
                let payloads = payloads.collect();
                Operation::Batch { topic, payloads }
            }
            _ => {
                let payload = value(&mut chance, writer, number).into();
                Operation::Append { topic, payload }
            }
        }
    }

    /// Reads a partition from its beginning.
    async fn read(&self, topic: &str, partition: u32, seen: &mut Seen) -> Result<(), Failure> {
        let ends = self.events.ends(topic, partition).await?;
        if ends.first != Offset(0) {
            seen.faults
                .push(format!("{topic}/{partition} begins at {}", ends.first));
        }
        let mut next = Offset(0);
        // The operation that a writer's last event is of, and how many events of it came.
        let mut last: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
        while next < ends.next {
            let events = self.events.read(topic, partition, next, PAGE).await?;
            if events.is_empty() {
                seen.faults.push(format!(
                    "{topic}/{partition} ends at {next}, not {}",
                    ends.next
                ));
                return Ok(());
            }
            for event in events {
                let place = format!("{topic}/{partition}@{}", event.offset);
                if event.offset != next {
                    seen.faults
                        .push(format!("{place} comes where {next} should"));
                }
                next = event.offset.next();
                self.note(&place, &event.payload, &mut last, seen);
            }
        }
        Ok(())
    }

    fn note(
        &self,
        place: &str,
        payload: &[u8],
        last: &mut BTreeMap<u32, (u64, u64)>,
        seen: &mut Seen,
    ) {
        let head = payload
            .split(|byte| *byte == b'|')
            .next()
            .unwrap_or_default();
        let head = String::from_utf8_lossy(head).into_owned();
        let known = head.split_once('/').and_then(|(writer, number)| {
            Some((writer.parse::<u32>().ok()?, number.parse::<u64>().ok()?))
        });
        let Some((writer, number)) = known.filter(|(writer, _)| *writer < self.orders.writers)
        else {
            seen.faults
                .push(format!("nobody appended {place}, which begins with {head}"));
            return;
        };
        let index = match last.get(&writer) {
            Some((before, _)) if *before > number => {
                let fault = format!("{place} is of operation {head}, after one of {before}");
                seen.faults.push(fault);
                0
            }
            Some((before, index)) if *before == number => index + 1,
            _ => 0,
        };
        last.insert(writer, (number, index));
        if index == 0 {
            seen.places.insert((writer, number), place.to_owned());
        }
        let name = name(place.split('/').next().unwrap_or_default(), number, index);
        if seen.states[writer as usize]
            .insert(name, payload.to_vec())
            .is_some()
        {
            seen.faults.push(format!(
                "{place} is of operation {head}, which is there already"
            ));
        }
    }
}

fn group(writer: u32) -> String {
    format!("group-{writer}")
}

fn key(writer: u32) -> Bytes {
    format!("writer-{writer}").into()
}

fn name(topic: &str, number: u64, index: u64) -> String {
    format!("{topic}-{number}-{index}")
}

const COMMITTED: &str = "committed";

#[async_trait]
impl Workload for Log {
    async fn perform(&self, writer: u32, number: u64) -> Result<String, Failure> {
        match self.operation(writer, number) {
            Operation::Append { topic, payload } => {
                let place = self.events.append(topic, key(writer), payload).await?;
                Ok(format!("{topic}/{}@{}", place.partition, place.offset))
            }
            Operation::Batch { topic, payloads } => {
                let partition = partition_of(&key(writer), PARTITIONS);
                let events = payloads
                    .into_iter()
                    .map(|payload| NewEvent::new(key(writer), payload));
                let offsets = self.events.append_batch(topic, partition, events.collect());
                let offsets = offsets.await?;
                let first = offsets.first().ok_or("a batch has no offsets")?;
                Ok(format!("{topic}/{partition}@{first}"))
            }
            Operation::Commit(next) => {
                let member = self.members[writer as usize].lock().await;
                let share = member.heartbeat().await?;
                let offsets = BTreeMap::from([(0, next)]);
                member.commit(share.generation, &offsets).await?;
                Ok(String::new())
            }
        }
    }

    async fn observe(&self) -> Result<Seen, Failure> {
        let mut seen = Seen {
            states: vec![State::new(); self.orders.writers as usize],
            ..Seen::default()
        };
        for topic in TOPICS {
            for partition in 0..PARTITIONS {
                self.read(topic, partition, &mut seen).await?;
            }
        }
        for writer in 0..self.orders.writers {
            let committed = self.events.committed(&group(writer), TOPICS[0]).await?;
            if let Some(next) = committed.get(&0) {
                let state = &mut seen.states[writer as usize];
                state.insert(COMMITTED.to_owned(), next.to_string().into_bytes());
            }
        }
        Ok(seen)
    }

    fn expected(&self, writer: u32, count: u64) -> State {
        let mut state = State::new();
        for number in 0..count {
            match self.operation(writer, number) {
                Operation::Append { topic, payload } => {
                    state.insert(name(topic, number, 0), payload.to_vec());
                }
                Operation::Batch { topic, payloads } => {
                    for (payload, index) in payloads.iter().zip(0..) {
                        state.insert(name(topic, number, index), payload.to_vec());
                    }
                }
                Operation::Commit(next) => {
                    state.insert(COMMITTED.to_owned(), next.to_string().into_bytes());
                }
            }
        }
        state
    }
}
