//! What a rung came to.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use anyhow::Context as _;
use media_isobmff::{ReadAt, Track};

/// Rate and quality of a whole clip at one rung.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    /// Kilobits a second of the samples themselves, whatever file they lie in.
    pub(crate) kbps: f64,
    /// VMAF, harmonic mean over frames.
    pub(crate) quality: f64,
}

struct FileAt(File);

impl ReadAt for FileAt {
    fn size(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.0.read_exact_at(buffer, offset)
    }
}

/// Bytes and number of the samples of a progressive MP4's picture.
pub(crate) fn samples(path: &Path) -> anyhow::Result<(u64, u64)> {
    let file = FileAt(File::open(path)?);
    let track = Track::read_video(&file).with_context(|| path.display().to_string())?;
    let bytes = track.samples.iter().map(|sample| u64::from(sample.size));
    Ok((bytes.sum(), track.samples.len() as u64))
}
