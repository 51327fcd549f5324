//! The client's side: tokens, compression, and calls for one item.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use parking_lot::RwLock;
use platform_clock::SharedClock;
use platform_entropy::SharedEntropy;

use crate::limits::{COMPRESS_ASIDE_BYTES, MAX_VALUE_BYTES};
use crate::{
    DeleteItemsRequest, Encoding, GetItemsRequest, GetItemsResponse, IdempotencyToken, Item,
    KeyValue, KvError, MutateItemsRequest, MutateItemsResponse, Operation, Predicate, PutItem,
    PutItemsRequest, Record, ScanItemsRequest, ScanItemsResponse, SharedKeyValue, Signals, Tokens,
    Value, check, compression,
};

/// Wraps a service, or a connection to one: compresses the values it sends where their namespace says so,
/// and expands the ones it gets. Through it every value is plain.
#[derive(Debug)]
pub struct Client {
    service: SharedKeyValue,
    tokens: Tokens,
    /// What namespaces said when they were first used.
    signals: RwLock<HashMap<Arc<str>, Signals>>,
}

impl Client {
    /// A client of this service.
    pub fn new(service: SharedKeyValue, clock: SharedClock, entropy: &SharedEntropy) -> Self {
        Self {
            service,
            tokens: Tokens::new(clock, entropy),
            signals: RwLock::default(),
        }
    }

    /// A token for a write that is asked for now. To repeat a write, repeat its token.
    pub fn token(&self) -> IdempotencyToken {
        self.tokens.next()
    }

    /// Sets one item, now.
    pub async fn put(
        &self,
        namespace: &Arc<str>,
        id: impl Into<Bytes> + Send,
        item: PutItem,
    ) -> Result<(), KvError> {
        let request = PutItemsRequest {
            namespace: Arc::clone(namespace),
            id: id.into(),
            items: vec![item],
            token: self.token(),
        };
        self.put_items(request).await
    }

    /// One item's value.
    pub async fn get(
        &self,
        namespace: &Arc<str>,
        id: impl Into<Bytes> + Send,
        key: impl Into<Bytes> + Send,
    ) -> Result<Option<Bytes>, KvError> {
        let request = GetItemsRequest::new(namespace, id, Predicate::key(key));
        let mut page = self.get_items(request).await?;
        let value = page.items.pop().and_then(|item| item.value);
        Ok(value.map(|value| value.bytes))
    }

    /// Deletes items of a record, now.
    pub async fn delete(
        &self,
        namespace: &Arc<str>,
        id: impl Into<Bytes> + Send,
        predicate: Predicate,
    ) -> Result<(), KvError> {
        let request = DeleteItemsRequest {
            namespace: Arc::clone(namespace),
            id: id.into(),
            predicate,
            token: self.token(),
        };
        self.delete_items(request).await
    }

    /// Every item of a record in key order: for records known to be small.
    pub async fn all(
        &self,
        namespace: &Arc<str>,
        id: impl Into<Bytes> + Send,
    ) -> Result<Vec<Item>, KvError> {
        let mut request = GetItemsRequest::new(namespace, id, Predicate::All);
        let mut items = Vec::new();
        loop {
            let page = self.get_items(request.clone()).await?;
            items.extend(page.items);
            if page.next_page_token.is_none() {
                return Ok(items);
            }
            request.page_token = page.next_page_token;
        }
    }

    async fn compress_over(&self, namespace: &Arc<str>) -> Result<usize, KvError> {
        let known = self.signals.read().get(namespace).copied();
        let signals = if let Some(signals) = known {
            signals
        } else {
            let signals = self.service.signals(namespace).await?;
            self.signals.write().insert(Arc::clone(namespace), signals);
            signals
        };
        Ok(signals.compress_over_bytes.unwrap_or(usize::MAX))
    }
}

/// Compresses an item's value if it is large and that helps.
async fn compress(put: &mut PutItem, over: usize) -> Result<(), KvError> {
    let len = put.value.bytes.len();
    check::within("value", "bytes", len, MAX_VALUE_BYTES)?;
    if put.value.encoding != Encoding::Plain {
        return Err(KvError::invalid(
            "a client's values are plain; it encodes them itself",
        ));
    }
    if len <= over {
        return Ok(());
    }
    let value = put.value.clone();
    let packed = if len < COMPRESS_ASIDE_BYTES {
        compression::compressed(&value)
    } else {
        aside(move || compression::compressed(&value)).await?
    };
    if let Some(packed) = packed {
        put.value = packed;
    }
    Ok(())
}

/// Expands the values of items.
async fn expand(namespace: &str, id: &Bytes, mut items: Vec<Item>) -> Result<Vec<Item>, KvError> {
    let values = || items.iter().filter_map(|item| item.value.as_ref());
    let packed = values().filter(|value| value.encoding != Encoding::Plain);
    let work: usize = packed.map(compression::expanded_bytes).sum();
    if work == 0 && values().all(|value| value.encoding == Encoding::Plain) {
        return Ok(items);
    }
    let (namespace, id) = (namespace.to_owned(), id.clone());
    let expand = move || {
        for item in &mut items {
            let Some(value) = item.value.take() else {
                continue;
            };
            item.value = Some(plain(&namespace, &id, &item.key, value)?);
        }
        Ok(items)
    };
    if work < COMPRESS_ASIDE_BYTES {
        return expand();
    }
    aside(expand).await?
}

fn plain(namespace: &str, id: &Bytes, key: &Bytes, value: Value) -> Result<Value, KvError> {
    compression::expanded(value).map_err(|reason| KvError::Damaged {
        namespace: namespace.to_owned(),
        id: id.clone(),
        key: key.clone(),
        reason,
    })
}

async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, KvError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| KvError::Failed {
        reason: error.to_string(),
    })
}

#[async_trait]
impl KeyValue for Client {
    async fn signals(&self, namespace: &str) -> Result<Signals, KvError> {
        self.service.signals(namespace).await
    }

    async fn put_items(&self, mut request: PutItemsRequest) -> Result<(), KvError> {
        let over = self.compress_over(&request.namespace).await?;
        for item in &mut request.items {
            compress(item, over).await?;
        }
        self.service.put_items(request).await
    }

    async fn get_items(&self, request: GetItemsRequest) -> Result<GetItemsResponse, KvError> {
        let (namespace, id) = (Arc::clone(&request.namespace), request.id.clone());
        let page = self.service.get_items(request).await?;
        Ok(GetItemsResponse {
            items: expand(&namespace, &id, page.items).await?,
            ..page
        })
    }

    async fn delete_items(&self, request: DeleteItemsRequest) -> Result<(), KvError> {
        self.service.delete_items(request).await
    }

    async fn mutate_items(
        &self,
        mut request: MutateItemsRequest,
    ) -> Result<MutateItemsResponse, KvError> {
        let over = self.compress_over(&request.namespace).await?;
        let operations = request.mutations.iter_mut();
        for operation in operations.flat_map(|mutation| &mut mutation.operations) {
            if let Operation::Put(item) = operation {
                compress(item, over).await?;
            }
        }
        self.service.mutate_items(request).await
    }

    async fn scan_items(&self, request: ScanItemsRequest) -> Result<ScanItemsResponse, KvError> {
        let namespace = Arc::clone(&request.namespace);
        let page = self.service.scan_items(request).await?;
        let mut records = Vec::with_capacity(page.records.len());
        for Record { id, items } in page.records {
            let items = expand(&namespace, &id, items).await?;
            records.push(Record { id, items });
        }
        Ok(ScanItemsResponse { records, ..page })
    }
}
