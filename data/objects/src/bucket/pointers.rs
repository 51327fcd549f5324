//! Pointers in a bucket, by conditional puts.

use bytes::Bytes;
use futures::TryStreamExt as _;
use object_store::{Error, ObjectStoreExt as _, PutMode, PutPayload, UpdateVersion};

use super::{Bucket, Key, Writers};
use crate::ObjectError;
use crate::limits::MAX_POINTERS;
use crate::pointers::{PointerVersion, same_version};
use crate::store::{RawPointer, Swap};

impl Bucket {
    fn pointer_key(&self, name: &str) -> Key {
        self.key("pointers").join(name)
    }

    pub(super) async fn read_pointer(&self, name: &str) -> Result<Option<RawPointer>, ObjectError> {
        let key = self.pointer_key(name);
        let read = async {
            let found = self.inner.store.get(&key).await?;
            let e_tag = found.meta.e_tag.clone();
            let record = found.bytes().await?;
            Ok(RawPointer { record, e_tag })
        };
        match read.await {
            Ok(raw) => Ok(Some(raw)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(ObjectError::remote("read", &key)(error)),
        }
    }

    pub(super) async fn swap(
        &self,
        name: &str,
        expected: Option<&PointerVersion>,
        record: Bytes,
    ) -> Result<Swap, ObjectError> {
        match self.inner.writers {
            Writers::One => self.swap_alone(name, expected, record).await,
            Writers::Many if self.heeds_conditions().await? => {
                self.put_if(&self.pointer_key(name), mode(expected), record)
                    .await
            }
            Writers::Many => Err(ObjectError::NoConditionalPut),
        }
    }

    /// Where this process is the only writer its own lock is enough.
    async fn swap_alone(
        &self,
        name: &str,
        expected: Option<&PointerVersion>,
        record: Bytes,
    ) -> Result<Swap, ObjectError> {
        let _in_order = self.inner.pointers.lock().await;
        let stored = self.read_pointer(name).await?.map(|raw| raw.record);
        if !same_version(stored.as_ref(), expected) {
            return Ok(Swap::Moved);
        }
        self.put_if(&self.pointer_key(name), PutMode::Overwrite, record)
            .await
    }

    async fn put_if(&self, key: &Key, mode: PutMode, record: Bytes) -> Result<Swap, ObjectError> {
        let put = self
            .inner
            .store
            .put_opts(key, PutPayload::from(record), mode.into());
        match put.await {
            Ok(done) => Ok(Swap::Done(done.e_tag)),
            // An update of what is not there is answered in either way.
            Err(
                Error::Precondition { .. } | Error::AlreadyExists { .. } | Error::NotFound { .. },
            ) => Ok(Swap::Moved),
            Err(error) => Err(ObjectError::remote("write", key)(error)),
        }
    }

    /// Tries a put that a server must refuse. One that ignores conditions answers that all is well, and
    /// pointers on it would be overwritten unseen.
    async fn heeds_conditions(&self) -> Result<bool, ObjectError> {
        let ask = || async {
            let key = self.key("conditional-put-probe");
            let put = |mode| self.put_if(&key, mode, Bytes::from_static(b"probe"));
            put(PutMode::Overwrite).await?;
            let create = put(PutMode::Create).await?;
            let stale = UpdateVersion {
                e_tag: Some("\"00000000000000000000000000000000\"".to_owned()),
                version: None,
            };
            let update = put(PutMode::Update(stale)).await?;
            Ok(matches!((create, update), (Swap::Moved, Swap::Moved)))
        };
        self.inner
            .heeds_conditions
            .get_or_try_init(ask)
            .await
            .copied()
    }

    pub(super) async fn list_pointers(&self) -> Result<Vec<String>, ObjectError> {
        let below = self.key("pointers");
        let mut pages = self.inner.store.list(Some(&below));
        let mut names = Vec::new();
        while names.len() < MAX_POINTERS
            && let Some(meta) = pages
                .try_next()
                .await
                .map_err(ObjectError::remote("list", &below))?
        {
            names.extend(meta.location.filename().map(ToOwned::to_owned));
        }
        Ok(names)
    }
}

fn mode(expected: Option<&PointerVersion>) -> PutMode {
    match expected {
        None => PutMode::Create,
        Some(version) => PutMode::Update(UpdateVersion {
            e_tag: version.e_tag.clone(),
            version: None,
        }),
    }
}
