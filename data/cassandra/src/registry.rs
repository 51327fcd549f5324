//! The engine's own table: the format's version, and each table's kind and generation.
//!
//! Every change to it is a lightweight transaction, so that any number of processes may open and drop tables at
//! the same time. A dropped table is marked first: whoever opens it next ends the drop, should the process that
//! began it have ended.

use data_engine::{EngineError, TableKind};
use scylla::client::session::Session;
use scylla::response::query_result::QueryResult;
use scylla::serialize::row::SerializeRow;
use scylla::statement::{Consistency, Statement};
use xxhash_rust::xxh3::xxh3_128;

use crate::error::{failed, unreadable};
use crate::limits::{FORMAT, OPEN_ATTEMPTS, SCHEMA_TIMEOUT};
use crate::{Cluster, name, statements};

/// Its CQL name: tables of the engine begin with `t_` and cannot meet it.
const TABLE: &str = "marquee_registry";
/// The key of the format's version.
const FORMAT_KEY: &str = "format";

const LAST_WRITE_WINS: &str = "last-write-wins";
const COMPARE_AND_SET: &str = "compare-and-set";

/// What is known of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Record {
    kind: TableKind,
    generation: String,
    is_dropped: bool,
}

/// The tables of a keyspace.
#[derive(Debug)]
pub(crate) struct Registry {
    keyspace: String,
}

impl Registry {
    /// Opens the registry of a keyspace, creating it if it is new.
    ///
    /// # Errors
    /// [`EngineError::NewerFormat`] when a newer version wrote the keyspace.
    pub(crate) async fn open(session: &Session, cluster: &Cluster) -> Result<Self, EngineError> {
        let registry = Self {
            keyspace: cluster.keyspace.clone(),
        };
        let create = format!(
            "CREATE TABLE IF NOT EXISTS {} (key text PRIMARY KEY, version int, kind text, generation uuid, \
             dropped boolean) WITH id = {}",
            registry.table(),
            own_id(&registry.keyspace)
        );
        change_schema(session, create).await?;
        let found = registry.version(session).await?;
        if found > FORMAT {
            return Err(EngineError::NewerFormat {
                place: cluster.to_string(),
                found: found.cast_unsigned(),
                reads: FORMAT.cast_unsigned(),
            });
        }
        Ok(registry)
    }

    /// The CQL name of a table of this kind, which is there when this returns.
    pub(crate) async fn table_of(
        &self,
        session: &Session,
        table: &str,
        kind: TableKind,
    ) -> Result<String, EngineError> {
        for _ in 0..OPEN_ATTEMPTS {
            match self.find(session, table).await? {
                None => self.claim(session, table, kind).await?,
                Some(record) if record.is_dropped => self.end_drop(session, table, &record).await?,
                Some(record) if record.kind != kind => {
                    return Err(EngineError::WrongKind {
                        table: table.to_owned(),
                    });
                }
                Some(record) => {
                    let cql_name = self.cql_name(table, &record);
                    let comment = name::literal(table);
                    let create = statements::create_table(&cql_name, &record.generation, &comment);
                    change_schema(session, create).await?;
                    return Ok(cql_name);
                }
            }
        }
        Err(EngineError::Unavailable(
            format!("table {table} is dropped again and again by another process").into(),
        ))
    }

    /// Drops a table; dropping what is not there is fine.
    pub(crate) async fn drop_table(
        &self,
        session: &Session,
        table: &str,
    ) -> Result<(), EngineError> {
        let Some(record) = self.find(session, table).await? else {
            return Ok(());
        };
        let mark = format!(
            "UPDATE {} SET dropped = true WHERE key = ? IF generation = {}",
            self.table(),
            record.generation
        );
        run(session, mark, (key(table),)).await?;
        self.end_drop(session, table, &record).await
    }

    async fn end_drop(
        &self,
        session: &Session,
        table: &str,
        record: &Record,
    ) -> Result<(), EngineError> {
        let cql_name = self.cql_name(table, record);
        change_schema(session, format!("DROP TABLE IF EXISTS {cql_name}")).await?;
        let forget = format!(
            "DELETE FROM {} WHERE key = ? IF generation = {}",
            self.table(),
            record.generation
        );
        run(session, forget, (key(table),)).await?;
        Ok(())
    }

    /// Records a new table, unless another process was quicker.
    async fn claim(
        &self,
        session: &Session,
        table: &str,
        kind: TableKind,
    ) -> Result<(), EngineError> {
        let kind = match kind {
            TableKind::LastWriteWins => LAST_WRITE_WINS,
            TableKind::CompareAndSet => COMPARE_AND_SET,
        };
        let claim = format!(
            "INSERT INTO {} (key, kind, generation, dropped) VALUES (?, ?, uuid(), false) IF NOT EXISTS",
            self.table()
        );
        run(session, claim, (key(table), kind)).await?;
        Ok(())
    }

    async fn find(&self, session: &Session, table: &str) -> Result<Option<Record>, EngineError> {
        let find = format!(
            "SELECT kind, CAST(generation AS text), dropped FROM {} WHERE key = ?",
            self.table()
        );
        let damaged = unreadable("a table's record");
        let rows = run(session, find, (key(table),)).await?.into_rows_result();
        let rows = rows.map_err(|it| damaged(it.into()))?;
        let row = rows.maybe_first_row::<(String, String, Option<bool>)>();
        let Some((kind, generation, dropped)) = row.map_err(|it| damaged(it.into()))? else {
            return Ok(None);
        };
        let kind = match kind.as_str() {
            LAST_WRITE_WINS => TableKind::LastWriteWins,
            COMPARE_AND_SET => TableKind::CompareAndSet,
            _ => return Err(damaged(format!("{kind} is no kind of table").into())),
        };
        Ok(Some(Record {
            kind,
            generation,
            is_dropped: dropped == Some(true),
        }))
    }

    /// The version found, which is this one's where there was none.
    async fn version(&self, session: &Session) -> Result<i32, EngineError> {
        let record = format!(
            "INSERT INTO {} (key, version) VALUES (?, ?) IF NOT EXISTS",
            self.table()
        );
        run(session, record, (FORMAT_KEY, FORMAT)).await?;
        let find = format!("SELECT version FROM {} WHERE key = ?", self.table());
        let damaged = unreadable("the format's version");
        let rows = run(session, find, (FORMAT_KEY,)).await?.into_rows_result();
        let rows = rows.map_err(|it| damaged(it.into()))?;
        let (version,) = rows
            .first_row::<(i32,)>()
            .map_err(|it| damaged(it.into()))?;
        Ok(version)
    }

    fn table(&self) -> String {
        format!("{}.{TABLE}", self.keyspace)
    }

    fn cql_name(&self, table: &str, record: &Record) -> String {
        format!(
            "{}.{}",
            self.keyspace,
            name::table(table, &record.generation)
        )
    }
}

/// A table's key in the registry.
fn key(table: &str) -> String {
    format!("table/{table}")
}

/// The registry's identifier: the same for every process that creates it.
fn own_id(keyspace: &str) -> String {
    let digits = format!(
        "{:032x}",
        xxh3_128(format!("{keyspace}.{TABLE}").as_bytes())
    );
    let part = |from: usize, until: usize| &digits[from..until];
    format!(
        "{}-{}-{}-{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32)
    )
}

/// Runs a statement on the registry; a read sees every change acknowledged before.
async fn run(
    session: &Session,
    cql: String,
    values: impl SerializeRow,
) -> Result<QueryResult, EngineError> {
    let mut statement = Statement::new(cql);
    if statement.contents.starts_with("SELECT") {
        statement.set_consistency(Consistency::LocalSerial);
        statement.set_is_idempotent(true);
    }
    session
        .query_unpaged(statement, values)
        .await
        .map_err(failed)
}

/// Changes the schema; every node knows the change when this returns.
pub(crate) async fn change_schema(session: &Session, cql: String) -> Result<(), EngineError> {
    let mut statement = Statement::new(cql);
    statement.set_request_timeout(Some(SCHEMA_TIMEOUT));
    session.query_unpaged(statement, ()).await.map_err(failed)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_s_identifier_is_a_uuid_of_its_keyspace() {
        let id = own_id("films");
        assert_eq!(id, own_id("films"));
        assert_ne!(id, own_id("series"));
        let lengths = id.split('-').map(str::len);
        assert!(lengths.eq([8, 4, 4, 4, 12]), "{id}");
    }
}
