//! One download.

use media_manifest::ByteRange;
use url::Url;

use crate::limits::{MAX_MANIFEST_BYTES, MAX_SEGMENT_BYTES};

/// One download.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Job {
    /// Of the sound; of the picture otherwise.
    pub(crate) audio: bool,
    pub(crate) rung: usize,
    pub(crate) place: usize,
    pub(crate) task: Task,
    pub(crate) url: Url,
    /// The whole file when absent.
    pub(crate) range: Option<ByteRange>,
}

/// What a download is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    /// The rendition's segments are not known yet.
    Listing,
    /// The rendition's initialization section.
    Init,
    /// The segment of this number, from 0.
    Segment(usize),
}

impl Job {
    /// The most bytes the answer may have.
    pub(crate) const fn max_bytes(&self) -> u64 {
        match self.task {
            Task::Listing => MAX_MANIFEST_BYTES,
            Task::Init | Task::Segment(_) => MAX_SEGMENT_BYTES,
        }
    }
}
