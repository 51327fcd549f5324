//! Small records that change, such as "the version of this dataset that consumers should hold".

mod record;

use std::sync::Arc;

use bytes::Bytes;
use platform_entropy::{Entropy as _, SystemEntropy};

use crate::ObjectError;
use crate::limits::{MAX_POINTER_BYTES, MAX_POINTER_NAME_BYTES};
use crate::store::{RawPointer, Store, Swap};

use record::{Record, Stamp};

pub(crate) use record::same_version;

/// The pointers of a store: named values of up to [`MAX_POINTER_BYTES`], replaced by compare-and-set. A
/// value that is read was wholly written; one that was set is durable.
#[derive(Debug, Clone)]
pub struct Pointers {
    store: Arc<dyn Store>,
}

/// A pointer's value and which version of it this is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer {
    /// The value.
    pub value: Bytes,
    /// What [`Pointers::set_if`] takes to replace it.
    pub version: PointerVersion,
}

/// One write of one pointer; no later write has the same, even of the same value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointerVersion {
    pub(crate) stamp: Stamp,
    /// The server's own word for the version, which its conditional put takes.
    pub(crate) e_tag: Option<String>,
}

/// What became of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetIf {
    /// It is durable, and this is its version.
    Set(PointerVersion),
    /// Someone else wrote first: nothing was changed. Read again, decide again.
    Moved,
}

impl Pointers {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// The pointer, or `None` when it was never set.
    ///
    /// # Errors
    /// [`ObjectError::BadPointerName`], [`ObjectError::DamagedPointer`], and those of the store.
    pub async fn get(&self, name: &str) -> Result<Option<Pointer>, ObjectError> {
        check_name(name)?;
        let raw = self.store.pointer(name).await?;
        let pointer = raw.map(|RawPointer { record, e_tag }| {
            let Record { stamp, value } = Record::decode(&record)
                .ok_or_else(|| ObjectError::DamagedPointer(name.to_owned()))?;
            let version = PointerVersion { stamp, e_tag };
            Ok(Pointer { value, version })
        });
        pointer.transpose()
    }

    /// Sets the pointer if its version still is `expected`, or if it was never set where `None` is
    /// expected. A name is 1 to 128 of `a-z`, `0-9`, `-`, `_` and `.`, and does not begin with `.`.
    ///
    /// # Errors
    /// After one that is transient the write may have happened or not: read again.
    /// [`ObjectError::BadPointerName`], [`ObjectError::PointerTooLong`],
    /// [`ObjectError::NoConditionalPut`], and those of the store.
    pub async fn set_if(
        &self,
        name: &str,
        expected: Option<&PointerVersion>,
        value: Bytes,
    ) -> Result<SetIf, ObjectError> {
        check_name(name)?;
        if value.len() > MAX_POINTER_BYTES {
            return Err(ObjectError::PointerTooLong {
                bytes: value.len(),
                limit: MAX_POINTER_BYTES,
            });
        }
        let mut id = [0; 16];
        SystemEntropy.fill(&mut id);
        let stamp = Stamp {
            sequence: expected.map_or(1, |version| version.stamp.sequence.saturating_add(1)),
            id,
        };
        let record = Record { stamp, value }.encode();
        match self.store.swap_pointer(name, expected, record).await? {
            Swap::Done(e_tag) => Ok(SetIf::Set(PointerVersion { stamp, e_tag })),
            // The answer to a put can be lost and the put repeated: then it met its own first try.
            Swap::Moved => Ok(match self.get(name).await? {
                Some(pointer) if pointer.version.stamp == stamp => SetIf::Set(pointer.version),
                _ => SetIf::Moved,
            }),
        }
    }

    /// The names of all pointers, in order.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn names(&self) -> Result<Vec<String>, ObjectError> {
        let mut names = self.store.pointer_names().await?;
        names.retain(|name| check_name(name).is_ok());
        names.sort_unstable();
        Ok(names)
    }
}

fn check_name(name: &str) -> Result<(), ObjectError> {
    let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.');
    let good = (1..=MAX_POINTER_NAME_BYTES).contains(&name.len())
        && !name.starts_with('.')
        && name.bytes().all(plain);
    if good {
        Ok(())
    } else {
        Err(ObjectError::BadPointerName(name.to_owned()))
    }
}
