//! Records of two levels: what is acknowledged stands, values are whole, and chunks that are referred to stay.

mod attempt;
mod client;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use data_cache::MemoryCache;
use data_engine::Durability;
use data_kv::limits::{MIN_CHUNK_OVER_BYTES, STAGED_GRACE};
use data_kv::{CacheConfig, KvError, NamespaceConfig, Service, ServiceParts, Tokens};
use platform_entropy::SeededEntropy;
use rand::{Rng as _, RngExt as _};
use tests_simulation::{Cut, Faults, World, assert_last_write, each_seed};

use attempt::{Attempts, KEYS, RECORDS, tried};
use client::{Client, Told};

const LIVES: u8 = 3;
const CLIENTS: u8 = 3;
const NAMESPACE: &str = "films";

/// How the history's namespace is configured.
fn config(world: &mut World) -> NamespaceConfig {
    let durability = match world.rng.random_range(0..2) {
        0 => Durability::Process,
        _ => Durability::Power,
    };
    let cache = CacheConfig {
        expiry: Duration::from_hours(100),
    };
    NamespaceConfig {
        durability,
        cache: world.rng.random_bool(0.5).then_some(cache),
        chunk_over_bytes: MIN_CHUNK_OVER_BYTES,
        ..NamespaceConfig::new(NAMESPACE, "rows")
    }
}

async fn open(parts: ServiceParts, config: NamespaceConfig) -> Result<Arc<Service>, KvError> {
    let service = Service::open(parts).await?;
    while let Err(error) = service.configure(config.clone()).await {
        assert!(error.is_transient(), "{error}");
    }
    Ok(Arc::new(service))
}

/// Removes chunks beside the clients.
async fn collect(service: Arc<Service>) {
    for _ in 0..3 {
        if let Err(error) = service.collect_chunks(NAMESPACE).await {
            assert!(error.is_transient(), "{error}");
        }
        tokio::task::yield_now().await;
    }
}

/// One life: clients at work, those of earlier lives' writes that nobody heard of again among theirs.
async fn life(service: Arc<Service>, clients: Vec<Client>) {
    let mut running = vec![tokio::spawn(collect(Arc::clone(&service)))];
    for client in clients {
        running.push(tokio::spawn(client.run(Arc::clone(&service))));
    }
    for one in running {
        one.await.expect("a client does not panic");
    }
}

fn history(seed: u64) {
    let mut world = World::new(seed, Faults::MANY);
    let config = config(&mut world);
    // Now and then a value has more than one chunk.
    let large = if seed.is_multiple_of(40) {
        600 << 10
    } else {
        1_500
    };
    let told = Told::default();
    for life_number in 0..LIVES {
        let clock = world.shared_clock();
        let parts = ServiceParts {
            cache: Some(Arc::new(MemoryCache::new(8 << 20, clock.clone()))),
            ..ServiceParts::on("rows", world.shared_engine(), clock.clone())
        };
        let clients = (0..CLIENTS).map(|client| {
            let entropy = SeededEntropy::shared(world.rng.next_u64());
            let tokens = Tokens::new(clock.clone(), &entropy);
            let name = format!("{life_number}-{client}");
            Client::new(name, world.rng.next_u64(), tokens, told.clone(), large)
        });
        let clients: Vec<_> = clients.collect();
        let opened = open(parts, config.clone());
        let lived = world.live(async {
            if let Ok(service) = opened.await {
                life(service, clients).await;
            }
        });
        if lived == Err(Cut::PowerLoss) && config.durability == Durability::Process {
            told.attempts.forget();
        }
        if world.rng.random_bool(0.5) {
            world.pass(2 * STAGED_GRACE);
        }
    }
    let parts = ServiceParts::on("rows", world.shared_engine(), world.shared_clock());
    let held = world.settle(async {
        let service = open(parts, config).await?;
        service.collect_chunks(NAMESPACE).await?;
        let mut held = Vec::new();
        for record in 0..RECORDS {
            held.push(client::whole(&service, record).await?);
        }
        Ok::<_, KvError>(held)
    });
    check(&held.expect("a healed engine answers"), &told.attempts);
}

/// A write that shows at all shows whole.
fn check(held: &[client::Found], attempts: &Attempts) {
    let mut attempts = attempts.all();
    for attempt in &mut attempts {
        let found = &held[usize::from(attempt.record)];
        attempt.acknowledged |= KEYS.iter().any(|key| {
            let shown = found.get(&Bytes::from_static(key.as_bytes()));
            shown.is_some() && shown.cloned() == attempt.effect(key)
        });
    }
    for (record, found) in (0..RECORDS).zip(held) {
        for key in KEYS {
            let shown = found.get(key.as_bytes());
            assert_last_write(&(record, key), shown, &tried(record, key, &attempts));
        }
    }
}

#[test]
fn records_keep_what_was_acknowledged() {
    each_seed(history);
}
