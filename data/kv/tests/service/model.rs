//! Random histories against a model: writes in any order, repeated, with values in chunks, collected between.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use data_cache::MemoryCache;
use data_engine::MemoryEngine;
use data_kv::limits::{MIN_CHUNK_OVER_BYTES, STAGED_GRACE};
use data_kv::{
    CacheConfig, DeleteItemsRequest, Direction, GetItemsRequest, IdempotencyToken, KeyValue,
    MutateItemsRequest, NamespaceConfig, Operation, Predicate, PutItem, RecordMutation, Selection,
    Service, ServiceParts, Stamp,
};
use platform_clock::ManualClock;
use proptest::prelude::*;

use crate::probe::START;

const KEYS: [&str; 4] = ["a", "ab", "b", "c"];
const RECORDS: usize = 2;

#[derive(Debug, Clone)]
enum Call {
    /// Operations on a record, with a generation time this many steps back.
    Write(usize, Vec<Op>, u64),
    /// The same write as that many calls ago.
    Repeat(usize),
    Read(usize, Predicate, bool, usize),
    Collect,
    Elapse,
}

#[derive(Debug, Clone)]
enum Op {
    Put(usize, u8, bool),
    Delete(Predicate),
}

fn predicate() -> impl Strategy<Value = Predicate> {
    let key = || prop::sample::select(KEYS.to_vec());
    let end = move || prop::option::of(key().prop_map(Bytes::from));
    prop_oneof![
        1 => Just(Predicate::All),
        3 => prop::collection::vec(key().prop_map(Bytes::from), 0..3).prop_map(Predicate::Keys),
        2 => (end(), end()).prop_map(|(from, until)| Predicate::Range { from, until }),
        1 => key().prop_map(|key| Predicate::Prefix(key.into())),
    ]
}

fn call() -> impl Strategy<Value = Call> {
    let put = (0..KEYS.len(), any::<u8>(), prop::bool::weighted(0.3))
        .prop_map(|(key, value, is_large)| Op::Put(key, value, is_large));
    let op = prop_oneof![3 => put, 1 => predicate().prop_map(Op::Delete)];
    let ops = prop::collection::vec(op, 1..4);
    prop_oneof![
        6 => (0..RECORDS, ops, 0..20_u64).prop_map(|(id, ops, back)| Call::Write(id, ops, back)),
        3 => (0..6_usize).prop_map(Call::Repeat),
        4 => (0..RECORDS, predicate(), any::<bool>(), 1..4_usize)
            .prop_map(|(id, predicate, reverse, limit)| Call::Read(id, predicate, reverse, limit)),
        1 => Just(Call::Collect),
        1 => Just(Call::Elapse),
    ]
}

fn matches(predicate: &Predicate, key: &[u8]) -> bool {
    match predicate {
        Predicate::All => true,
        Predicate::Keys(keys) => keys.iter().any(|one| one == key),
        Predicate::Range { from, until } => {
            from.as_ref().is_none_or(|from| from <= key)
                && until.as_ref().is_none_or(|until| key < &until[..])
        }
        Predicate::Prefix(prefix) => key.starts_with(prefix),
    }
}

/// Every write that was delivered, by its generation time, which no two share.
#[derive(Debug, Default)]
struct Model(BTreeMap<u64, RecordMutation>);

impl Model {
    /// What a record holds: the writes replayed in the order they were asked for.
    fn record(&self, id: &[u8]) -> BTreeMap<Bytes, Bytes> {
        let mut held = BTreeMap::new();
        for mutation in self.0.values().filter(|it| it.id == id) {
            let (ranges, others): (Vec<_>, Vec<_>) =
                mutation.operations.iter().partition(|it| is_range(it));
            for operation in ranges.into_iter().chain(others) {
                match operation {
                    Operation::Put(put) => {
                        held.insert(put.key.clone(), put.value.bytes.clone());
                    }
                    Operation::Delete(predicate) => held.retain(|key, _| !matches(predicate, key)),
                }
            }
        }
        held
    }
}

fn is_range(operation: &Operation) -> bool {
    match operation {
        Operation::Put(_) | Operation::Delete(Predicate::Keys(_)) => false,
        Operation::Delete(_) => true,
    }
}

fn id(record: usize) -> Bytes {
    format!("record-{record}").into()
}

fn operation(op: Op) -> Operation {
    match op {
        Op::Put(key, byte, is_large) => {
            let bytes = if is_large {
                MIN_CHUNK_OVER_BYTES + 1
            } else {
                3
            };
            Operation::Put(PutItem::new(KEYS[key], vec![byte; bytes]))
        }
        Op::Delete(predicate) => Operation::Delete(predicate),
    }
}

struct Run {
    service: Service,
    namespace: Arc<str>,
    clock: Arc<ManualClock>,
    model: Model,
    sent: Vec<(RecordMutation, IdempotencyToken)>,
}

impl Run {
    async fn new() -> Self {
        let clock = ManualClock::at(START);
        let engine = Arc::new(MemoryEngine::on(clock.clone()));
        let parts = ServiceParts {
            cache: Some(Arc::new(MemoryCache::new(1 << 20, clock.clone()))),
            ..ServiceParts::on("rows", engine, clock.clone())
        };
        let service = Service::open(parts).await.unwrap();
        let config = NamespaceConfig {
            chunk_over_bytes: MIN_CHUNK_OVER_BYTES,
            cache: Some(CacheConfig {
                expiry: Duration::from_hours(100),
            }),
            ..NamespaceConfig::new("model", "rows")
        };
        service.configure(config).await.unwrap();
        Self {
            service,
            namespace: "model".into(),
            clock,
            model: Model::default(),
            sent: Vec::new(),
        }
    }

    /// One record's mutation by whichever call carries it.
    async fn send(&mut self, mutation: RecordMutation, token: IdempotencyToken) {
        let namespace = Arc::clone(&self.namespace);
        let RecordMutation { id, operations } = mutation.clone();
        if let [Operation::Delete(predicate)] = operations.as_slice() {
            let request = DeleteItemsRequest {
                namespace,
                id,
                predicate: predicate.clone(),
                token,
            };
            self.service.delete_items(request).await.unwrap();
        } else {
            let request = MutateItemsRequest {
                namespace,
                mutations: vec![mutation.clone()],
                token,
            };
            let done = self.service.mutate_items(request).await.unwrap();
            assert_eq!(done.results, [Ok(())]);
        }
        self.model.0.insert(token.generation_time.0, mutation);
    }

    async fn read(
        &self,
        record: usize,
        predicate: Predicate,
        is_reverse: bool,
        limit: usize,
    ) -> Vec<(Bytes, Bytes)> {
        let mut request = GetItemsRequest::new(&self.namespace, id(record), predicate);
        request.selection = Selection {
            item_limit: Some(limit),
            ..Selection::default()
        };
        if is_reverse {
            request.direction = Direction::Reverse;
        }
        let mut found = Vec::new();
        loop {
            let page = self.service.get_items(request.clone()).await.unwrap();
            let items = page.items.into_iter();
            found.extend(items.map(|it| (it.key, it.value.expect("values are asked for").bytes)));
            request.page_token = page.next_page_token;
            if request.page_token.is_none() {
                return found;
            }
        }
    }

    async fn step(&mut self, call: Call) -> Result<(), TestCaseError> {
        match call {
            Call::Write(record, ops, back) => {
                // Unique, and never two in a row: a range goes just before its write.
                let now = Stamp::at(START).0 + 1_000 * self.model.0.len() as u64;
                let unique = 10 * self.model.0.len() as u64;
                let token = IdempotencyToken {
                    generation_time: Stamp(now + unique - 1_000 * back),
                    nonce: 0,
                };
                let operations = ops.into_iter().map(operation).collect();
                let mutation = RecordMutation {
                    id: id(record),
                    operations,
                };
                self.sent.push((mutation.clone(), token));
                self.send(mutation, token).await;
            }
            Call::Repeat(ago) => {
                if let Some((mutation, token)) = self.sent.iter().rev().nth(ago).cloned() {
                    self.send(mutation, token).await;
                }
            }
            Call::Read(record, predicate, is_reverse, limit) => {
                let held = self.model.record(&id(record)).into_iter();
                let mut expected: Vec<_> =
                    held.filter(|(key, _)| matches(&predicate, key)).collect();
                if is_reverse {
                    expected.reverse();
                }
                let found = self.read(record, predicate, is_reverse, limit).await;
                prop_assert_eq!(found, expected);
            }
            Call::Collect => {
                self.service.collect_chunks("model").await.unwrap();
            }
            Call::Elapse => self.clock.advance(STAGED_GRACE),
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn answers_as_a_sorted_map_does(calls in prop::collection::vec(call(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut run = Run::new().await;
            for call in calls {
                run.step(call).await?;
            }
            for record in 0..RECORDS {
                let expected: Vec<_> = run.model.record(&id(record)).into_iter().collect();
                let found = run.read(record, Predicate::All, false, 2).await;
                prop_assert_eq!(&found, &expected);
                for (key, value) in expected {
                    let found = run.read(record, Predicate::key(key.clone()), false, 1).await;
                    prop_assert_eq!(found, vec![(key, value)]);
                }
            }
            Ok(())
        })?;
    }
}
