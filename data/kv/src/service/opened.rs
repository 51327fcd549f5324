//! An item as its stored bytes tell it. Pure.

use bytes::Bytes;
use data_engine::Cell;

use crate::envelope::{self, BlobRef, Envelope, Unreadable};
use crate::{Item, KvError, Metadata, Value, Values};

/// What an item's key holds.
#[derive(Debug)]
pub(super) enum Opened {
    /// The mark of a deletion.
    Gone,
    /// An item, with all that was asked for.
    Ready(Item),
    /// An item whose value is yet to be joined.
    Chunked(Item, BlobRef),
}

/// Reads what is stored. Inlined, as pages do it for every item.
///
/// # Errors
/// [`KvError::Damaged`], [`KvError::NewerFormat`].
#[inline]
pub(super) fn open(
    (namespace, id): (&str, &[u8]),
    key: Bytes,
    cell: Cell,
    values: Values,
) -> Result<Opened, KvError> {
    let metadata = |bytes: usize, chunked| Metadata {
        written: cell.stamp,
        expires: cell.expires,
        bytes: bytes as u64,
        chunked,
    };
    match envelope::decode(cell.value) {
        Ok(Envelope::Deleted) => Ok(Opened::Gone),
        Ok(Envelope::Inline(value)) => {
            let metadata = metadata(value.bytes.len(), false);
            let value: Option<Value> = (values != Values::None).then_some(value);
            Ok(Opened::Ready(Item {
                key,
                value,
                metadata,
            }))
        }
        Ok(Envelope::Chunked(blob)) => {
            let item = Item {
                key,
                value: None,
                metadata: metadata(blob.bytes as usize, true),
            };
            Ok(match values {
                Values::All => Opened::Chunked(item, blob),
                Values::Small | Values::None => Opened::Ready(item),
            })
        }
        Err(Unreadable::Newer(found)) => Err(KvError::NewerFormat {
            what: format!("item {key:?} of record {:?}", Bytes::copy_from_slice(id)),
            found: u32::from(found),
            reads: Unreadable::READS,
        }),
        Err(Unreadable::Damaged) => Err(damaged((namespace, id), &key, "its bytes have no form")),
    }
}

/// An item that cannot be read.
pub(super) fn damaged(
    (namespace, id): (&str, &[u8]),
    key: &[u8],
    reason: impl Into<String>,
) -> KvError {
    KvError::Damaged {
        namespace: namespace.to_owned(),
        id: Bytes::copy_from_slice(id),
        key: Bytes::copy_from_slice(key),
        reason: reason.into(),
    }
}
