//! Cassandra: the wide-row engine's suite, and the suites of what stands on the engine.

use scylla::client::session_builder::SessionBuilder;
use scylla::value::{CqlValue, Row};
use tests_engines::{address, unique};

#[tokio::test]
async fn cassandra_answers_the_driver() {
    let Some(address) = address("CASSANDRA") else {
        return;
    };
    let session = SessionBuilder::new().known_node(address).build().await;
    let session = session.expect("the driver connects");
    let keyspace = unique("smoke");
    for statement in [
        format!(
            "CREATE KEYSPACE {keyspace} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 1}}"
        ),
        format!("CREATE TABLE {keyspace}.leases (name text PRIMARY KEY, owner text)"),
    ] {
        session.query_unpaged(statement, ()).await.unwrap();
    }
    let take = format!("INSERT INTO {keyspace}.leases (name, owner) VALUES ('a', ?) IF NOT EXISTS");
    let mut applied = Vec::new();
    for owner in ["first", "second"] {
        let answer = session
            .query_unpaged(take.as_str(), (owner,))
            .await
            .unwrap();
        let rows = answer.into_rows_result().unwrap();
        let row: Row = rows.first_row().unwrap();
        applied.push(row.columns[0].as_ref().and_then(CqlValue::as_boolean));
    }
    assert_eq!(
        applied,
        [Some(true), Some(false)],
        "the first to come has the lease"
    );
    session
        .query_unpaged(format!("DROP KEYSPACE {keyspace}"), ())
        .await
        .unwrap();
}
