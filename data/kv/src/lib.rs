//! Records of two levels on any engine: a namespace holds records, a record is an id and a sorted map of
//! items.
//!
//! [`KeyValue`] is the trait; [`Service`] keeps records on the engines of `data-engine`; [`Client`] wraps
//! either that service or a connection to one, compresses values and makes idempotency tokens. A
//! namespace's record ([`NamespaceConfig`]) says which engine holds it and how: durability, compression,
//! cache, default expiry, chunk threshold, hedging. Whatever serves the trait runs the suite in
//! [`conformance`]. This crate must not know what the values mean, nor how a service is reached.
//!
//! # What may be relied on
//! * A write carries a token. Of two writes to an item the one with the later generation time stands,
//!   whichever arrives first; the same write with the same token again changes nothing.
//! * What one call does to one record is applied whole or not at all. Calls on several records are atomic
//!   record by record.
//! * A value over the namespace's threshold is chunked: staged under a name made of its token and content,
//!   then committed by writing the item that refers to it. A reader gets all of it, checked against its hash,
//!   or the value before. Staged chunks that no item refers to are found and removed by
//!   [`Service::collect_chunks`].
//! * Deleting a record, a range or a prefix costs one range tombstone, however many items it covers. Deleting
//!   an item writes a mark without a value that expires by itself after the engine's grace and a jitter: to
//!   Cassandra it is a live row with an expiry, so that a burst of deletions is neither a run of tombstones
//!   that reads trip over nor collected all at once; fjall keeps it as long as its own tombstones and drops
//!   it in the same way.
//! * A cached read is answered without a wait, and never older than a write this process acknowledged.
//!   Between processes it may be older by as much as the namespace's cache expiry.

mod check;
mod client;
mod compression;
pub mod conformance;
mod envelope;
mod error;
#[doc(hidden)]
pub mod fuzzing;
mod hedge;
mod idempotency;
mod item;
mod key_value;
pub mod limits;
mod namespace;
mod page_token;
mod request;
mod response;
mod service;
mod sizes;

pub use client::Client;
pub use data_engine::{Direction, Durability, Stamp};
pub use error::KvError;
pub use idempotency::{IdempotencyToken, Tokens};
pub use item::{Encoding, Expiry, Item, Metadata, PutItem, Value};
pub use key_value::{KeyValue, SharedKeyValue};
pub use namespace::{CacheConfig, Hedging, NamespaceConfig, Signals};
pub use page_token::PageToken;
pub use request::{
    DeleteItemsRequest, GetItemsRequest, MutateItemsRequest, Operation, Predicate, PutItemsRequest,
    RecordMutation, ScanItemsRequest, ScanSlice, Selection, Values,
};
pub use response::{GetItemsResponse, MutateItemsResponse, Record, ScanItemsResponse};
pub use service::{Collected, Service, ServiceParts};
