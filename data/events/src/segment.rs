//! Segment files: their names, the end of the last one, and frames read from a place. Blocking.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use crate::frame::{self, MAX_FRAME_BYTES};
use crate::limits::MAX_READ_BYTES;
use crate::{Event, Offset};

const SUFFIX: &str = "log";

/// Bytes fetched at once while frames are read.
const WINDOW_BYTES: usize = MAX_FRAME_BYTES;

/// What was cut off a topic's end at open: bytes that are no whole, undamaged event. They are what a crash
/// left of appends that were not acknowledged, or damage done to the file's end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TornTail {
    /// The topic.
    pub topic: String,
    /// The file that was cut.
    pub segment: PathBuf,
    /// Its size since.
    pub kept_bytes: u64,
    /// How many bytes went.
    pub cut_bytes: u64,
    /// The offset that the next append gets.
    pub next: Offset,
}

/// The path of the segment that begins at an offset.
pub(crate) fn path(folder: &Path, base: Offset) -> PathBuf {
    // Twenty digits hold every offset, so names sort as offsets do.
    folder.join(format!("{:020}.{SUFFIX}", base.0))
}

/// First offsets of the segments in a folder, in order.
pub(crate) fn list(folder: &Path) -> io::Result<Vec<Offset>> {
    let mut bases = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let stem = name
            .to_str()
            .and_then(|name| name.strip_suffix(&format!(".{SUFFIX}")));
        bases.extend(stem.and_then(|stem| stem.parse().ok()).map(Offset));
    }
    bases.sort_unstable();
    Ok(bases)
}

/// Creates the segment that begins at an offset; its name is durable when this returns.
pub(crate) fn create(folder: &Path, base: Offset) -> io::Result<File> {
    let file = OpenOptions::new()
        .append(true)
        .create_new(true)
        .open(path(folder, base))?;
    File::open(folder)?.sync_all()?;
    Ok(file)
}

/// The last segment, open for appending.
pub(crate) struct Tail {
    pub(crate) file: File,
    pub(crate) bytes: u64,
    pub(crate) next: Offset,
    /// Bytes cut off its end.
    pub(crate) cut: u64,
}

/// Opens the last segment, finds its last whole event and cuts what follows.
pub(crate) fn open_tail(folder: &Path, base: Offset) -> io::Result<Tail> {
    let path = path(folder, base);
    let size = fs::metadata(&path)?.len();
    let mut frames = Frames::open(&path, 0, base)?;
    while frames.next()?.is_some() {}
    let Frames {
        position: bytes,
        expected: next,
        ..
    } = frames;
    let file = OpenOptions::new().append(true).open(&path)?;
    if bytes < size {
        file.set_len(bytes)?;
        file.sync_all()?;
    }
    Ok(Tail {
        file,
        bytes,
        next,
        cut: size - bytes,
    })
}

/// Frames of a segment from a known place, read through one window of memory.
pub(crate) struct Frames {
    file: File,
    window: Vec<u8>,
    used: usize,
    /// Where the next frame begins.
    pub(crate) position: u64,
    /// Its offset.
    pub(crate) expected: Offset,
}

impl Frames {
    pub(crate) fn open(path: &Path, position: u64, expected: Offset) -> io::Result<Self> {
        Ok(Self {
            file: File::open(path)?,
            window: Vec::new(),
            used: 0,
            position,
            expected,
        })
    }

    /// The next event; `None` when no whole, undamaged frame of it follows.
    pub(crate) fn next(&mut self) -> io::Result<Option<Event>> {
        let mut found = frame::decode(&self.window[self.used..], self.expected);
        if found.is_none() {
            self.refill()?;
            found = frame::decode(&self.window, self.expected);
        }
        let Some((event, bytes)) = found else {
            return Ok(None);
        };
        self.used += bytes;
        self.position += bytes as u64;
        self.expected = self.expected.next();
        Ok(Some(event))
    }

    /// Fetches a window at the next frame: the longest frame fits.
    fn refill(&mut self) -> io::Result<()> {
        self.window.resize(WINDOW_BYTES, 0);
        self.used = 0;
        let mut filled = 0;
        while filled < self.window.len() {
            match self
                .file
                .read_at(&mut self.window[filled..], self.position + filled as u64)
            {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.window.truncate(filled);
        Ok(())
    }
}

const _: () = assert!(WINDOW_BYTES < MAX_READ_BYTES);
