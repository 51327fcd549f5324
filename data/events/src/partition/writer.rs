//! A partition's writer: a thread of its own that turns what waits into one batch, one write and one sync.
//!
//! No batch is written before the one before it is on the disk. So a damaged batch that is followed by a
//! good one was acknowledged, and only the last can be torn.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::time::Duration;

use platform_files::SpaceError;

use super::queue::Group;
use super::{Partition, Segment};
use crate::limits::{INDEX_STRIDE_BYTES, MAX_GATHER, RESERVED_DISK_BYTES};
use crate::segment::{self, HEADER_BYTES, index};
use crate::{Ends, EventError, Offset, batch};

/// The share of a sync's time that is spent on waiting for more to sync.
const PATIENCE_SHARE: u32 = 8;

/// The last segment, open.
struct Tail {
    file: File,
    segment: Segment,
    /// Where the last place of its index is.
    indexed: u64,
}

/// What a failed write leaves.
enum Failed {
    /// The disk as it was.
    Full,
    /// Nobody knows.
    Broken(io::Error),
}

impl Failed {
    /// What an error leaves that happened where a retry begins anew.
    fn of(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::StorageFull {
            Self::Full
        } else {
            Self::Broken(error)
        }
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Broken(error)
    }
}

impl Partition {
    /// The thread: until nothing was asked for a while, or the log closes.
    pub(super) fn run(&self) {
        let mut tail = None;
        let (mut spare, mut acknowledged, mut patience) = (Vec::new(), 0, Duration::ZERO);
        while let Some(mut group) = self.queue.take(spare, acknowledged, patience) {
            acknowledged = group.waiters();
            let begun = self.clock.monotonic();
            let written = self.write(&mut tail, &mut group);
            let took = self.clock.monotonic().saturating_sub(begun);
            patience = (took / PATIENCE_SHARE).min(MAX_GATHER);
            self.answer(&mut group, written);
            spare = group.batch;
            spare.clear();
        }
    }

    fn answer(&self, group: &mut Group, written: Result<Offset, Failed>) {
        let base = match written {
            Ok(base) => base,
            Err(failed) => {
                tracing::error!(topic = %self.id.topic, partition = self.id.partition, %failed, "an append failed");
                let broken = matches!(failed, Failed::Broken(_));
                let error = || {
                    if broken {
                        self.id.broken()
                    } else {
                        EventError::Full
                    }
                };
                // What is on the disk has the origins of before; a broken one takes nothing more.
                self.queue.fail(*self.origin.lock(), broken, error);
                return group.answer(|_| Err(error()));
            }
        };
        let next = base.plus(u64::from(group.count));
        *self.origin.lock() = group.last_origin;
        self.ends.send_modify(|ends| ends.next = next);
        group.answer(|index| Ok(base.plus(u64::from(index))));
    }

    /// Writes and syncs a group; gives its first offset.
    fn write(&self, tail: &mut Option<Tail>, group: &mut Group) -> Result<Offset, Failed> {
        self.require_room()?;
        let Ends { next: base, .. } = self.ends();
        let bytes = group.batch.len() as u64;
        let tail = match tail.take() {
            Some(open) => tail.insert(open),
            None => tail.insert(self.reopen()?),
        };
        let full = tail.segment.bytes > HEADER_BYTES as u64
            && tail.segment.bytes + bytes > self.settings.segment_bytes;
        if full || !tail.segment.appendable {
            // A segment half begun holds nothing; the next attempt writes over it.
            *tail = self.roll(base).map_err(Failed::of)?;
        }
        batch::seal(
            &mut group.batch,
            base,
            group.count,
            group.newest,
            group.last_origin,
        );
        let place = tail.segment.bytes;
        if let Err(error) = tail.file.write_all_at(&group.batch, place) {
            // Nothing was acknowledged of it: the file goes back to where it was.
            tail.file.set_len(place)?;
            tail.file.sync_all()?;
            return Err(Failed::of(error));
        }
        tail.file.sync_data()?;
        self.index(tail, base, place);
        tail.segment.bytes += bytes;
        if let Some(last) = self.segments.write().last_mut() {
            *last = tail.segment;
        }
        Ok(base)
    }

    fn require_room(&self) -> Result<(), Failed> {
        let room = platform_files::require_space(&self.folder, 0, RESERVED_DISK_BYTES);
        room.map_err(|error| match error {
            SpaceError::Full { .. } => Failed::Full,
            SpaceError::Unknown { source, .. } => Failed::Broken(source),
        })
    }

    fn reopen(&self) -> io::Result<Tail> {
        let segment = *self
            .segments
            .read()
            .last()
            .expect("a partition has a segment");
        let path = segment::path(&self.folder, segment.base);
        Ok(Tail {
            file: File::options().write(true).open(path)?,
            segment,
            indexed: self.places.last(&self.folder, segment.base),
        })
    }

    /// Begins the next segment and drops those at the end of their retention.
    fn roll(&self, base: Offset) -> io::Result<Tail> {
        let file = segment::begin(&self.folder, base, self.clock.now())?;
        let segment = Segment {
            base,
            bytes: HEADER_BYTES as u64,
            appendable: true,
        };
        self.begun(segment);
        if let Err(error) = self.retire() {
            tracing::warn!(topic = %self.id.topic, %error, "segments at the end of their retention stay");
        }
        Ok(Tail {
            file,
            segment,
            indexed: 0,
        })
    }

    fn begun(&self, segment: Segment) {
        let mut segments = self.segments.write();
        // An empty segment that is not appended to has the place of the one that takes over.
        segments.retain(|other| other.base != segment.base);
        segments.push(segment);
    }

    /// Notes every so many bytes where a batch begins; without a note, readers walk further.
    fn index(&self, tail: &mut Tail, offset: Offset, byte: u64) {
        if byte < tail.indexed + INDEX_STRIDE_BYTES {
            return;
        }
        tail.indexed = byte;
        let path = segment::path(&self.folder, tail.segment.base);
        let entry = index::Entry { offset, byte };
        if let Err(error) = index::append(&path, entry) {
            tracing::debug!(topic = %self.id.topic, %error, "a place of a segment is not noted");
        }
        self.places.add(&self.folder, tail.segment.base, entry);
    }
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Full => f.write_str("the disk is full"),
            Self::Broken(error) => error.fmt(f),
        }
    }
}
