//! A client: writes that are repeated under their token, and reads held against what was written.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use data_kv::{
    DeleteItemsRequest, Direction, GetItemsRequest, IdempotencyToken, Item, KeyValue as _, KvError,
    MutateItemsRequest, Operation, Predicate, PutItem, PutItemsRequest, Service, Tokens,
};
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tests_simulation::{Effect, assert_last_write};

use crate::NAMESPACE;
use crate::attempt::{Attempt, Attempts, KEYS, RECORDS, id, tried};

const ROUNDS: usize = 5;

/// A record as read.
pub(crate) type Found = BTreeMap<Bytes, Effect>;

/// One call that writes: its token, and the attempts it carries, a record each.
#[derive(Debug, Clone)]
struct Call {
    token: IdempotencyToken,
    places: Vec<usize>,
}

/// What clients of all lives know.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    pub(crate) attempts: Attempts,
    /// Calls that nobody heard of again: any client may repeat them.
    open: Arc<Mutex<Vec<Call>>>,
}

/// A client of one life.
#[derive(Debug)]
pub(crate) struct Client {
    name: String,
    rng: StdRng,
    tokens: Tokens,
    told: Told,
    /// Bytes of its larger values.
    large: usize,
}

impl Client {
    pub(crate) fn new(name: String, seed: u64, tokens: Tokens, told: Told, large: usize) -> Self {
        Self {
            name,
            rng: StdRng::seed_from_u64(seed),
            tokens,
            told,
            large,
        }
    }

    pub(crate) async fn run(mut self, service: Arc<Service>) {
        for round in 0..ROUNDS {
            let call = self.call(round);
            self.told.open.lock().push(call.clone());
            for _ in 0..self.rng.random_range(1..4) {
                match self.send(&service, &call).await {
                    Ok(()) => {
                        let mut open = self.told.open.lock();
                        open.retain(|it| it.token != call.token);
                        break;
                    }
                    Err(error) => assert!(error.is_transient(), "{error}"),
                }
            }
            self.read(&service).await;
        }
    }

    /// A new write, or one that is still open.
    fn call(&mut self, round: usize) -> Call {
        if self.rng.random_bool(0.2) {
            let open = self.told.open.lock();
            if !open.is_empty() {
                return open[self.rng.random_range(0..open.len())].clone();
            }
        }
        let token = self.tokens.next();
        let records = match self.rng.random_range(0..4) {
            0 => (0..RECORDS).collect(),
            _ => vec![self.rng.random_range(0..RECORDS)],
        };
        let place = |record: u8| {
            let name = format!("{}-{round}-{record}", self.name);
            self.told.attempts.add(Attempt {
                record,
                operations: operations(&mut self.rng, &name, self.large),
                stamp: token.generation_time,
                acknowledged: false,
            })
        };
        let places = records.into_iter().map(place).collect();
        Call { token, places }
    }

    /// Sends it by the call that carries it; each record that is answered for is acknowledged.
    async fn send(&self, service: &Service, call: &Call) -> Result<(), KvError> {
        let attempts = &self.told.attempts;
        let (namespace, token) = (NAMESPACE.into(), call.token);
        let mutations: Vec<_> = call.places.iter().map(|it| attempts.get(*it)).collect();
        let mutations: Vec<_> = mutations.iter().map(Attempt::mutation).collect();
        if let ([place], [mutation]) = (&call.places[..], &mutations[..]) {
            let id = mutation.id.clone();
            let puts = mutation.operations.iter().map(|it| match it {
                Operation::Put(put) => Some(put.clone()),
                Operation::Delete(_) => None,
            });
            let items: Option<Vec<PutItem>> = puts.collect();
            if let Some(items) = items {
                let put = PutItemsRequest {
                    namespace,
                    id,
                    items,
                    token,
                };
                service.put_items(put).await?;
                attempts.acknowledge(*place);
                return Ok(());
            }
            if let [Operation::Delete(predicate)] = &mutation.operations[..] {
                let predicate = predicate.clone();
                let delete = DeleteItemsRequest {
                    namespace,
                    id,
                    predicate,
                    token,
                };
                service.delete_items(delete).await?;
                attempts.acknowledge(*place);
                return Ok(());
            }
        }
        let mutate = MutateItemsRequest {
            namespace,
            mutations,
            token,
        };
        let done = service.mutate_items(mutate).await?;
        for (place, result) in call.places.iter().zip(&done.results) {
            if result.is_ok() {
                attempts.acknowledge(*place);
            }
        }
        done.results.into_iter().collect()
    }

    /// Reads a record, or one item of it, and holds that against what was known before.
    async fn read(&mut self, service: &Service) {
        let record = self.rng.random_range(0..RECORDS);
        let before = self.told.attempts.all();
        let keys: Vec<&str> = match self.rng.random_range(0..2) {
            0 => vec![KEYS[self.rng.random_range(0..KEYS.len())]],
            _ => KEYS.to_vec(),
        };
        let predicate = match keys[..] {
            [key] => Predicate::key(key),
            _ => Predicate::All,
        };
        let mut request = GetItemsRequest::new(&NAMESPACE.into(), id(record), predicate);
        request.selection.item_limit = Some(self.rng.random_range(1..4));
        if self.rng.random_bool(0.5) {
            request.direction = Direction::Reverse;
        }
        let found = match pages(service, request).await {
            Ok(items) => found(items),
            Err(error) => {
                assert!(error.is_transient(), "{error}");
                return;
            }
        };
        let known = self.told.attempts.known_at(&before);
        for key in keys {
            let shown = found.get(key.as_bytes());
            assert_last_write(&(record, key), shown, &tried(record, key, &known));
        }
    }
}

fn operations(rng: &mut StdRng, name: &str, large: usize) -> Vec<Operation> {
    let key = |rng: &mut StdRng| Bytes::from_static(KEYS[rng.random_range(0..4)].as_bytes());
    let put = |rng: &mut StdRng, key: Bytes| {
        let bytes = if rng.random_bool(0.4) { large } else { 0 };
        Operation::Put(PutItem::new(key, format!("{name}{}", "-".repeat(bytes))))
    };
    match rng.random_range(0..10) {
        0 => vec![Operation::Delete(Predicate::key(key(rng)))],
        1 => vec![Operation::Delete(Predicate::Range {
            from: Some(key(rng)),
            until: rng.random_bool(0.5).then(|| key(rng)),
        })],
        2 => vec![Operation::Delete(Predicate::Prefix("a".into()))],
        3 => {
            let key = key(rng);
            vec![put(rng, key), Operation::Delete(Predicate::All)]
        }
        4 => KEYS
            .iter()
            .map(|key| put(rng, Bytes::from_static(key.as_bytes())))
            .collect(),
        _ => {
            let key = key(rng);
            vec![put(rng, key)]
        }
    }
}

async fn pages(service: &Service, mut request: GetItemsRequest) -> Result<Vec<Item>, KvError> {
    let mut items = Vec::new();
    loop {
        let page = service.get_items(request.clone()).await?;
        items.extend(page.items);
        request.page_token = page.next_page_token;
        if request.page_token.is_none() {
            return Ok(items);
        }
    }
}

/// Items by key, none of them twice.
fn found(items: Vec<Item>) -> Found {
    let count = items.len();
    let effect = |item: Item| {
        let value = item.value.expect("values are asked for").bytes;
        (item.key, (item.metadata.written, Some(value)))
    };
    let found: Found = items.into_iter().map(effect).collect();
    assert_eq!(found.len(), count, "no item twice");
    found
}

/// Every item of a record.
pub(crate) async fn whole(service: &Service, record: u8) -> Result<Found, KvError> {
    let all = GetItemsRequest::new(&NAMESPACE.into(), id(record), Predicate::All);
    Ok(found(pages(service, all).await?))
}
