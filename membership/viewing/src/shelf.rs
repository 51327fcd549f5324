//! What accounts keep, title by title: a record per account, an item per title.

use std::marker::PhantomData;
use std::sync::Arc;

use contracts_membership::{AccountId, TitleId};
use data_engine::{Durability, RowTable, SharedEngine};
use data_kv::{
    Client, KeyValue as _, MutateItemsRequest, NamespaceConfig, Operation, Predicate, PutItem,
    RecordMutation, Service,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::ViewingError;

/// Partitions of a first version's table that are looked at together.
const PAGE: usize = 100;

/// Values of one kind, as JSON in a namespace of their own.
#[derive(Debug)]
pub(crate) struct Shelf<T> {
    namespace: Arc<str>,
    client: Arc<Client>,
    kind: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned + Sync> Shelf<T> {
    /// Opens the namespace; makes it on the first start.
    pub(crate) async fn open(
        records: &Service,
        client: &Arc<Client>,
        namespace: &str,
        durability: Durability,
    ) -> Result<Self, ViewingError> {
        let config = NamespaceConfig {
            durability,
            ..NamespaceConfig::new(namespace, records.home())
        };
        records.configure(config).await?;
        Ok(Self {
            namespace: namespace.into(),
            client: Arc::clone(client),
            kind: PhantomData,
        })
    }

    /// Sets a title's value, and takes those of other titles away with it.
    pub(crate) async fn put(
        &self,
        account: &AccountId,
        title: &TitleId,
        value: &T,
        instead_of: impl IntoIterator<Item = TitleId>,
    ) -> Result<(), ViewingError> {
        let item = PutItem::new(title.0.clone(), serde_json::to_vec(value)?);
        let gone: Vec<_> = instead_of.into_iter().map(|title| title.0.into()).collect();
        let mut operations = vec![Operation::Put(item)];
        if !gone.is_empty() {
            operations.push(Operation::Delete(Predicate::Keys(gone)));
        }
        let request = MutateItemsRequest {
            namespace: Arc::clone(&self.namespace),
            mutations: vec![RecordMutation {
                id: account.0.clone().into(),
                operations,
            }],
            token: self.client.token(),
        };
        let answer = self.client.mutate_items(request).await?;
        Ok(answer.results.into_iter().collect::<Result<(), _>>()?)
    }

    /// Takes a title's value away; taking away what is not there is fine.
    pub(crate) async fn delete(
        &self,
        account: &AccountId,
        title: &TitleId,
    ) -> Result<(), ViewingError> {
        let predicate = Predicate::key(title.0.clone());
        let deleting = self
            .client
            .delete(&self.namespace, account.0.clone(), predicate);
        Ok(deleting.await?)
    }

    /// A title's value.
    pub(crate) async fn get(
        &self,
        account: &AccountId,
        title: &TitleId,
    ) -> Result<Option<T>, ViewingError> {
        let getting = self
            .client
            .get(&self.namespace, account.0.clone(), title.0.clone());
        let value = getting.await?;
        Ok(value
            .map(|value| serde_json::from_slice(&value))
            .transpose()?)
    }

    /// All of an account's values, by title.
    pub(crate) async fn all(&self, account: &AccountId) -> Result<Vec<T>, ViewingError> {
        let items = self.client.all(&self.namespace, account.0.clone()).await?;
        let values = items.into_iter().filter_map(|item| item.value);
        values
            .map(|value| Ok(serde_json::from_slice(&value.bytes)?))
            .collect()
    }

    /// Moves what a first version kept in a table of its own: here first, then away from there, so that
    /// being cut off in between loses nothing. What is here already is newer and stays.
    pub(crate) async fn take_over(
        &self,
        engine: &SharedEngine,
        table: &str,
    ) -> Result<(), ViewingError> {
        let table = RowTable::open(engine, table).await?;
        let mut after = None;
        loop {
            let page = table.partitions(after.as_deref(), PAGE).await?;
            let Some(last) = page.last().cloned() else {
                return Ok(());
            };
            for partition in page {
                let account = AccountId(String::from_utf8_lossy(&partition).into_owned());
                for row in table.all(&partition).await? {
                    let title = TitleId(String::from_utf8_lossy(&row.key).into_owned());
                    if self.get(&account, &title).await?.is_none() {
                        let value = serde_json::from_slice(&row.value)?;
                        self.put(&account, &title, &value, []).await?;
                    }
                    table.delete(&partition, row.key, Durability::Power).await?;
                }
            }
            after = Some(last);
        }
    }
}
