//! Items: what a record maps its keys to.

use bytes::Bytes;
use data_engine::Stamp;
use platform_clock::Timestamp;

/// How a value's bytes are to be read. The service keeps it beside the value and does not look inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// The bytes are the value.
    #[default]
    Plain,
    /// The value's length (4 bytes, big-endian), then one zstd frame of it.
    Zstd,
}

/// A value as it is stored and sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Value {
    /// Its bytes.
    pub bytes: Bytes,
    /// How they are to be read.
    pub encoding: Encoding,
}

impl<T: Into<Bytes>> From<T> for Value {
    fn from(bytes: T) -> Self {
        Self {
            bytes: bytes.into(),
            encoding: Encoding::Plain,
        }
    }
}

/// When an item is to go by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Expiry {
    /// After the namespace's default expiry and a jitter, if it has one.
    #[default]
    Default,
    /// Not at all.
    Never,
    /// At this moment.
    At(Timestamp),
}

/// An item to be written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PutItem {
    /// Its key; its place in the record follows the order of bytes.
    pub key: Bytes,
    /// Its value.
    pub value: Value,
    /// When it goes.
    pub expiry: Expiry,
}

impl PutItem {
    /// An item with the namespace's default expiry.
    pub fn new(key: impl Into<Bytes>, value: impl Into<Value>) -> Self {
        Self {
            key: key.into(),
            value: value.into(),
            expiry: Expiry::Default,
        }
    }

    pub(crate) fn size(&self) -> usize {
        self.key.len() + self.value.bytes.len()
    }
}

/// What is known of an item beside its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metadata {
    /// Generation time of the write that set it.
    pub written: Stamp,
    /// When it goes; `None`: it stays. An engine may round it up to a whole second.
    pub expires: Option<Timestamp>,
    /// Bytes of the value as stored.
    pub bytes: u64,
    /// Whether the value lies in chunks.
    pub chunked: bool,
}

/// An item read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its key.
    pub key: Bytes,
    /// Its value; `None` where the selection leaves it out.
    pub value: Option<Value>,
    /// What else is known of it.
    pub metadata: Metadata,
}

impl Item {
    /// What the item weighs in a page.
    pub(crate) fn size(&self) -> usize {
        let value = self.value.as_ref();
        self.key.len() + value.map_or(0, |value| value.bytes.len())
    }
}
