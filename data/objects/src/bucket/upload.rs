//! One object's way into a bucket: in one request, or in parts.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use object_store::path::Path as Key;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt as _};
use tokio::task::JoinSet;

use crate::ObjectError;
use crate::limits::{MAX_BUCKET_OBJECT_BYTES, MAX_PARTS, PART_BYTES, PARTS_AT_ONCE};
use crate::store::blocking;

/// Where an object's bytes come from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    Memory(Bytes),
    File(Arc<File>, PathBuf),
}

impl Source {
    async fn read(&self, range: Range<u64>) -> Result<Bytes, ObjectError> {
        match self {
            Self::Memory(bytes) => Ok(bytes.slice(range.start as usize..range.end as usize)),
            Self::File(file, path) => {
                let (file, path) = (Arc::clone(file), path.clone());
                blocking(path.clone(), move || {
                    let mut bytes = vec![0; (range.end - range.start) as usize];
                    file.read_exact_at(&mut bytes, range.start)
                        .map_err(ObjectError::io("read", &path))?;
                    Ok(bytes.into())
                })
                .await
            }
        }
    }
}

/// Uploads an object of `len` bytes. On an error nothing stands under the key that did not before, and no
/// part is left behind.
pub(super) async fn upload(
    store: &dyn ObjectStore,
    key: &Key,
    source: &Source,
    len: u64,
) -> Result<(), ObjectError> {
    if len > MAX_BUCKET_OBJECT_BYTES {
        return Err(ObjectError::TooLong {
            bytes: len,
            limit: MAX_BUCKET_OBJECT_BYTES,
        });
    }
    if len <= PART_BYTES {
        let bytes = source.read(0..len).await?;
        let put = store.put(key, bytes.into()).await;
        put.map_err(ObjectError::remote("write", key))?;
        return Ok(());
    }
    let begun = store.put_multipart(key).await;
    let mut parts = begun.map_err(ObjectError::remote("begin to write", key))?;
    let mut sent = send(&mut *parts, key, source, len).await;
    if sent.is_ok() {
        let complete = parts.complete().await.map(drop);
        sent = complete.map_err(ObjectError::remote("finish writing", key));
    }
    if sent.is_err()
        && let Err(error) = parts.abort().await
    {
        tracing::warn!(%key, %error, "the parts of a failed upload could not be removed");
    }
    sent
}

/// Sends every part, a few at once. None is under way when this returns.
async fn send(
    upload: &mut dyn MultipartUpload,
    key: &Key,
    source: &Source,
    len: u64,
) -> Result<(), ObjectError> {
    let part_bytes = part_bytes(len);
    let mut under_way = JoinSet::new();
    let mut failed = Ok(());
    let mut at = 0;
    while failed.is_ok() && (at < len || !under_way.is_empty()) {
        if at < len && under_way.len() < PARTS_AT_ONCE {
            let end = (at + part_bytes).min(len);
            match source.read(at..end).await {
                Ok(bytes) => drop(under_way.spawn(upload.put_part(bytes.into()))),
                Err(error) => failed = Err(error),
            }
            at = end;
        } else if let Some(done) = under_way.join_next().await {
            let done = done.unwrap_or_else(|error| Err(error.into()));
            failed = done.map_err(ObjectError::remote("write", key));
        }
    }
    under_way.shutdown().await;
    failed
}

/// Bytes of a part: more where the object would need too many.
fn part_bytes(len: u64) -> u64 {
    len.div_ceil(MAX_PARTS)
        .next_multiple_of(1 << 20)
        .max(PART_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::MAX_PART_BYTES;

    #[test]
    fn parts_stay_within_what_servers_take() {
        assert_eq!(part_bytes(PART_BYTES + 1), PART_BYTES);
        assert_eq!(part_bytes(MAX_BUCKET_OBJECT_BYTES), MAX_PART_BYTES);
        for len in [1, 80 << 30, MAX_BUCKET_OBJECT_BYTES - 1] {
            assert!(len.div_ceil(part_bytes(len)) <= MAX_PARTS);
            assert!((PART_BYTES..=MAX_PART_BYTES).contains(&part_bytes(len)));
        }
    }
}
