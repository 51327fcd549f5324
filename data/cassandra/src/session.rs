//! The session with a cluster, and its keyspace.

use std::collections::BTreeMap;
use std::sync::Arc;

use data_engine::EngineError;
use scylla::client::execution_profile::ExecutionProfile;
use scylla::client::session::Session;
use scylla::client::session_builder::SessionBuilder;
use scylla::policies::load_balancing::DefaultPolicy;
use scylla::policies::speculative_execution::SimpleSpeculativeExecutionPolicy;
use scylla::statement::{Consistency, SerialConsistency};

use crate::error::{failed, not_connected, unreadable};
use crate::limits::{
    CONNECT_TIMEOUT, KEEPALIVE, REPLICATION, REQUEST_TIMEOUT, SCHEMA_TIMEOUT, SPECULATIVE_DELAY,
    SPECULATIVE_REQUESTS,
};
use crate::registry::change_schema;
use crate::{Cluster, name};

/// Connects, and sees to it that the keyspace is there.
pub(crate) async fn connect(cluster: &Cluster) -> Result<Session, EngineError> {
    let mut builder = SessionBuilder::new()
        .known_nodes(&cluster.hosts)
        .connection_timeout(CONNECT_TIMEOUT)
        .keepalive_interval(KEEPALIVE)
        .schema_agreement_timeout(SCHEMA_TIMEOUT)
        .keyspaces_to_fetch([&cluster.keyspace])
        .fetch_full_schema_metadata(false)
        .default_execution_profile_handle(profile(cluster).into_handle());
    if let Some(credentials) = &cluster.credentials {
        builder = builder.user(&credentials.user, &credentials.password);
    }
    let session = builder.build().await;
    let session = session.map_err(|error| not_connected(cluster, &error))?;
    let nodes = local_nodes(cluster, &nodes_by_datacenter(&session))?;
    ensure_keyspace(&session, cluster, nodes).await?;
    warn_of_late_syncs(&session).await;
    Ok(session)
}

/// How requests are sent unless they say otherwise: to a replica of the local datacenter, whose majority decides.
fn profile(cluster: &Cluster) -> ExecutionProfile {
    let mut balancing = DefaultPolicy::builder().token_aware(true);
    if let Some(datacenter) = &cluster.datacenter {
        balancing = balancing.prefer_datacenter(datacenter.clone());
    }
    ExecutionProfile::builder()
        .consistency(Consistency::LocalQuorum)
        .serial_consistency(Some(SerialConsistency::LocalSerial))
        .request_timeout(Some(REQUEST_TIMEOUT))
        .load_balancing_policy(balancing.build())
        .speculative_execution_policy(Some(Arc::new(SimpleSpeculativeExecutionPolicy {
            max_retry_count: SPECULATIVE_REQUESTS,
            retry_interval: SPECULATIVE_DELAY,
        })))
        .build()
}

fn nodes_by_datacenter(session: &Session) -> BTreeMap<String, usize> {
    let mut nodes = BTreeMap::new();
    for node in session.get_cluster_state().get_nodes_info() {
        *nodes
            .entry(node.datacenter.clone().unwrap_or_default())
            .or_default() += 1;
    }
    nodes
}

/// Nodes of the datacenter whose majority decides, which must be certain.
fn local_nodes(cluster: &Cluster, nodes: &BTreeMap<String, usize>) -> Result<usize, EngineError> {
    let known = || nodes.keys().cloned().collect::<Vec<_>>().join(", ");
    let refuse = |reason| EngineError::Open {
        place: cluster.to_string(),
        reason,
    };
    match (&cluster.datacenter, nodes.len()) {
        (Some(named), _) => nodes
            .get(named)
            .copied()
            .ok_or_else(|| refuse(format!("it has no datacenter {named}; it has {}", known()))),
        (None, 0 | 1) => Ok(nodes.values().sum()),
        (None, _) => Err(refuse(format!(
            "it has several datacenters ({}); say which is near with ?datacenter=",
            known()
        ))),
    }
}

/// Creates the keyspace where it is missing; one that is there stays as it was made.
async fn ensure_keyspace(
    session: &Session,
    cluster: &Cluster,
    nodes: usize,
) -> Result<(), EngineError> {
    let find = "SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?";
    let found = session
        .query_unpaged(find, (&cluster.keyspace,))
        .await
        .map_err(failed)?;
    let found = found
        .into_rows_result()
        .map_err(|it| unreadable("the keyspace")(it.into()))?;
    if found.rows_num() > 0 {
        return Ok(());
    }
    let replicas = cluster
        .replication
        .unwrap_or(REPLICATION.min(u8::try_from(nodes.max(1)).unwrap_or(u8::MAX)));
    if replicas < REPLICATION {
        tracing::warn!(
            keyspace = cluster.keyspace,
            replicas,
            "a keyspace of so few replicas stops with one of them"
        );
    }
    change_schema(session, create_keyspace(cluster, replicas)).await
}

fn create_keyspace(cluster: &Cluster, replicas: u8) -> String {
    let place = cluster
        .datacenter
        .as_deref()
        .unwrap_or("replication_factor");
    format!(
        "CREATE KEYSPACE IF NOT EXISTS {} WITH replication = {{'class': 'NetworkTopologyStrategy', {}: {replicas}}}",
        cluster.keyspace,
        name::literal(place),
    )
}

/// Says so where the node that answers acknowledges writes before they are on its disk. Where it cannot tell
/// (`ScyllaDB`), that is the operator's to know.
async fn warn_of_late_syncs(session: &Session) {
    let find = "SELECT value FROM system_views.settings WHERE name = 'commitlog_sync'";
    let Ok(answer) = session.query_unpaged(find, ()).await else {
        return;
    };
    let sync = answer.into_rows_result().ok().and_then(|rows| {
        let (sync,) = rows.maybe_first_row::<(Option<String>,)>().ok()??;
        sync
    });
    if sync.as_deref() == Some("periodic") {
        tracing::warn!(
            "commitlog_sync is periodic: a write is acknowledged before it is on a disk, and lost if the power of a majority of replicas fails at once; set batch or group"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> Cluster {
        address.parse().unwrap()
    }

    #[test]
    fn the_local_datacenter_must_be_certain() {
        let two = BTreeMap::from([("east".to_owned(), 3), ("west".to_owned(), 2)]);
        let one = BTreeMap::from([("east".to_owned(), 3)]);
        assert_eq!(
            local_nodes(&at("cassandra://a/k?datacenter=west"), &two).unwrap(),
            2
        );
        assert_eq!(local_nodes(&at("cassandra://a/k"), &one).unwrap(), 3);
        for (address, nodes) in [
            ("cassandra://a/k", &two),
            ("cassandra://a/k?datacenter=north", &one),
        ] {
            let refused = local_nodes(&at(address), nodes).unwrap_err();
            assert!(refused.to_string().contains("east"), "{refused}");
        }
    }

    #[test]
    fn replicas_are_of_the_datacenter_that_is_named() {
        let created = create_keyspace(&at("cassandra://a/k?datacenter=it's"), 3);
        assert!(
            created.ends_with("{'class': 'NetworkTopologyStrategy', 'it''s': 3}"),
            "{created}"
        );
        let created = create_keyspace(&at("cassandra://a/k"), 1);
        assert!(created.contains("'replication_factor': 1"), "{created}");
    }
}
