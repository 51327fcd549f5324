//! What a topic is created with.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::EventError;
use crate::limits::{MAX_PARTITIONS, MAX_SEGMENT_BYTES, MIN_SEGMENT_BYTES, SEGMENT_BYTES};

/// A topic's partitions and how long it keeps events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicSettings {
    /// How many partitions its keys are spread over: 1 to [`MAX_PARTITIONS`], for good.
    pub partitions: u32,
    /// Bytes after which a segment is closed: [`MIN_SEGMENT_BYTES`] to [`MAX_SEGMENT_BYTES`].
    pub segment_bytes: u64,
    /// Bytes that each partition keeps; older segments than hold these are dropped. `None` keeps all.
    pub retain_bytes: Option<u64>,
    /// How long events are kept, counted from when their segment was closed. `None` keeps them for good.
    pub retain_for: Option<Duration>,
}

impl TopicSettings {
    /// So many partitions, and everything kept.
    pub fn partitions(partitions: u32) -> Self {
        Self {
            partitions,
            segment_bytes: SEGMENT_BYTES,
            retain_bytes: None,
            retain_for: None,
        }
    }

    /// Refuses settings out of range.
    ///
    /// # Errors
    /// [`EventError::BadSettings`].
    pub fn check(&self) -> Result<(), EventError> {
        let bad = |what, value, least, most| {
            Err(EventError::BadSettings {
                what,
                value,
                least,
                most,
            })
        };
        if !(1..=MAX_PARTITIONS).contains(&self.partitions) {
            return bad(
                "partitions",
                self.partitions.into(),
                1,
                MAX_PARTITIONS.into(),
            );
        }
        if !(MIN_SEGMENT_BYTES..=MAX_SEGMENT_BYTES).contains(&self.segment_bytes) {
            let (least, most) = (MIN_SEGMENT_BYTES, MAX_SEGMENT_BYTES);
            return bad("segment bytes", self.segment_bytes, least, most);
        }
        Ok(())
    }

    /// Whether a topic that has these may be created again with `asked`.
    pub(crate) fn require_same(&self, topic: &str, asked: &Self) -> Result<(), EventError> {
        if self.partitions == asked.partitions {
            return Ok(());
        }
        Err(EventError::WrongPartitions {
            topic: topic.to_owned(),
            has: self.partitions,
            asked: asked.partitions,
        })
    }
}
