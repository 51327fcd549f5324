//! Retention: whole segments dropped from a partition's beginning. Blocking.

use std::fs::{self, File};
use std::io;

use platform_clock::Timestamp;

use super::{Partition, Segment};
use crate::EventError;
use crate::segment::{self, Format, index};

impl Partition {
    /// Drops the segments that are older or more than the topic keeps; never the last. Says how many.
    pub(crate) fn retire(&self) -> Result<usize, EventError> {
        let mut dropped = 0;
        while let Some(first) = self.overdue()? {
            self.drop_first(first)
                .map_err(EventError::io("drop a segment of", &self.folder))?;
            dropped += 1;
        }
        Ok(dropped)
    }

    /// The first segment, if it is due.
    fn overdue(&self) -> Result<Option<Segment>, EventError> {
        let segments = self.segments.read().clone();
        let [first, second, ..] = segments[..] else {
            return Ok(None);
        };
        let rest: u64 = segments[1..].iter().map(|segment| segment.bytes).sum();
        let enough = self.settings.retain_bytes.is_some_and(|keep| rest >= keep);
        let due = enough || self.is_older(&second)?;
        Ok(due.then_some(first))
    }

    /// Whether what lies before a segment is past its time: it was closed when the segment was begun.
    fn is_older(&self, segment: &Segment) -> Result<bool, EventError> {
        let Some(keep) = self.settings.retain_for else {
            return Ok(false);
        };
        let begun = match segment::format_of(&self.folder, segment.base)? {
            Format::Two { begun } => begun,
            // Format 1 did not note it, so the next that did decides.
            Format::One | Format::Torn | Format::Newer(_) => return Ok(false),
        };
        Ok(begun.plus(keep) <= self.now())
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Moves the partition's beginning, then removes the file: a reader in between is told so.
    fn drop_first(&self, first: Segment) -> io::Result<()> {
        let mut segments = self.segments.write();
        if segments.first().map(|segment| segment.base) != Some(first.base) {
            return Ok(());
        }
        segments.remove(0);
        let begins = segments.first().map_or(first.base, |segment| segment.base);
        self.ends.send_modify(|ends| ends.first = begins);
        drop(segments);
        self.places.forget(first.base);
        let path = segment::path(&self.folder, first.base);
        match fs::remove_file(index::path(&path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        fs::remove_file(path)?;
        // Each removal is on the disk before the next: a crash must not leave a hole.
        File::open(&self.folder)?.sync_all()
    }
}
