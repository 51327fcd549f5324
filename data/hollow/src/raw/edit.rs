//! One raw edit, as a message: the format's number (u16, little-endian), then postcard.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::dataset::Dataset;
use crate::error::HollowError;
use crate::limits::{MAX_KEY_BYTES, MAX_RECORD_BYTES};
use crate::record::{Record, decode, with_key};
use crate::state::StateChange;

/// The latest format written and read.
pub(super) const FORMAT: u16 = 1;

/// What is edited. A record comes with its fields' names, so that one of other fields is seen.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Edit<'a> {
    /// Adds or replaces a record.
    Put {
        fields: Vec<String>,
        #[serde(borrow)]
        record: &'a [u8],
    },
    /// Takes a record out.
    Remove {
        #[serde(borrow)]
        key: &'a [u8],
    },
}

impl<'a> Edit<'a> {
    pub(super) fn encode(&self) -> Result<Bytes, HollowError> {
        let what = "edit";
        postcard::to_extend(self, FORMAT.to_le_bytes().to_vec())
            .map(Bytes::from)
            .map_err(|source| HollowError::Encode { what, source })
    }

    fn decode(message: &'a [u8], what: &str) -> Result<Self, HollowError> {
        let (format, body) = message
            .split_first_chunk()
            .ok_or_else(|| HollowError::damaged(what, "it is empty"))?;
        let format = u16::from_le_bytes(*format);
        if format != FORMAT {
            return Err(HollowError::Newer {
                what: what.to_owned(),
                format,
                known: FORMAT,
            });
        }
        postcard::from_bytes(body).map_err(|error| HollowError::damaged(what, error.to_string()))
    }
}

/// Applies the edit at a place of the raw topic.
pub(super) fn apply<R: Record>(
    dataset: &Dataset<R>,
    change: &mut StateChange<'_, R>,
    place: u64,
    message: &[u8],
) -> Result<(), HollowError> {
    let what = format!("edit {place} of dataset {}", dataset.name());
    let damaged = |why: &str| HollowError::damaged(&what, why);
    match Edit::decode(message, &what)? {
        Edit::Put { fields, record } => {
            dataset.fields().check(&fields, &what)?;
            if record.len() > MAX_RECORD_BYTES {
                return Err(damaged("its record is too large"));
            }
            let decoded: R = decode(record).map_err(|_| damaged("its record cannot be read"))?;
            let key_len = with_key(decoded.key(), |key| {
                record.starts_with(key).then_some(key.len())
            })?;
            change.put(
                key_len.ok_or_else(|| damaged("its record has no key"))?,
                record,
            )
        }
        Edit::Remove { key } if key.len() <= MAX_KEY_BYTES => change.remove(key).map(drop),
        Edit::Remove { .. } => Err(damaged("its key is too long")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::state::State;
    use crate::testing::{film, films};

    #[test]
    fn a_later_format_and_other_fields_are_refused_in_words() {
        let (dataset, _) = films("films");
        let mut change = StateChange::of(&dataset, &State::empty(&dataset));
        let error = apply(&dataset, &mut change, 4, &[2, 0, 1]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "edit 4 of dataset films has format 2; this program knows formats up to 1: update it"
        );
        let record = crate::record::encode(&film(1, 1)).unwrap().bytes;
        let fields = vec!["id".to_owned(), "nom".to_owned()];
        let message = Edit::Put {
            fields,
            record: &record,
        }
        .encode()
        .unwrap();
        let error = apply(&dataset, &mut change, 4, &message).unwrap_err();
        assert!(matches!(error, HollowError::OtherFields { place: 2, .. }));
    }

    proptest! {
        #[test]
        fn any_message_is_applied_or_refused(body in prop::collection::vec(any::<u8>(), 0..100)) {
            let (dataset, _) = films("films");
            let mut change = StateChange::of(&dataset, &State::empty(&dataset));
            let message = [&FORMAT.to_le_bytes()[..], &body].concat();
            let applied = apply(&dataset, &mut change, 0, &message);
            let len = change.finish(1).unwrap().len();
            prop_assert!(len == 0 || (applied.is_ok() && len == 1));
            prop_assert!(apply(&dataset, &mut StateChange::new(&dataset, 0), 0, &body).is_err() || body.len() > 2);
        }
    }
}
