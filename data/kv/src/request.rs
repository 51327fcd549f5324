//! What is asked of a key-value service.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use data_engine::{Direction, Range};

use crate::{IdempotencyToken, PageToken, PutItem};

/// Which items of a record are meant.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub enum Predicate {
    /// Every item.
    #[default]
    All,
    /// The items with these keys; what is not there is left out.
    Keys(Vec<Bytes>),
    /// Items from the first key on, before the last one.
    Range {
        /// First key inside; `None`: from the record's start.
        from: Option<Bytes>,
        /// First key after; `None`: to the record's end.
        until: Option<Bytes>,
    },
    /// Items whose keys begin so.
    Prefix(Bytes),
}

impl Predicate {
    /// The item with this key.
    pub fn key(key: impl Into<Bytes>) -> Self {
        Self::Keys(vec![key.into()])
    }

    /// The range it comes to; keys come to everything.
    pub(crate) fn range(&self, direction: Direction) -> Range {
        let range = match self {
            Self::All | Self::Keys(_) => Range::all(),
            Self::Range { from, until } => Range {
                from: from.clone(),
                until: until.clone(),
                direction,
            },
            Self::Prefix(prefix) => Range::prefix(prefix.clone()),
        };
        Range { direction, ..range }
    }
}

/// Which values come with the items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Values {
    /// All of them.
    #[default]
    All,
    /// Those that are not chunked.
    Small,
    /// None: keys and metadata only.
    None,
}

/// How much of what matches is answered, and what of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Selection {
    /// Bytes of a page; `None`: [`crate::limits::DEFAULT_PAGE_BYTES`]. A page holds at least one item when
    /// there is one.
    pub page_size_bytes: Option<usize>,
    /// Most items of a page.
    pub item_limit: Option<usize>,
    /// Which values come along.
    pub values: Values,
}

/// Sets items of one record, all or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutItemsRequest {
    /// The namespace's name.
    pub namespace: Arc<str>,
    /// The record.
    pub id: Bytes,
    /// Its new items; of one key the last stands.
    pub items: Vec<PutItem>,
    /// Names this write.
    pub token: IdempotencyToken,
}

/// Reads items of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetItemsRequest {
    /// The namespace's name.
    pub namespace: Arc<str>,
    /// The record.
    pub id: Bytes,
    /// Which of its items.
    pub predicate: Predicate,
    /// The order they come in.
    pub direction: Direction,
    /// How much of them.
    pub selection: Selection,
    /// Where to go on; `None`: at the beginning.
    pub page_token: Option<PageToken>,
    /// Time for the answer. A page ends early, with a token, rather than late.
    pub within: Option<Duration>,
}

impl GetItemsRequest {
    /// Every item a predicate matches, forwards, a default page at a time.
    pub fn new(namespace: &Arc<str>, id: impl Into<Bytes>, predicate: Predicate) -> Self {
        Self {
            namespace: Arc::clone(namespace),
            id: id.into(),
            predicate,
            direction: Direction::Forward,
            selection: Selection::default(),
            page_token: None,
            within: None,
        }
    }
}

/// Deletes items of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteItemsRequest {
    /// The namespace's name.
    pub namespace: Arc<str>,
    /// The record.
    pub id: Bytes,
    /// Which of its items.
    pub predicate: Predicate,
    /// Names this write.
    pub token: IdempotencyToken,
}

/// One step of a record's mutation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Sets an item.
    Put(PutItem),
    /// Deletes items. Ranges go first, whatever their place: what the same mutation puts into one stands.
    Delete(Predicate),
}

/// What is done to one record, all or none. Of operations on one key the last stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordMutation {
    /// The record.
    pub id: Bytes,
    /// What is done to it.
    pub operations: Vec<Operation>,
}

/// Mutates several records, each all or none, none of them twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MutateItemsRequest {
    /// The namespace's name.
    pub namespace: Arc<str>,
    /// What is done.
    pub mutations: Vec<RecordMutation>,
    /// Names this write.
    pub token: IdempotencyToken,
}

/// A part of a namespace: of so many that share it out, the one with this index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ScanSlice {
    /// Which part, from 0.
    pub index: u32,
    /// How many there are.
    pub of: u32,
}

impl ScanSlice {
    /// The whole namespace.
    pub const WHOLE: Self = Self { index: 0, of: 1 };

    /// All parts of a namespace that is shared out to so many.
    pub fn split(of: u32) -> impl Iterator<Item = Self> {
        (0..of).map(move |index| Self { index, of })
    }
}

/// Reads every record of a part of a namespace, in an order of the engine's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanItemsRequest {
    /// The namespace's name.
    pub namespace: Arc<str>,
    /// Which part.
    pub slice: ScanSlice,
    /// How much of a page.
    pub selection: Selection,
    /// Where to go on; `None`: at the beginning.
    pub page_token: Option<PageToken>,
    /// Time for the answer. A page ends early, with a token, rather than late.
    pub within: Option<Duration>,
}

impl ScanItemsRequest {
    /// A part of a namespace, a default page at a time.
    pub fn new(namespace: &Arc<str>, slice: ScanSlice) -> Self {
        Self {
            namespace: Arc::clone(namespace),
            slice,
            selection: Selection::default(),
            page_token: None,
            within: None,
        }
    }
}
