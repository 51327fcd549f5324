//! The key-value service: in this process always, for others where the configuration says so.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use data_kv::{KvError, Service, SharedKeyValue};
use data_kv_grpc::SharedSecret;
use platform_http::Shutdown;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::ground::Ground;
use super::secret;

/// How often chunks of values that were replaced, deleted or never finished are looked for: it reads every
/// record's keys.
const COLLECT_INTERVAL: Duration = Duration::from_hours(6);

/// The name namespaces know the region's engine by.
pub(crate) const ENGINE: &str = "rows";

/// Collects what no record refers to, and offers the records where they are to be.
pub(crate) async fn start(
    listen: Option<SocketAddr>,
    ground: &Ground,
    tasks: &mut JoinSet<()>,
    shutdown: &Shutdown,
) -> Result<()> {
    let records = &ground.records;
    tasks.spawn(tend(Arc::clone(records), shutdown.clone()));
    if let Some(listen) = listen {
        let secret = secret::of_records(&ground.data, &*ground.entropy).await?;
        offer(records, listen, secret, tasks, shutdown.clone()).await?;
    }
    Ok(())
}

/// Offers the records to whoever shows the secret; gives the address.
async fn offer(
    records: &Arc<Service>,
    listen: SocketAddr,
    secret: SharedSecret,
    tasks: &mut JoinSet<()>,
    shutdown: Shutdown,
) -> Result<SocketAddr> {
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("[records] cannot listen on {listen}"))?;
    let address = listener.local_addr()?;
    let records = Arc::clone(records) as SharedKeyValue;
    tasks.spawn(async move {
        let stop = async move { shutdown.cancelled().await };
        if let Err(error) = data_kv_grpc::serve(records, listener, secret, stop).await {
            tracing::error!(%error, "the key-value service ended");
        }
    });
    Ok(address)
}

/// Collects what no item refers to, from time to time.
async fn tend(records: Arc<Service>, shutdown: Shutdown) {
    let mut ticks = tokio::time::interval(COLLECT_INTERVAL);
    while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
        if let Err(error) = collect(&records).await {
            tracing::warn!(%error, "cannot collect the chunks of values that are gone");
        }
    }
}

async fn collect(records: &Service) -> Result<(), KvError> {
    for namespace in records.namespaces().await? {
        let collected = records.collect_chunks(&namespace).await?;
        tracing::debug!(namespace, ?collected, "collected chunks");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use data_engine::MemoryEngine;
    use data_kv::{Client, KeyValue as _, NamespaceConfig, PutItem, ServiceParts};
    use data_kv_grpc::Connection;
    use platform_clock::SystemClock;
    use platform_testkit::World;

    use super::*;

    #[tokio::test]
    async fn another_process_reads_and_writes_records_with_the_secret_in_the_data_folder() {
        let world = World::new(5);
        let (clock, entropy) = (SystemClock::shared(), Arc::clone(&world.entropy));
        let parts = ServiceParts::on(ENGINE, MemoryEngine::shared(), Arc::clone(&clock));
        let records = Arc::new(Service::open(parts).await.unwrap());
        records
            .configure(NamespaceConfig::new("films", ENGINE))
            .await
            .unwrap();
        let made = secret::of_records(world.folder(), &*entropy).await.unwrap();
        let (mut tasks, shutdown) = (JoinSet::new(), Shutdown::new());
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let address = offer(&records, anywhere, made, &mut tasks, shutdown.clone())
            .await
            .unwrap();
        let url = format!("http://{address}");
        let read = secret::of_records(world.folder(), &*entropy).await.unwrap();
        let connection = Connection::new(&url, &read).unwrap();
        let client = Client::new(Arc::new(connection), clock, &entropy);
        let films: Arc<str> = "films".into();
        client
            .put(&films, "sintel", PutItem::new("year", "2010"))
            .await
            .unwrap();
        let year = client.get(&films, "sintel", "year").await.unwrap();
        assert_eq!(year.as_deref(), Some(&b"2010"[..]));
        let stranger = SharedSecret::new("0123456789abcdef0123456789abcdef").unwrap();
        let stranger = Connection::new(&url, &stranger).unwrap();
        stranger.signals("films").await.unwrap_err();
        shutdown.cancel();
        tasks.join_all().await;
    }
}
