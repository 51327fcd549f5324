//! What a producer tells of a version, as a message of the dataset's topic.

use bytes::Bytes;
use data_objects::ContentHash;
use serde::{Deserialize, Serialize};

use crate::error::HollowError;

/// The latest format written and read: JSON, with `format` first known.
pub(crate) const FORMAT: u16 = 1;

/// How to get from one version to the next, and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Step {
    pub(crate) from: u64,
    pub(crate) delta: ContentHash,
    pub(crate) back: ContentHash,
}

/// "Be at this version." The last one of the topic stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Announcement {
    pub(crate) format: u16,
    /// The version to be at; an older one than before after a rollback.
    pub(crate) version: u64,
    /// The highest version ever announced.
    pub(crate) highest: u64,
    /// Absent for the first version, for one rolled back to, and for a raw dataset's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) step: Option<Step>,
    /// The version whole, where one was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) snapshot: Option<ContentHash>,
    /// How many records it has; for people.
    pub(crate) records: u64,
}

impl Announcement {
    pub(crate) fn encode(&self) -> Bytes {
        serde_json::to_vec(self)
            .expect("numbers and hashes have a JSON form")
            .into()
    }

    pub(crate) fn decode(message: &[u8], place: u64) -> Result<Self, HollowError> {
        #[derive(Deserialize)]
        struct Format {
            format: u16,
        }
        let what = format!("announcement {place}");
        let damaged = |error: serde_json::Error| HollowError::damaged(&what, error.to_string());
        let Format { format } = serde_json::from_slice(message).map_err(damaged)?;
        if format > FORMAT {
            let known = FORMAT;
            return Err(HollowError::Newer {
                what,
                format,
                known,
            });
        }
        let told: Self = serde_json::from_slice(message).map_err(damaged)?;
        if told.step.is_some_and(|step| step.from >= told.version) || told.highest < told.version {
            return Err(HollowError::damaged(what, "its versions are out of order"));
        }
        Ok(told)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_it_writes_and_refuses_later_formats() {
        let hash = ContentHash::of(b"x");
        let mut told = Announcement {
            format: FORMAT,
            version: 3,
            highest: 4,
            step: Some(Step {
                from: 2,
                delta: hash,
                back: hash,
            }),
            snapshot: None,
            records: 7,
        };
        assert_eq!(Announcement::decode(&told.encode(), 0).unwrap(), told);
        let later = br#"{"format":2,"novel":true}"#;
        let refused = Announcement::decode(later, 5);
        assert!(matches!(refused, Err(HollowError::Newer { format: 2, .. })));
        told.highest = 2;
        assert!(Announcement::decode(&told.encode(), 0).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(message in prop::collection::vec(any::<u8>(), 0..60)) {
            prop_assert!(Announcement::decode(&message, 0).is_err());
        }
    }
}
