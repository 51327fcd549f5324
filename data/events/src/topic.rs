//! One topic of the log on disk: appends that share a sync, and reads of what is acknowledged.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use bytes::Bytes;
use parking_lot::{Mutex, RwLock};
use platform_clock::Timestamp;
use platform_files::SpaceError;

use crate::frame::{self, MAX_FRAME_BYTES};
use crate::limits::{MAX_PENDING_BYTES, MAX_PLACES, MAX_READ_BYTES, RESERVED_DISK_BYTES};
use crate::segment::{self, Frames, Tail, TornTail};
use crate::{Event, EventError, Offset};

#[derive(Debug)]
pub(crate) struct Topic {
    name: String,
    folder: PathBuf,
    segment_bytes: u64,
    /// Frames that wait for the next sync, and the offset of the next append.
    pending: Mutex<Pending>,
    writer: Mutex<Writer>,
    /// Whoever is first in this queue syncs for all that wait.
    turn: tokio::sync::Mutex<()>,
    /// Every offset below is acknowledged.
    acknowledged: AtomicU64,
    broken: AtomicBool,
    /// First offsets of the segments, in order.
    bases: RwLock<Vec<Offset>>,
    /// Where events begin that a read ended before: the segment and the byte.
    places: Mutex<BTreeMap<Offset, (Offset, u64)>>,
}

#[derive(Debug)]
struct Pending {
    frames: Vec<u8>,
    next: Offset,
}

#[derive(Debug)]
struct Writer {
    file: File,
    bytes: u64,
}

impl Topic {
    /// Opens a topic's folder, creating it if it is new, and says what was cut off its end.
    pub(crate) fn open(
        folder: PathBuf,
        name: &str,
        segment_bytes: u64,
    ) -> Result<(Self, Option<TornTail>), EventError> {
        let io = |what| EventError::io(what, &folder);
        std::fs::create_dir_all(&folder).map_err(io("create"))?;
        let mut bases = segment::list(&folder).map_err(io("list"))?;
        if bases.is_empty() {
            segment::create(&folder, Offset(0)).map_err(io("begin a segment in"))?;
            bases.push(Offset(0));
        }
        let base = bases.last().copied().unwrap_or_default();
        let Tail {
            file,
            bytes,
            next,
            cut,
        } = segment::open_tail(&folder, base).map_err(io("open the last segment in"))?;
        let torn = (cut > 0).then(|| TornTail {
            topic: name.to_owned(),
            segment: segment::path(&folder, base),
            kept_bytes: bytes,
            cut_bytes: cut,
            next,
        });
        let topic = Self {
            name: name.to_owned(),
            folder,
            segment_bytes,
            pending: Mutex::new(Pending {
                frames: Vec::new(),
                next,
            }),
            writer: Mutex::new(Writer { file, bytes }),
            turn: tokio::sync::Mutex::default(),
            acknowledged: AtomicU64::new(next.0),
            broken: AtomicBool::new(false),
            bases: RwLock::new(bases),
            places: Mutex::default(),
        };
        Ok((topic, torn))
    }

    pub(crate) async fn append(
        self: &Arc<Self>,
        at: Timestamp,
        key: Bytes,
        payload: Bytes,
    ) -> Result<Offset, EventError> {
        self.require_room()?;
        let mut event = Event {
            offset: Offset(0),
            at,
            key,
            payload,
        };
        while !self.take_place(&mut event) {
            self.settle(self.last_pending()).await?;
        }
        self.settle(event.offset).await?;
        Ok(event.offset)
    }

    /// Gives the event its offset, unless too much waits already.
    fn take_place(&self, event: &mut Event) -> bool {
        let mut pending = self.pending.lock();
        if pending.frames.len() + MAX_FRAME_BYTES > MAX_PENDING_BYTES {
            return false;
        }
        event.offset = pending.next;
        pending.next = pending.next.next();
        frame::encode(event, &mut pending.frames);
        true
    }

    fn last_pending(&self) -> Offset {
        Offset(self.pending.lock().next.0.saturating_sub(1))
    }

    /// Returns when the event at `offset` is on the disk.
    async fn settle(self: &Arc<Self>, offset: Offset) -> Result<(), EventError> {
        let _turn = self.turn.lock().await;
        if self.is_acknowledged(offset) {
            return Ok(());
        }
        let topic = Arc::clone(self);
        let flushed = tokio::task::spawn_blocking(move || topic.flush()).await;
        flushed.map_err(|error| EventError::io("append to", &self.folder)(error.into()))??;
        if self.is_acknowledged(offset) {
            Ok(())
        } else {
            Err(self.is_broken())
        }
    }

    fn is_acknowledged(&self, offset: Offset) -> bool {
        offset.0 < self.acknowledged.load(Ordering::SeqCst)
    }

    fn is_broken(&self) -> EventError {
        EventError::Broken(self.name.clone())
    }

    /// Writes and syncs everything that waits. After a failure nobody knows what the disk holds, so nothing
    /// more is written until the log is opened again and its end is looked at.
    fn flush(&self) -> Result<(), EventError> {
        let mut writer = self.writer.lock();
        if self.broken.load(Ordering::SeqCst) {
            return Err(self.is_broken());
        }
        let (frames, next) = {
            let mut pending = self.pending.lock();
            (std::mem::take(&mut pending.frames), pending.next)
        };
        if let Err(error) = self.write(&mut writer, &frames) {
            self.broken.store(true, Ordering::SeqCst);
            return Err(EventError::io("append to", &self.folder)(error));
        }
        self.acknowledged.store(next.0, Ordering::SeqCst);
        Ok(())
    }

    fn write(&self, writer: &mut Writer, frames: &[u8]) -> std::io::Result<()> {
        if writer.bytes > 0 && writer.bytes + frames.len() as u64 > self.segment_bytes {
            let base = Offset(self.acknowledged.load(Ordering::SeqCst));
            *writer = Writer {
                file: segment::create(&self.folder, base)?,
                bytes: 0,
            };
            self.bases.write().push(base);
        }
        writer.file.write_all(frames)?;
        writer.file.sync_data()?;
        writer.bytes += frames.len() as u64;
        Ok(())
    }

    fn require_room(&self) -> Result<(), EventError> {
        let room = platform_files::require_space(&self.folder, 0, RESERVED_DISK_BYTES);
        room.map_err(|error| match error {
            SpaceError::Full { .. } => EventError::Full,
            SpaceError::Unknown { folder, source } => EventError::io("look at", &folder)(source),
        })
    }

    /// Acknowledged events from `from` on. Blocking.
    pub(crate) fn read(&self, from: Offset, limit: usize) -> Result<Vec<Event>, EventError> {
        let end = Offset(self.acknowledged.load(Ordering::SeqCst));
        let mut events: Vec<Event> = Vec::new();
        let mut bytes = 0;
        let mut from = from;
        while from < end && events.len() < limit && bytes <= MAX_READ_BYTES {
            let (base, until) = self.segment_of(from, end);
            let path = segment::path(&self.folder, base);
            let (position, expected) = self.place(base, from);
            let mut frames =
                Frames::open(&path, position, expected).map_err(EventError::io("open", &path))?;
            while frames.expected < until && events.len() < limit {
                let place = (frames.expected, frames.position);
                let read = frames.next().map_err(EventError::io("read", &path))?;
                let event = read.ok_or_else(|| self.damaged(&path, place))?;
                if event.offset < from {
                    continue;
                }
                bytes += event.key.len() + event.payload.len();
                if bytes > MAX_READ_BYTES {
                    self.remember(place.0, base, place.1);
                    return Ok(events);
                }
                events.push(event);
            }
            self.remember(frames.expected, base, frames.position);
            from = frames.expected;
        }
        Ok(events)
    }

    fn damaged(&self, segment: &Path, (offset, byte): (Offset, u64)) -> EventError {
        let (topic, segment) = (self.name.clone(), segment.to_owned());
        EventError::Damaged {
            topic,
            offset,
            segment,
            byte,
        }
    }

    /// The segment that holds an offset, and the first offset after it.
    fn segment_of(&self, offset: Offset, end: Offset) -> (Offset, Offset) {
        let bases = self.bases.read();
        let after = bases.partition_point(|base| *base <= offset);
        let base = after.checked_sub(1).map_or(Offset(0), |index| bases[index]);
        (base, bases.get(after).copied().unwrap_or(end).min(end))
    }

    /// The nearest place at or before an offset of a segment.
    fn place(&self, base: Offset, offset: Offset) -> (u64, Offset) {
        let places = self.places.lock();
        let nearest = places.range(base..=offset).next_back();
        let known = nearest.filter(|(_, (segment, _))| *segment == base);
        known.map_or((0, base), |(offset, (_, byte))| (*byte, *offset))
    }

    fn remember(&self, offset: Offset, base: Offset, byte: u64) {
        let mut places = self.places.lock();
        if places.len() >= MAX_PLACES {
            places.clear();
        }
        places.insert(offset, (base, byte));
    }
}
