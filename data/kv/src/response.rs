//! What a key-value service answers.

use bytes::Bytes;

use crate::{Item, KvError, PageToken};

/// A page of a record's items.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GetItemsResponse {
    /// Items in the order asked for. A page can be empty and yet not the last: after many deleted items,
    /// or when the time ran out.
    pub items: Vec<Item>,
    /// Where to go on; `None`: this was the last.
    pub next_page_token: Option<PageToken>,
}

/// Some items of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its id.
    pub id: Bytes,
    /// Items in key order, at least one.
    pub items: Vec<Item>,
}

/// A page of a scan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScanItemsResponse {
    /// Records, each with all its items, except that the first may go on from the page before and the
    /// last go on in the next.
    pub records: Vec<Record>,
    /// Where to go on; `None`: this was the last.
    pub next_page_token: Option<PageToken>,
}

/// What came of each record's mutation, in the request's order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MutateItemsResponse {
    /// `Ok`: applied whole. An error: not applied, unless it says that it may have been. The whole
    /// request, with the same token, is safe to repeat.
    pub results: Vec<Result<(), KvError>>,
}
