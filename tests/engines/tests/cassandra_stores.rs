//! Cassandra: the suites of what stands on the wide-row engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use data_cache::{MemoryCache, SharedCache};
use data_cassandra::{CassandraEngine, Cluster};
use data_engine::SharedEngine;
use data_kv::{Client, Service, ServiceParts, SharedKeyValue};
use data_kv_grpc::{Connection, SharedSecret, serve};
use data_workflow::{Context, Policy, State, StepError, Workflows};
use platform_clock::SystemClock;
use platform_entropy::SystemEntropy;
use tests_engines::{address, unique, zones};
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};

/// Longer than a workflow of two steps needs, so that one that hangs fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// A keyspace that no earlier run has used.
fn keyspace() -> Option<Cluster> {
    let address = address("CASSANDRA")?;
    let cluster = format!("cassandra://{address}/{}?replication=1", unique("stores"));
    Some(cluster.parse().expect("the address has every part"))
}

async fn connect(cluster: &Cluster) -> SharedEngine {
    let engine = CassandraEngine::connect(cluster).await;
    Arc::new(engine.expect("the engine connects"))
}

fn memory() -> SharedCache {
    Arc::new(MemoryCache::new(16 << 20, SystemClock::shared()))
}

/// The key-value service with the suite's namespaces.
async fn key_value(cluster: &Cluster, cache: SharedCache) -> Arc<Service> {
    let parts = ServiceParts {
        cache: Some(cache),
        ..ServiceParts::on("rows", connect(cluster).await, SystemClock::shared())
    };
    let service = Service::open(parts).await.expect("it opens");
    for namespace in data_kv::conformance::namespaces("rows") {
        let configured = service.configure(namespace).await;
        configured.expect("the suite's namespaces can be used");
    }
    Arc::new(service)
}

async fn records_keep_their_promises(kv: SharedKeyValue) {
    let clock = SystemClock::shared();
    data_kv::conformance::suite(kv, clock, tokio::time::sleep).await;
}

#[tokio::test]
async fn cassandra_carries_time_series() {
    let Some(cluster) = keyspace() else {
        return;
    };
    data_timeseries::conformance::suite(connect(&cluster).await, "cassandra").await;
}

#[tokio::test]
async fn cassandra_carries_records() {
    let Some(cluster) = keyspace() else {
        return;
    };
    records_keep_their_promises(key_value(&cluster, memory()).await).await;
}

#[tokio::test]
async fn cassandra_carries_records_behind_a_connection_with_redis_before_it() {
    let (Some(cluster), Some(zones)) = (keyspace(), zones("REDIS")) else {
        return;
    };
    let redis = format!("redis://{}?timeout_ms=5000", zones.join(","));
    let cache = data_cache::open(&redis, &SystemClock::shared()).expect("it is an address");
    let service = key_value(&cluster, cache).await;
    let listener = TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("loopback has a free port");
    let bound = listener.local_addr().expect("it is bound");
    let secret = || SharedSecret::new("between-these-tests-only").expect("it is long and plain");
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async {
        let _ = stopped.await;
    };
    let served = tokio::spawn(serve(service, listener, secret(), shutdown));
    let connection = Connection::new(&format!("http://{bound}"), &secret());
    let connection = Arc::new(connection.expect("it is an address"));
    let entropy = SystemEntropy::shared();
    let client = Client::new(connection, SystemClock::shared(), &entropy);
    records_keep_their_promises(Arc::new(client)).await;
    stop.send(()).expect("it is served");
    let ended = served.await.expect("it did not panic");
    ended.expect("it ended as it was asked to");
}

#[tokio::test]
async fn cassandra_and_redis_carry_counters() {
    let (Some(cluster), Some(zones)) = (keyspace(), zones("REDIS")) else {
        return;
    };
    let redis = format!("redis://{}?timeout_ms=5000", zones.join(","));
    let cache = data_cache::open(&redis, &SystemClock::shared()).expect("it is an address");
    // Redis remembers earlier runs' counts.
    let run = &unique("r")[..14];
    data_counter::conformance::suite(connect(&cluster).await, cache, run).await;
}

/// What the two steps of the test's workflow count, and where the second waits in its first life.
#[derive(Debug, Default)]
struct Effects {
    first: AtomicU32,
    second: AtomicU32,
    reached: Notify,
    hold: bool,
}

async fn two_steps(context: Context, effects: Arc<Effects>) -> Result<(), StepError> {
    let made = context.step("first", Policy::once(), |_| async {
        Ok(effects.first.fetch_add(1, Ordering::SeqCst) + 41)
    });
    let made = made.await?;
    let second = context.step("second", Policy::once(), |_| async {
        if effects.hold {
            effects.reached.notify_one();
            std::future::pending::<()>().await;
        }
        effects.second.fetch_add(made, Ordering::SeqCst);
        Ok(())
    });
    second.await
}

async fn workflows(cluster: &Cluster, effects: &Arc<Effects>) -> Workflows {
    let engine = connect(cluster).await;
    let workflows = Workflows::open(&engine, SystemClock::shared(), 2).await;
    let workflows = workflows.expect("they open");
    let effects = Arc::clone(effects);
    workflows.register("two", move |context, ()| {
        two_steps(context, Arc::clone(&effects))
    });
    workflows
}

#[tokio::test]
async fn a_workflow_goes_on_from_what_cassandra_holds() {
    let Some(cluster) = keyspace() else {
        return;
    };
    let held = Arc::new(Effects {
        hold: true,
        ..Effects::default()
    });
    let first_life = workflows(&cluster, &held).await;
    let started = first_life.start("two", "w", &()).await;
    assert!(started.expect("it starts"));
    held.reached.notified().await;
    first_life.stop().await;
    let effects = Arc::new(Effects::default());
    let second_life = workflows(&cluster, &effects).await;
    second_life.resume().await.expect("open runs are found");
    let again = second_life.start("two", "w", &()).await;
    assert!(!again.expect("it is there"), "a name starts once");
    let ended = async {
        loop {
            let status = second_life.status("w").await.expect("the store answers");
            match status.expect("it is there").state {
                State::Open => tokio::task::yield_now().await,
                state => return state,
            }
        }
    };
    let ended = tokio::time::timeout(PATIENCE, ended).await;
    assert_eq!(ended.expect("it ends"), State::Done);
    assert_eq!(effects.first.load(Ordering::SeqCst), 0, "not redone");
    assert_eq!(effects.second.load(Ordering::SeqCst), 41);
}
