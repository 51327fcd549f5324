//! Objects: puts and removals; each object that is listed is whole.

use async_trait::async_trait;
use bytes::Bytes;
use data_objects::{ContentHash, Objects as Store};
use rand::RngExt as _;

use super::script::{chance, value};
use super::{Failure, Orders, Workload};
use crate::check::{Seen, State};

/// Objects listed at once: several pages of what a trial stores.
const PAGE: usize = 50;

/// More than one block of an object's hash tree, so that it has an outboard.
const LONG_BYTES: usize = (1 << 20) + 5000;

pub(super) struct Objects {
    store: Store,
    orders: Orders,
}

enum Operation {
    Put(Bytes),
    /// Takes away what the writer put as its operation of this number.
    Remove(u64),
}

impl Objects {
    pub(super) async fn open(orders: &Orders) -> Result<Self, Failure> {
        Ok(Self {
            store: Store::open(&orders.folder).await?,
            orders: orders.clone(),
        })
    }

    fn operation(&self, writer: u32, number: u64) -> Operation {
        let mut chance = chance(self.orders.seed, writer, number);
        if number > 0 && chance.random_bool(0.15) {
            return Operation::Remove(chance.random_range(0..number));
        }
        let mut bytes = value(&mut chance, writer, number);
        if chance.random_bool(0.08) {
            bytes.resize(LONG_BYTES, b'.');
        }
        Operation::Put(bytes.into())
    }

    /// What an object is known by, and that it is whole; or what is wrong with it.
    async fn look(&self, hash: ContentHash, len: u64) -> Result<(u32, String), String> {
        let object = self.store.verified(hash).await;
        let object = object.map_err(|error| format!("object {hash} is listed: {error}"))?;
        let read = object.read(0..len).await;
        let bytes = read.map_err(|error| format!("object {hash} is listed: {error}"))?;
        let head = bytes.split(|byte| *byte == b'|').next().unwrap_or_default();
        let head = String::from_utf8_lossy(head);
        let known = head
            .split_once('/')
            .and_then(|(writer, number)| Some((writer.parse().ok()?, number.parse::<u64>().ok()?)));
        let known = known.filter(|(writer, _)| *writer < self.orders.writers);
        known
            .map(|(writer, number)| (writer, name(number)))
            .ok_or_else(|| format!("nobody put object {hash}, which begins with {head}"))
    }
}

fn name(number: u64) -> String {
    format!("object-{number}")
}

#[async_trait]
impl Workload for Objects {
    async fn perform(&self, writer: u32, number: u64) -> Result<String, Failure> {
        match self.operation(writer, number) {
            Operation::Put(bytes) => {
                let info = self.store.put_bytes(bytes).await?;
                Ok(info.hash.to_string())
            }
            Operation::Remove(earlier) => {
                if let Operation::Put(bytes) = self.operation(writer, earlier) {
                    self.store.remove(ContentHash::of(&bytes)).await?;
                }
                Ok(String::new())
            }
        }
    }

    async fn observe(&self) -> Result<Seen, Failure> {
        let mut seen = Seen {
            states: vec![State::new(); self.orders.writers as usize],
            ..Seen::default()
        };
        let mut after = None;
        loop {
            let page = self.store.list(after, PAGE).await?;
            for info in &page {
                match self.look(info.hash, info.bytes).await {
                    Ok((writer, name)) => {
                        let hash = info.hash.to_string().into_bytes();
                        seen.states[writer as usize].insert(name, hash);
                    }
                    Err(fault) => seen.faults.push(fault),
                }
            }
            match page.last() {
                Some(last) if page.len() == PAGE => after = Some(last.hash),
                _ => return Ok(seen),
            }
        }
    }

    fn expected(&self, writer: u32, count: u64) -> State {
        let mut state = State::new();
        for number in 0..count {
            match self.operation(writer, number) {
                Operation::Put(bytes) => {
                    let hash = ContentHash::of(&bytes).to_string();
                    state.insert(name(number), hash.into_bytes());
                }
                Operation::Remove(earlier) => {
                    state.remove(&name(earlier));
                }
            }
        }
        state
    }
}
