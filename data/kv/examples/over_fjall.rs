//! What the key-value layer costs over raw fjall, on this machine, in one run:
//! `cargo run --release -p data-kv --example over_fjall [records]`.
//!
//! Raw fjall, the engine and the layer take turns, so that they meet the same noise; the ratios are of
//! medians.
#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use data_engine::{Durability, FjallEngine, PageLimit, Range, RowTable};
use data_kv::{
    GetItemsRequest, KeyValue, NamespaceConfig, Predicate, PutItem, PutItemsRequest, Service,
    ServiceParts, Tokens,
};
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};
use platform_clock::{Clock as _, SystemClock};
use platform_entropy::{SeededEntropy, SharedEntropy};

const VALUE_BYTES: usize = 1 << 10;
const ROUNDS: usize = 15;
const CALLS: usize = 4_000;
const PAGED_ITEMS: usize = 20_000;
const WRITERS: usize = 32;

type Failure = Box<dyn std::error::Error + Send + Sync>;

struct Raw {
    database: Database,
    rows: Keyspace,
}

impl Raw {
    fn put(&self, key: &[u8], value: &[u8], mode: PersistMode) -> Result<(), Failure> {
        let mut batch = self.database.batch().durability(Some(mode));
        batch.insert(&self.rows, key, value);
        Ok(batch.commit()?)
    }
}

struct Layer {
    /// The engine's own table, beside the service's.
    table: RowTable,
    service: Arc<Service>,
    namespace: Arc<str>,
    durable: Arc<str>,
    tokens: Tokens,
}

impl Layer {
    async fn put(&self, namespace: &Arc<str>, id: Bytes, item: PutItem) -> Result<(), Failure> {
        let request = PutItemsRequest {
            namespace: Arc::clone(namespace),
            id,
            items: vec![item],
            token: self.tokens.next(),
        };
        Ok(self.service.put_items(request).await?)
    }
}

struct Bench {
    raw: Arc<Raw>,
    layer: Arc<Layer>,
    clock: SystemClock,
    entropy: SharedEntropy,
}

fn id(index: usize) -> Bytes {
    Bytes::copy_from_slice(&blake3::hash(&index.to_be_bytes()).as_bytes()[..16])
}

/// The least key that could hold the same: a record and an item.
fn raw_key(index: usize) -> Vec<u8> {
    [&id(index)[..], b"v"].concat()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

impl Bench {
    fn value(&self) -> Bytes {
        let mut value = vec![0; VALUE_BYTES];
        self.entropy.fill(&mut value);
        value.into()
    }

    fn picks(&self, records: usize) -> Vec<usize> {
        let pick = |_| (platform_entropy::unit(&*self.entropy) * records as f64) as usize;
        (0..CALLS).map(pick).collect()
    }

    /// Runs all three `ROUNDS` times by turns and prints the medians, and their ratios to raw fjall's.
    async fn compare(
        &self,
        name: &str,
        mut raw: impl AsyncFnMut(usize) -> Result<(), Failure>,
        mut engine: impl AsyncFnMut(usize) -> Result<(), Failure>,
        mut layer: impl AsyncFnMut(usize) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let (mut raws, mut engines, mut layers) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let start = self.clock.monotonic();
            raw(round).await?;
            let second = self.clock.monotonic();
            engine(round).await?;
            let third = self.clock.monotonic();
            layer(round).await?;
            raws.push(second.saturating_sub(start));
            engines.push(third.saturating_sub(second));
            layers.push(self.clock.monotonic().saturating_sub(third));
        }
        let (raw, engine, layer) = (median(raws), median(engines), median(layers));
        let over = |time: Duration| time.as_secs_f64() / raw.as_secs_f64();
        let (by_engine, by_layer) = (over(engine), over(layer));
        println!(
            "{name:24} raw {raw:>9.2?}  engine {engine:>9.2?} {by_engine:.2}  kv {layer:>9.2?} {by_layer:.2}"
        );
        Ok(())
    }

    async fn fill(&self, records: usize) -> Result<(), Failure> {
        for index in 0..records {
            let value = self.value();
            self.raw.put(&raw_key(index), &value, PersistMode::Buffer)?;
            let (layer, item) = (&self.layer, PutItem::new("v", value));
            layer
                .table
                .put(
                    id(index),
                    "v",
                    item.value.bytes.clone(),
                    Durability::Process,
                )
                .await?;
            layer.put(&layer.namespace, id(index), item).await?;
        }
        Ok(())
    }

    async fn gets(&self, records: usize) -> Result<(), Failure> {
        let picks: Vec<Vec<usize>> = (0..ROUNDS).map(|_| self.picks(records)).collect();
        let raw = async |round: usize| {
            for index in &picks[round] {
                let found = self.raw.rows.get(raw_key(*index))?;
                assert!(found.is_some_and(|it| it.len() == VALUE_BYTES));
            }
            Ok(())
        };
        let layer = async |round: usize| {
            for index in &picks[round] {
                let request =
                    GetItemsRequest::new(&self.layer.namespace, id(*index), Predicate::key("v"));
                let page = self.layer.service.get_items(request).await?;
                let value = page.items.first().and_then(|it| it.value.as_ref());
                assert!(value.is_some_and(|it| it.bytes.len() == VALUE_BYTES));
            }
            Ok(())
        };
        let engine = async |round: usize| {
            for index in &picks[round] {
                let found = self.layer.table.get(id(*index), "v").await?;
                assert!(found.is_some_and(|it| it.len() == VALUE_BYTES));
            }
            Ok(())
        };
        self.compare("get", raw, engine, layer).await
    }

    async fn puts(&self, name: &str, picks: &[Vec<usize>]) -> Result<(), Failure> {
        let value = self.value();
        let raw = async |round: usize| {
            for index in &picks[round] {
                self.raw
                    .put(&raw_key(*index), &value, PersistMode::Buffer)?;
            }
            Ok(())
        };
        let layer = async |round: usize| {
            for index in &picks[round] {
                let (layer, item) = (&self.layer, PutItem::new("v", value.clone()));
                layer.put(&layer.namespace, id(*index), item).await?;
            }
            Ok(())
        };
        let engine = async |round: usize| {
            for index in &picks[round] {
                let value = value.clone();
                self.layer
                    .table
                    .put(id(*index), "v", value, Durability::Process)
                    .await?;
            }
            Ok(())
        };
        self.compare(name, raw, engine, layer).await
    }

    async fn durable_puts(&self) -> Result<(), Failure> {
        const EACH: usize = 8;
        let value = self.value();
        let raw = async |round: usize| {
            let writers = (0..WRITERS).map(|writer| {
                let (raw, value) = (Arc::clone(&self.raw), value.clone());
                tokio::task::spawn_blocking(move || {
                    let mut keys = (0..EACH).map(|at| (round * WRITERS + writer) * EACH + at);
                    keys.try_for_each(|key| {
                        raw.put(&key.to_be_bytes(), &value, PersistMode::SyncAll)
                    })
                })
            });
            for done in futures::future::join_all(writers).await {
                done??;
            }
            Ok(())
        };
        let layer = async |round: usize| {
            let writers = (0..WRITERS).map(|writer| {
                let (layer, value) = (Arc::clone(&self.layer), value.clone());
                tokio::spawn(async move {
                    for at in 0..EACH {
                        let key = (round * WRITERS + writer) * EACH + at;
                        let item = PutItem::new("v", value.clone());
                        layer.put(&layer.durable, id(key), item).await?;
                    }
                    Ok::<_, Failure>(())
                })
            });
            for done in futures::future::join_all(writers).await {
                done??;
            }
            Ok(())
        };
        let engine = async |round: usize| {
            let writers = (0..WRITERS).map(|writer| {
                let (table, value) = (self.layer.table.clone(), value.clone());
                tokio::spawn(async move {
                    for at in 0..EACH {
                        let key = id((round * WRITERS + writer) * EACH + at);
                        table
                            .put(key, "durable", value.clone(), Durability::Power)
                            .await?;
                    }
                    Ok::<_, Failure>(())
                })
            });
            for done in futures::future::join_all(writers).await {
                done??;
            }
            Ok(())
        };
        self.compare("fsynced put, 32 writers", raw, engine, layer)
            .await
    }

    async fn pages(&self) -> Result<(), Failure> {
        for index in 0..PAGED_ITEMS {
            let (key, value) = (format!("{index:08}"), self.value());
            let raw_key = [b"paged/", key.as_bytes()].concat();
            self.raw.put(&raw_key, &value, PersistMode::Buffer)?;
            let (layer, item) = (&self.layer, PutItem::new(key.clone(), value.clone()));
            layer
                .table
                .put("paged", key, value, Durability::Process)
                .await?;
            layer.put(&layer.namespace, "paged".into(), item).await?;
        }
        let raw = async |_round: usize| {
            let mut items: Vec<(Bytes, Bytes)> = Vec::new();
            let mut count = 0;
            for found in self.raw.rows.prefix("paged/") {
                let (key, value) = found.into_inner()?;
                items.push((key.into(), value.into()));
                if items.len() == (2 << 20) / VALUE_BYTES {
                    count += items.len();
                    items.clear();
                }
            }
            assert_eq!(count + items.len(), PAGED_ITEMS);
            Ok(())
        };
        let layer = async |_round: usize| {
            let mut request = GetItemsRequest::new(&self.layer.namespace, "paged", Predicate::All);
            let mut count = 0;
            loop {
                let page = self.layer.service.get_items(request.clone()).await?;
                count += page.items.len();
                request.page_token = page.next_page_token;
                if request.page_token.is_none() {
                    break;
                }
            }
            assert_eq!(count, PAGED_ITEMS);
            Ok(())
        };
        let engine = async |_round: usize| {
            let (mut count, mut left) = (0, Some(Range::all()));
            while let Some(range) = left {
                let limit = PageLimit {
                    items: usize::MAX,
                    ..PageLimit::default()
                };
                let page = self.layer.table.range("paged", &range, limit).await?;
                count += page.items.len();
                left = page.next;
            }
            assert_eq!(count, PAGED_ITEMS);
            Ok(())
        };
        self.compare("pages of 2 MiB", raw, engine, layer).await
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let records = std::env::args()
        .nth(1)
        .map_or(Ok(200_000), |it| it.parse())?;
    let (raw_folder, kv_folder) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let database = Database::builder(raw_folder.path()).open()?;
    let rows = database.keyspace("rows", KeyspaceCreateOptions::default)?;
    let clock = SystemClock::new();
    let entropy = SeededEntropy::shared(7);
    // Each has a store, and so a cache, of its own.
    let engine_folder = tempfile::tempdir()?;
    let engine = FjallEngine::open_shared(engine_folder.path()).await?;
    let table = RowTable::open(&engine, "rows").await?;
    let engine = FjallEngine::open_shared(kv_folder.path()).await?;
    let parts = ServiceParts::on("rows", engine, Arc::new(clock));
    let service = Arc::new(Service::open(parts).await?);
    service
        .configure(NamespaceConfig::new("bench", "rows"))
        .await?;
    let durable = NamespaceConfig {
        durability: Durability::Power,
        ..NamespaceConfig::new("durable", "rows")
    };
    service.configure(durable).await?;
    let layer = Layer {
        table,
        service,
        namespace: "bench".into(),
        durable: "durable".into(),
        tokens: Tokens::new(Arc::new(clock), &entropy),
    };
    let bench = Bench {
        raw: Arc::new(Raw { database, rows }),
        layer: Arc::new(layer),
        clock,
        entropy,
    };
    bench.fill(records).await?;
    bench.gets(records).await?;
    let new = |round| (records + round * CALLS..records + (round + 1) * CALLS).collect();
    let new: Vec<Vec<usize>> = (0..ROUNDS).map(new).collect();
    bench.puts("put of a new key", &new).await?;
    let old: Vec<Vec<usize>> = (0..ROUNDS).map(|_| bench.picks(records)).collect();
    bench.puts("overwrite", &old).await?;
    bench.durable_puts().await?;
    bench.pages().await
}
