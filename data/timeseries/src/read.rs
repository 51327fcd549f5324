//! Reading a series' events.

mod cursor;
mod merge;
mod query;
mod scan;
mod token;

pub use query::{EventLimit, EventPage, ReadQuery};
pub use token::PageToken;

pub(crate) use scan::{Budget, Keep, Scan};
pub(crate) use token::QueryHash;

use crate::TimeSeriesError;
use crate::namespace::Namespace;

impl Namespace {
    /// A page of events, oldest or newest first.
    pub(crate) async fn read(
        &self,
        series: &[u8],
        query: &ReadQuery,
    ) -> Result<EventPage, TimeSeriesError> {
        let hash = QueryHash::new("read", &self.name, series, query);
        let mut events = Vec::new();
        let keep = |event| {
            events.push(event);
            Keep::Kept
        };
        let next = self.scan_page((series, query), hash, Budget::page(query.limit), keep);
        let next = next.await?;
        Ok(EventPage { events, next })
    }

    /// A page of whatever `keep` makes of the events, within a budget.
    pub(crate) async fn scan_page(
        &self,
        (series, query): (&[u8], &ReadQuery),
        hash: QueryHash,
        budget: Budget,
        keep: impl FnMut(crate::Event) -> Keep,
    ) -> Result<Option<PageToken>, TimeSeriesError> {
        crate::event::check_series(series)?;
        let begun = query
            .page
            .as_ref()
            .map(|page| page.open(hash))
            .transpose()?;
        let scan = Scan::new(self, series, query, begun)?;
        let edge = scan.run(budget, keep).await?;
        Ok(edge.map(|edge| PageToken::seal(hash, &edge)))
    }
}
