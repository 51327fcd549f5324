//! One table: its prepared statements, and the writes that use them.

use std::collections::HashMap;
use std::sync::Arc;

use data_engine::{EngineError, TableKind};
use scylla::client::session::Session;
use scylla::policies::retry::FallthroughRetryPolicy;
use scylla::statement::batch::{Batch, BatchType};
use scylla::statement::prepared::PreparedStatement;
use scylla::statement::{Consistency, SerialConsistency};
use scylla::value::{CqlValue, Row};

use crate::bind::Bind;
use crate::error::{failed, not_prepared, unreadable};
use crate::limits::{MAX_REQUEST_BYTES, STATEMENT_BYTES};
use crate::mutation::Bound;
use crate::row_size::RowSize;
use crate::statements::Statement;

/// An open table.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) kind: TableKind,
    pub(crate) row_size: RowSize,
    prepared: HashMap<Statement, PreparedStatement>,
}

impl Table {
    /// Prepares every statement that the table with this CQL name takes.
    pub(crate) async fn prepare(
        session: &Session,
        cql_name: &str,
        kind: TableKind,
    ) -> Result<Self, EngineError> {
        let mut prepared = HashMap::new();
        for statement in Statement::all_of(kind) {
            let cql = statement.cql(cql_name);
            let mut one = session.prepare(cql).await.map_err(not_prepared)?;
            one.set_is_idempotent(statement.is_repeatable());
            one.set_use_cached_result_metadata(true);
            if kind == TableKind::CompareAndSet && statement.reads_items() {
                // Ends what a lightweight transaction of unknown outcome has begun, one way or the other.
                one.set_consistency(Consistency::LocalSerial);
            }
            prepared.insert(statement, one);
        }
        Ok(Self {
            kind,
            row_size: RowSize::default(),
            prepared,
        })
    }

    pub(crate) fn statement(&self, statement: Statement) -> &PreparedStatement {
        &self.prepared[&statement]
    }

    /// Applies the statements of one partition, all or none. Repeating it changes nothing.
    pub(crate) async fn apply(
        &self,
        session: &Session,
        bound: Vec<Bound<'_>>,
    ) -> Result<(), EngineError> {
        check_size(&bound)?;
        if let [(statement, values)] = &bound[..] {
            let done = session.execute_unpaged(self.statement(*statement), &values[..]);
            done.await.map_err(failed)?;
            return Ok(());
        }
        if bound.is_empty() {
            return Ok(());
        }
        let (mut batch, values) = self.batch(bound);
        batch.set_is_idempotent(true);
        session.batch(&batch, values).await.map_err(failed)?;
        Ok(())
    }

    /// Applies the statements of one partition if the one that compares holds. It is never repeated by the
    /// driver: a second attempt would compare with what the first one wrote.
    pub(crate) async fn apply_if(
        &self,
        session: &Session,
        bound: Vec<Bound<'_>>,
    ) -> Result<bool, EngineError> {
        check_size(&bound)?;
        let (mut batch, values) = self.batch(bound);
        batch.set_is_idempotent(false);
        batch.set_retry_policy(Some(Arc::new(FallthroughRetryPolicy)));
        batch.set_serial_consistency(Some(SerialConsistency::LocalSerial));
        let answer = session.batch(&batch, values).await.map_err(failed)?;
        was_applied(answer)
    }

    /// Unlogged: the statements are of one partition, and the servers apply them as one mutation.
    fn batch<'a>(&self, bound: Vec<Bound<'a>>) -> (Batch, Vec<Vec<Bind<'a>>>) {
        let mut batch = Batch::new(BatchType::Unlogged);
        let mut values = Vec::with_capacity(bound.len());
        for (statement, bound) in bound {
            batch.append_statement(self.statement(statement).clone());
            values.push(bound);
        }
        (batch, values)
    }
}

/// Whether a conditional statement was applied: the first column of its answer.
pub(crate) fn was_applied(
    answer: scylla::response::query_result::QueryResult,
) -> Result<bool, EngineError> {
    let unreadable = unreadable("a comparison");
    let rows = answer
        .into_rows_result()
        .map_err(|it| unreadable(it.into()))?;
    let row: Row = rows.first_row().map_err(|it| unreadable(it.into()))?;
    match row.columns.first() {
        Some(Some(CqlValue::Boolean(applied))) => Ok(*applied),
        other => Err(unreadable(format!("[applied] is {other:?}").into())),
    }
}

/// Refuses what no server takes: every statement of a request repeats the partition's key.
fn check_size(bound: &[Bound<'_>]) -> Result<(), EngineError> {
    let bytes = |bind: &Bind<'_>| match bind {
        Bind::Blob(bytes) | Bind::Maybe(Some(bytes)) => bytes.len(),
        Bind::Maybe(None) | Bind::BigInt(_) | Bind::Int(_) => 0,
    };
    let values = bound.iter().flat_map(|(_, values)| values).map(bytes);
    let size = bound.len() * STATEMENT_BYTES + values.sum::<usize>();
    if size > MAX_REQUEST_BYTES {
        return Err(EngineError::TooLarge {
            what: "batch",
            unit: "bytes",
            size,
            limit: MAX_REQUEST_BYTES,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_over_a_frame_is_refused() {
        let key = vec![0; 8 << 10];
        let row = || {
            (
                Statement::AlsoDelete,
                vec![Bind::Blob(&key), Bind::Blob(b"i")],
            )
        };
        let rows = |count| (0..count).map(|_| row()).collect::<Vec<_>>();
        check_size(&rows(1_000)).unwrap();
        let refused = check_size(&rows(2_000)).unwrap_err();
        assert!(matches!(
            refused,
            EngineError::TooLarge { what: "batch", .. }
        ));
    }
}
