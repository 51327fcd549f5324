//! The trait.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    DeleteItemsRequest, GetItemsRequest, GetItemsResponse, KvError, MutateItemsRequest,
    MutateItemsResponse, PutItemsRequest, ScanItemsRequest, ScanItemsResponse, Signals,
};

/// A handle that is cheap to clone and to store.
pub type SharedKeyValue = Arc<dyn KeyValue>;

/// Records of two levels. What may be relied on stands at the crate's root.
#[async_trait]
pub trait KeyValue: Debug + Send + Sync {
    /// What a client is to know of a namespace.
    async fn signals(&self, namespace: &str) -> Result<Signals, KvError>;

    /// Sets items of one record, all or none.
    async fn put_items(&self, request: PutItemsRequest) -> Result<(), KvError>;

    /// Reads a page of items of one record.
    async fn get_items(&self, request: GetItemsRequest) -> Result<GetItemsResponse, KvError>;

    /// Deletes items of one record; deleting what is not there is fine.
    async fn delete_items(&self, request: DeleteItemsRequest) -> Result<(), KvError>;

    /// Mutates several records, each all or none.
    async fn mutate_items(
        &self,
        request: MutateItemsRequest,
    ) -> Result<MutateItemsResponse, KvError>;

    /// Reads a page of the records of a part of a namespace.
    async fn scan_items(&self, request: ScanItemsRequest) -> Result<ScanItemsResponse, KvError>;
}
