//! One run of the suite in one namespace.

use std::sync::Arc;

use bytes::Bytes;
use platform_clock::SharedClock;
use platform_entropy::{SystemEntropy, random_id};

use crate::{
    DeleteItemsRequest, GetItemsRequest, IdempotencyToken, Item, KvError, MutateItemsRequest,
    MutateItemsResponse, Operation, Predicate, PutItem, PutItemsRequest, RecordMutation,
    SharedKeyValue, Tokens, Value,
};

/// A namespace, and a name for what this run puts into it.
pub(super) struct Run {
    pub(super) kv: SharedKeyValue,
    pub(super) namespace: Arc<str>,
    pub(super) clock: SharedClock,
    name: String,
    tokens: Tokens,
}

impl Run {
    pub(super) fn new(kv: &SharedKeyValue, clock: &SharedClock, namespace: &str) -> Self {
        let entropy = SystemEntropy::shared();
        Self {
            kv: Arc::clone(kv),
            namespace: namespace.into(),
            clock: Arc::clone(clock),
            name: random_id(&*entropy),
            tokens: Tokens::new(Arc::clone(clock), &entropy),
        }
    }

    /// The same run in another namespace.
    pub(super) fn beside(&self, namespace: &str) -> Self {
        Self {
            name: self.name.clone(),
            ..Self::new(&self.kv, &self.clock, namespace)
        }
    }

    pub(super) fn token(&self) -> IdempotencyToken {
        self.tokens.next()
    }

    /// A record of this run.
    pub(super) fn id(&self, record: &str) -> Bytes {
        format!("{}/{record}", self.name).into()
    }

    /// The record's name, when it is one of this run.
    pub(super) fn name_of(&self, id: &[u8]) -> Option<String> {
        let id = std::str::from_utf8(id).ok()?;
        let name = id.strip_prefix(&self.name)?.strip_prefix('/')?;
        Some(name.to_owned())
    }

    pub(super) async fn put(
        &self,
        record: &str,
        items: Vec<PutItem>,
        token: IdempotencyToken,
    ) -> Result<(), KvError> {
        let request = PutItemsRequest {
            namespace: Arc::clone(&self.namespace),
            id: self.id(record),
            items,
            token,
        };
        self.kv.put_items(request).await
    }

    pub(super) async fn put_one(
        &self,
        record: &str,
        key: &str,
        value: impl Into<Value>,
    ) -> Result<(), KvError> {
        let item = PutItem::new(key.to_owned(), value);
        self.put(record, vec![item], self.token()).await
    }

    pub(super) async fn delete(
        &self,
        record: &str,
        predicate: Predicate,
        token: IdempotencyToken,
    ) -> Result<(), KvError> {
        let request = DeleteItemsRequest {
            namespace: Arc::clone(&self.namespace),
            id: self.id(record),
            predicate,
            token,
        };
        self.kv.delete_items(request).await
    }

    pub(super) fn asks(&self, record: &str, predicate: Predicate) -> GetItemsRequest {
        GetItemsRequest::new(&self.namespace, self.id(record), predicate)
    }

    /// Every item a request comes to, and the pages it took.
    pub(super) async fn read(
        &self,
        mut request: GetItemsRequest,
    ) -> Result<(Vec<Item>, usize), KvError> {
        let (mut items, mut pages) = (Vec::new(), 0);
        loop {
            let page = self.kv.get_items(request.clone()).await?;
            items.extend(page.items);
            pages += 1;
            request.page_token = page.next_page_token;
            if request.page_token.is_none() {
                return Ok((items, pages));
            }
        }
    }

    /// The keys of what a predicate matches, joined: keys are single letters.
    pub(super) async fn keys(&self, record: &str, predicate: Predicate) -> Result<String, KvError> {
        let (items, _) = self.read(self.asks(record, predicate)).await?;
        Ok(joined(&items))
    }

    pub(super) async fn value(&self, record: &str, key: &str) -> Result<Option<Bytes>, KvError> {
        let request = self.asks(record, Predicate::key(key.to_owned()));
        let mut page = self.kv.get_items(request).await?;
        let value = page.items.pop().and_then(|item| item.value);
        Ok(value.map(|value| value.bytes))
    }

    pub(super) async fn mutate(
        &self,
        records: Vec<(&str, Vec<Operation>)>,
    ) -> Result<MutateItemsResponse, KvError> {
        let mutation = |(record, operations)| RecordMutation {
            id: self.id(record),
            operations,
        };
        let request = MutateItemsRequest {
            namespace: Arc::clone(&self.namespace),
            mutations: records.into_iter().map(mutation).collect(),
            token: self.token(),
        };
        self.kv.mutate_items(request).await
    }
}

/// Items `a`, `b`, ... with their keys as values.
pub(super) fn letters(letters: &str) -> Vec<PutItem> {
    let item = |letter: char| PutItem::new(letter.to_string(), letter.to_string());
    letters.chars().map(item).collect()
}

/// The keys of items, joined.
pub(super) fn joined(items: &[Item]) -> String {
    let keys = items.iter().map(|item| String::from_utf8_lossy(&item.key));
    keys.collect()
}

/// Bytes that do not compress, and differ by seed: chunked however they are sent.
pub(super) fn noise(bytes: usize, seed: u8) -> Bytes {
    let mut noise = vec![0; bytes];
    let mut source = blake3::Hasher::new();
    source.update(&[seed]).finalize_xof().fill(&mut noise);
    noise.into()
}
