//! Writing a record: large values are staged, then everything is committed at once.

use bytes::Bytes;
use data_engine::{Direction, Mutation};
use platform_clock::Timestamp;

use super::space::Space;
use crate::limits::{DELETED_GRACE, JITTER_SHARE, MAX_STAGING};
use crate::{
    Expiry, IdempotencyToken, KvError, Operation, Predicate, PutItem, RecordMutation, envelope,
};

/// A moment after the write by this long and up to a part more, the same for each repeat of the write.
fn jittered(token: IdempotencyToken, key: &[u8], after: std::time::Duration) -> Timestamp {
    let spread = (after / JITTER_SHARE).as_millis() as u64;
    let jitter = token.chance(key) % (spread + 1);
    let jitter = std::time::Duration::from_millis(jitter);
    token.generation_time.moment().plus(after + jitter)
}

/// The mark of an item's deletion.
fn deletion(key: Bytes, token: IdempotencyToken) -> Mutation {
    let expires = Some(jittered(token, &key, DELETED_GRACE));
    Mutation::Put {
        item: key,
        value: envelope::deleted(),
        expires,
    }
}

/// The keys that operations name; `None` when they delete ranges.
fn touched(operations: &[Operation]) -> Option<Vec<Bytes>> {
    let mut keys = Vec::with_capacity(operations.len());
    for operation in operations {
        match operation {
            Operation::Put(put) => keys.push(put.key.clone()),
            Operation::Delete(Predicate::Keys(deleted)) => keys.extend_from_slice(deleted),
            Operation::Delete(_) => return None,
        }
    }
    Some(keys)
}

impl Space {
    /// Carries out a mutation that was checked.
    pub(super) async fn write(
        &self,
        mutation: RecordMutation,
        token: IdempotencyToken,
    ) -> Result<(), KvError> {
        token.generation_time.check(self.clock.now())?;
        let Some(near) = &self.near else {
            return self.commit(mutation, token).await;
        };
        let (id, keys) = (mutation.id.clone(), touched(&mutation.operations));
        let writing = near.begin(&id);
        self.commit(mutation, token).await?;
        writing.end(&id, keys.as_deref()).await;
        Ok(())
    }

    async fn commit(
        &self,
        RecordMutation { id, operations }: RecordMutation,
        token: IdempotencyToken,
    ) -> Result<(), KvError> {
        let started = self.clock.monotonic();
        let mut has_staged = false;
        let mut mutations = Vec::with_capacity(operations.len());
        for operation in operations {
            match operation {
                Operation::Put(put) => {
                    has_staged |= put.value.bytes.len() > self.config.chunk_over_bytes;
                    mutations.push(self.put(&id, put, token).await?);
                }
                Operation::Delete(Predicate::Keys(keys)) => {
                    mutations.extend(keys.into_iter().map(|key| deletion(key, token)));
                }
                Operation::Delete(predicate) => {
                    let range = predicate.range(Direction::Forward);
                    mutations.push(Mutation::delete_range(range));
                }
            }
        }
        if has_staged && self.clock.monotonic().saturating_sub(started) > MAX_STAGING {
            return Err(KvError::Unavailable {
                reason: format!("staging took over {MAX_STAGING:?}, and nothing was committed"),
            });
        }
        self.items
            .write_at(id, mutations, token.generation_time, self.config.durability)
            .await?;
        Ok(())
    }

    /// The mutation that sets an item, its value staged first if it is large.
    async fn put(
        &self,
        id: &Bytes,
        put: PutItem,
        token: IdempotencyToken,
    ) -> Result<Mutation, KvError> {
        let expires = match put.expiry {
            Expiry::Never => None,
            Expiry::At(at) => Some(at),
            Expiry::Default => self
                .config
                .default_expiry
                .map(|after| jittered(token, &put.key, after)),
        };
        let value = if put.value.bytes.len() > self.config.chunk_over_bytes {
            // Apart, as the future of every small put would be as large.
            envelope::chunked(&Box::pin(self.stage(id, &put, token, expires)).await?)
        } else {
            envelope::inline(&put.value)
        };
        Ok(Mutation::Put {
            item: put.key,
            value,
            expires,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use data_engine::Stamp;

    use super::*;

    #[test]
    fn jitter_spreads_items_and_is_the_same_for_a_repeat() {
        let token = IdempotencyToken {
            generation_time: Stamp(5_000_000),
            nonce: 7,
        };
        let after = Duration::from_secs(100);
        let moments = (0..100_u8).map(|key| jittered(token, &[key], after).millis());
        let moments: Vec<u64> = moments.collect();
        assert!(moments.iter().all(|at| (105_000..=115_000).contains(at)));
        let spread = moments.iter().max().unwrap() - moments.iter().min().unwrap();
        assert!(spread > 8_000, "{spread} ms");
        assert_eq!(jittered(token, &[3], after).millis(), moments[3]);
    }
}
