//! Reads: an item, a page of a partition, the keys of partitions.

use bytes::Bytes;
use data_engine::{
    Cell, Direction, EngineError, Page, PageFiller, PageLimit, Range, Stamp, TokenRange,
};
use platform_clock::Timestamp;
use scylla::client::session::Session;
use scylla::response::query_result::QueryRowsResult;
use scylla::response::{PagingState, PagingStateResponse};

use crate::bind::Bind;
use crate::error::{failed, unreadable};
use crate::limits::MAX_FETCH_ROWS;
use crate::statements::Statement;
use crate::table::Table;
use crate::{expiry, key, ring};

/// What a row holds beside its key: value, expiry, write time.
type Columns<'a> = (Option<&'a [u8]>, Option<i64>, Option<i64>);
type ItemColumns<'a> = (&'a [u8], Option<&'a [u8]>, Option<i64>, Option<i64>);

/// The live cell of a row. The value is copied out of the frame it came in, which a caller that keeps one item
/// would otherwise keep whole.
fn cell((value, expires, written): Columns<'_>, now: Timestamp) -> Option<Cell> {
    let expires = expiry::read(expires);
    if expires.is_some_and(|at| at <= now) {
        return None;
    }
    Some(Cell {
        value: Bytes::copy_from_slice(value?),
        stamp: Stamp(u64::try_from(written.unwrap_or_default()).unwrap_or_default()),
        expires,
    })
}

impl Table {
    /// One live item.
    pub(crate) async fn get(
        &self,
        session: &Session,
        (partition, item): (&[u8], &[u8]),
        now: Timestamp,
    ) -> Result<Option<Cell>, EngineError> {
        let key = key::stored(partition);
        let bound = [Bind::Blob(&key), Bind::Blob(item)];
        let answer = session.execute_unpaged(self.statement(Statement::Get), &bound[..]);
        let unreadable = unreadable("a get");
        let rows = answer.await.map_err(failed)?.into_rows_result();
        let rows = rows.map_err(|it| unreadable(it.into()))?;
        let row = rows.maybe_first_row().map_err(|it| unreadable(it.into()))?;
        Ok(row.and_then(|columns| cell(columns, now)))
    }

    /// A page of a partition, fetched in as many rows as its bytes are likely to hold.
    pub(crate) async fn page(
        &self,
        session: &Session,
        partition: &[u8],
        range: &Range,
        limit: PageLimit,
        now: Timestamp,
    ) -> Result<Page, EngineError> {
        let mut page = PageFiller::new(range, limit);
        if range.is_empty() || range.until.as_ref().is_some_and(Bytes::is_empty) {
            return Ok(page.finish());
        }
        let key = key::stored(partition);
        let mut bound = vec![
            Bind::Blob(&key),
            Bind::Blob(range.from.as_deref().unwrap_or_default()),
        ];
        bound.extend(range.until.as_deref().map(Bind::Blob));
        let statement = Statement::Page {
            until: range.until.is_some(),
            reverse: range.direction == Direction::Reverse,
        };
        let mut from = PagingState::start();
        loop {
            let rows = self.row_size.rows_for(page.left());
            let (rows, next) = self.fetch(session, statement, &bound, rows, from).await?;
            self.row_size
                .observe(rows.rows_num(), rows.rows_bytes_size());
            if !fill(&mut page, &rows, now)? {
                return Ok(page.finish());
            }
            match next.into_paging_control_flow() {
                std::ops::ControlFlow::Continue(state) => from = state,
                std::ops::ControlFlow::Break(()) => return Ok(page.finish()),
            }
        }
    }

    /// Keys of partitions in ring order. Cassandra lists none that holds nothing but tombstones.
    pub(crate) async fn partitions(
        &self,
        session: &Session,
        tokens: TokenRange,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Bytes>, EngineError> {
        let after = after.map(key::stored).map(|key| (ring::place(&key), key));
        let place = after.as_ref().map(|(place, _)| *place);
        let mut listed = Vec::new();
        let Some((first, last)) = ring::bounds(tokens, place) else {
            return Ok(listed);
        };
        let bound = [Bind::BigInt(first), Bind::BigInt(last)];
        let mut from = PagingState::start();
        while listed.len() < limit {
            // One more: the partition to go on after is met again.
            let rows = (limit - listed.len()).saturating_add(1).min(MAX_FETCH_ROWS);
            let rows = i32::try_from(rows).unwrap_or(i32::MAX);
            let (rows, next) = self
                .fetch(session, Statement::Partitions, &bound, rows, from)
                .await?;
            for key in keys(&rows)? {
                let is_before = after
                    .as_ref()
                    .is_some_and(|(place, after)| *key <= **after && ring::place(key) <= *place);
                if !is_before && listed.len() < limit {
                    listed.push(key::partition(key));
                }
            }
            match next.into_paging_control_flow() {
                std::ops::ControlFlow::Continue(state) => from = state,
                std::ops::ControlFlow::Break(()) => break,
            }
        }
        Ok(listed)
    }

    async fn fetch(
        &self,
        session: &Session,
        statement: Statement,
        bound: &[Bind<'_>],
        rows: i32,
        from: PagingState,
    ) -> Result<(QueryRowsResult, PagingStateResponse), EngineError> {
        let mut statement = self.statement(statement).clone();
        statement.set_page_size(rows);
        let answer = session.execute_single_page(&statement, bound, from).await;
        let (rows, next) = answer.map_err(failed)?;
        let rows = rows
            .into_rows_result()
            .map_err(|it| unreadable("a page")(it.into()))?;
        Ok((rows, next))
    }
}

/// Returns whether the page takes more.
fn fill(
    page: &mut PageFiller<'_>,
    rows: &QueryRowsResult,
    now: Timestamp,
) -> Result<bool, EngineError> {
    let unreadable = unreadable("a page");
    let rows = rows
        .rows::<ItemColumns<'_>>()
        .map_err(|it| unreadable(it.into()))?;
    for row in rows {
        let (item, value, expires, written) = row.map_err(|it| unreadable(it.into()))?;
        let cell = cell((value, expires, written), now);
        if !page.take(Bytes::copy_from_slice(item), cell) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn keys(rows: &QueryRowsResult) -> Result<Vec<&[u8]>, EngineError> {
    let unreadable = unreadable("a scan");
    let rows = rows
        .rows::<(&[u8],)>()
        .map_err(|it| unreadable(it.into()))?;
    let keys = rows.map(|row| row.map(|(key,)| key));
    keys.collect::<Result<_, _>>()
        .map_err(|it| unreadable(it.into()))
}
