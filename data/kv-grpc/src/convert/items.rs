//! Items, predicates and what they are made of.

use bytes::Bytes;
use data_kv::{
    Encoding, Expiry, IdempotencyToken, Item, KvError, Metadata, Predicate, PutItem, Selection,
    Stamp, Value, Values,
};
use platform_clock::Timestamp;

use super::meaningless;
use crate::proto;
use crate::proto::predicate::Kind;
use crate::proto::put_item;

impl From<IdempotencyToken> for proto::IdempotencyToken {
    fn from(token: IdempotencyToken) -> Self {
        Self {
            generation_time_us: token.generation_time.0,
            nonce: Bytes::copy_from_slice(&token.nonce.to_be_bytes()),
        }
    }
}

/// A write without a token could not be repeated safely.
pub(super) fn token(token: Option<proto::IdempotencyToken>) -> Result<IdempotencyToken, KvError> {
    let token = token.ok_or_else(|| meaningless("a write without an idempotency token"))?;
    let nonce = <[u8; 16]>::try_from(&*token.nonce)
        .map_err(|_| meaningless("a nonce that is not 16 bytes"))?;
    Ok(IdempotencyToken {
        generation_time: Stamp(token.generation_time_us),
        nonce: u128::from_be_bytes(nonce),
    })
}

impl From<Value> for proto::Value {
    fn from(value: Value) -> Self {
        let encoding = match value.encoding {
            Encoding::Plain => proto::Encoding::Plain,
            Encoding::Zstd => proto::Encoding::Zstd,
        };
        Self {
            bytes: value.bytes,
            encoding: encoding.into(),
        }
    }
}

impl TryFrom<proto::Value> for Value {
    type Error = KvError;

    fn try_from(value: proto::Value) -> Result<Self, KvError> {
        let encoding = match proto::Encoding::try_from(value.encoding) {
            Ok(proto::Encoding::Plain) => Encoding::Plain,
            Ok(proto::Encoding::Zstd) => Encoding::Zstd,
            Err(_) => return Err(meaningless("a value's encoding")),
        };
        Ok(Self {
            bytes: value.bytes,
            encoding,
        })
    }
}

impl From<PutItem> for proto::PutItem {
    fn from(put: PutItem) -> Self {
        Self {
            key: put.key,
            value: Some(put.value.into()),
            expiry: match put.expiry {
                Expiry::Default => None,
                Expiry::Never => Some(put_item::Expiry::Never(true)),
                Expiry::At(at) => Some(put_item::Expiry::AtMs(at.millis())),
            },
        }
    }
}

impl TryFrom<proto::PutItem> for PutItem {
    type Error = KvError;

    fn try_from(put: proto::PutItem) -> Result<Self, KvError> {
        Ok(Self {
            key: put.key,
            value: put.value.unwrap_or_default().try_into()?,
            expiry: match put.expiry {
                None | Some(put_item::Expiry::Never(false)) => Expiry::Default,
                Some(put_item::Expiry::Never(true)) => Expiry::Never,
                Some(put_item::Expiry::AtMs(at)) => Expiry::At(Timestamp::from_millis(at)),
            },
        })
    }
}

impl From<Item> for proto::Item {
    fn from(item: Item) -> Self {
        Self {
            key: item.key,
            value: item.value.map(Into::into),
            written_us: item.metadata.written.0,
            expires_ms: item.metadata.expires.map(Timestamp::millis),
            bytes: item.metadata.bytes,
            chunked: item.metadata.chunked,
        }
    }
}

impl TryFrom<proto::Item> for Item {
    type Error = KvError;

    fn try_from(item: proto::Item) -> Result<Self, KvError> {
        Ok(Self {
            key: item.key,
            value: item.value.map(TryInto::try_into).transpose()?,
            metadata: Metadata {
                written: Stamp(item.written_us),
                expires: item.expires_ms.map(Timestamp::from_millis),
                bytes: item.bytes,
                chunked: item.chunked,
            },
        })
    }
}

impl From<Predicate> for proto::Predicate {
    fn from(predicate: Predicate) -> Self {
        let kind = match predicate {
            Predicate::All => None,
            Predicate::Keys(keys) => Some(Kind::Keys(proto::Keys { keys })),
            Predicate::Range { from, until } => Some(Kind::Range(proto::Range { from, until })),
            Predicate::Prefix(prefix) => Some(Kind::Prefix(prefix)),
        };
        Self { kind }
    }
}

impl From<proto::Predicate> for Predicate {
    fn from(predicate: proto::Predicate) -> Self {
        match predicate.kind {
            None => Self::All,
            Some(Kind::Keys(proto::Keys { keys })) => Self::Keys(keys),
            Some(Kind::Range(proto::Range { from, until })) => Self::Range { from, until },
            Some(Kind::Prefix(prefix)) => Self::Prefix(prefix),
        }
    }
}

impl From<Selection> for proto::Selection {
    fn from(selection: Selection) -> Self {
        let values = match selection.values {
            Values::All => proto::Values::All,
            Values::Small => proto::Values::Small,
            Values::None => proto::Values::None,
        };
        Self {
            page_size_bytes: selection.page_size_bytes.map(|bytes| bytes as u64),
            item_limit: selection.item_limit.map(|items| items as u64),
            values: values.into(),
        }
    }
}

impl TryFrom<proto::Selection> for Selection {
    type Error = KvError;

    fn try_from(selection: proto::Selection) -> Result<Self, KvError> {
        let values = match proto::Values::try_from(selection.values) {
            Ok(proto::Values::All) => Values::All,
            Ok(proto::Values::Small) => Values::Small,
            Ok(proto::Values::None) => Values::None,
            Err(_) => return Err(meaningless("a selection of values")),
        };
        let size = |size: u64| usize::try_from(size).unwrap_or(usize::MAX);
        Ok(Self {
            page_size_bytes: selection.page_size_bytes.map(size),
            item_limit: selection.item_limit.map(size),
            values,
        })
    }
}
