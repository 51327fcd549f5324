//! What a partition's folder holds when it is opened: the end of its last segment found, torn bytes cut off
//! and told, damage in the middle told and left. Blocking.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use platform_clock::{SharedClock, Timestamp};
use tokio::sync::watch;

use super::places::Places;
use super::queue::Queue;
use super::{Id, Partition, Segment};
use crate::segment::walk::{Found, Walk};
use crate::segment::{self, Format, HEADER_BYTES, index};
use crate::{Ends, EventError, Offset, TopicSettings};

/// What was cut off a partition's end at open: bytes that are no whole batch, with none after them. They are
/// what a crash left of an append that was not acknowledged, or damage done to the file's end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TornTail {
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: u32,
    /// The file that was cut.
    pub segment: PathBuf,
    /// Its size since.
    pub kept_bytes: u64,
    /// How many bytes went.
    pub cut_bytes: u64,
    /// The offset that the next append gets.
    pub next: Offset,
}

/// The last segment's end.
struct End {
    bytes: u64,
    next: Offset,
    last_origin: Option<Offset>,
    cut: u64,
    /// The first bytes that do not read, with good ones after them.
    damage: Option<(Offset, u64)>,
    appendable: bool,
}

impl Partition {
    /// Opens a partition's folder, creating it if it is new, and says what was cut off its end.
    pub(crate) fn open(
        folder: PathBuf,
        id: Id,
        settings: TopicSettings,
        clock: SharedClock,
    ) -> Result<(Arc<Self>, Option<TornTail>), EventError> {
        let io = |what| EventError::io(what, &folder);
        fs::create_dir_all(&folder).map_err(io("create"))?;
        let mut bases = segment::list(&folder).map_err(io("list"))?;
        if bases.is_empty() {
            segment::begin(&folder, Offset(0), clock.now()).map_err(io("begin a segment in"))?;
            bases.push(Offset(0));
        }
        let base = bases.last().copied().unwrap_or_default();
        let mut end = find_end(&folder, base, clock.now())?;
        if end.last_origin.is_none() && end.next == base && bases.len() > 1 {
            let before = find_end_of(&folder, bases[bases.len() - 2])?;
            end.last_origin = before.last_origin;
        }
        let path = segment::path(&folder, base);
        if let Some((offset, byte)) = end.damage {
            let damage = id.damaged(offset, &path, byte);
            tracing::error!(%damage, "a segment is damaged: its other events can be read");
        }
        let torn = (end.cut > 0).then(|| TornTail {
            topic: id.topic.to_string(),
            partition: id.partition,
            segment: path,
            kept_bytes: end.bytes,
            cut_bytes: end.cut,
            next: end.next,
        });
        let first = bases[0];
        let segments = segments(&folder, &bases, &end).map_err(io("list"))?;
        let ends = Ends {
            first,
            next: end.next,
        };
        let partition = Self {
            id,
            settings,
            clock,
            queue: Queue::new(end.last_origin),
            ends: watch::Sender::new(ends),
            segments: RwLock::new(segments),
            places: Places::default(),
            origin: Mutex::new(end.last_origin),
            folder,
        };
        Ok((Arc::new(partition), torn))
    }
}

fn segments(folder: &Path, bases: &[Offset], end: &End) -> io::Result<Vec<Segment>> {
    let mut segments = Vec::with_capacity(bases.len());
    for base in bases {
        segments.push(Segment {
            base: *base,
            bytes: fs::metadata(segment::path(folder, *base))?.len(),
            appendable: false,
        });
    }
    if let Some(last) = segments.last_mut() {
        last.bytes = end.bytes;
        last.appendable = end.appendable;
    }
    Ok(segments)
}

/// Finds the last segment's end and cuts what is torn. What is left is durable: a killed process may have
/// written it and not come to its sync, and from now on it is read.
fn find_end(folder: &Path, base: Offset, now: Timestamp) -> Result<End, EventError> {
    let path = segment::path(folder, base);
    let failed = || EventError::io("open", &path);
    let size = fs::metadata(&path).map_err(failed())?.len();
    let mut end = find_end_of(folder, base)?;
    end.cut = size.saturating_sub(end.bytes);
    if end.bytes == 0 {
        // Not even a header: nothing was ever acknowledged in it.
        segment::begin(folder, base, now).map_err(failed())?;
        end.bytes = HEADER_BYTES as u64;
        end.appendable = true;
    } else {
        let settle = || -> io::Result<()> {
            let file = File::options().write(true).open(&path)?;
            if end.cut > 0 {
                file.set_len(end.bytes)?;
            }
            file.sync_all()
        };
        settle().map_err(failed())?;
    }
    Ok(end)
}

/// Walks to a segment's end, from the last place its index knows.
fn find_end_of(folder: &Path, base: Offset) -> Result<End, EventError> {
    let path = segment::path(folder, base);
    let format = segment::format_of(folder, base)?;
    let found = match format {
        Format::Torn => after_lost_header(&path, base),
        _ => open_near_end(&path, format)
            .and_then(|walk| walk_to_end(walk, base, format != Format::One)),
    };
    found.map_err(EventError::io("read", &path))
}

/// A walk from the last place of the index that holds, or from the first batch.
fn open_near_end(path: &Path, format: Format) -> io::Result<Walk> {
    for place in index::load(path).iter().rev() {
        let mut walk = Walk::open(path, format, Some(place.byte))?;
        if let Found::Span(span) = walk.look()?
            && span.base() == place.offset
        {
            return Ok(walk);
        }
    }
    Walk::open(path, format, None)
}

/// Headers are enough on the way: only the last batch may be torn, so only it is read.
fn walk_to_end(mut walk: Walk, base: Offset, appendable: bool) -> io::Result<End> {
    let mut end = End {
        bytes: walk.position,
        next: base,
        last_origin: None,
        cut: 0,
        damage: None,
        appendable,
    };
    loop {
        let place = walk.position;
        match walk.look()? {
            Found::End => return Ok(end),
            Found::Span(span) if reaches(&mut walk, &span)? => {
                end.next = span.next();
                end.last_origin = span.last_origin();
                walk.skip(&span);
                end.bytes = walk.position;
            }
            Found::Span(_) | Found::Flawed => {
                if !walk.resync(end.next)? {
                    return Ok(end);
                }
                end.damage.get_or_insert((end.next, place));
            }
        }
    }
}

/// Whether a batch is there to its end; the last one's body is checked too.
fn reaches(walk: &mut Walk, span: &segment::span::Span) -> io::Result<bool> {
    let left = walk.left()?;
    let bytes = span.bytes() as u64;
    Ok(bytes < left || (bytes == left && walk.is_whole(span)?))
}

/// A segment whose header does not read. If batches follow, it is damaged and left; if none do, it was never
/// begun.
fn after_lost_header(path: &Path, base: Offset) -> io::Result<End> {
    let begun = Timestamp::default();
    let walk = Walk::open(path, Format::Two { begun }, None)?;
    let mut end = walk_to_end(walk, base, false)?;
    if end.next == base {
        end.bytes = 0;
    } else {
        end.damage = Some((base, 0));
    }
    Ok(end)
}
