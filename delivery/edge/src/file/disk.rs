//! One file of the cache on disk: the sparse data and, beside it, what says which blocks of it count.
//!
//! `<hash>.data` is the file itself with holes. `<hash>.blocks` is a header (8 bytes of format, the
//! file's size as 8 bytes big-endian), a bit per block, and the hash tree. A bit is set after its block
//! is on the disk; and since a disk can still lie, a block with a bit is verified before it is read for
//! the first time after opening. All calls block: they run on threads for that.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use contracts_delivery::FileFacts;
use data_objects::ContentHash;
use data_objects::tree::{BLOCK_BYTES, block_count, block_len, outboard_len};
use parking_lot::Mutex;
use rustix::fs::{Advice, fadvise};

const FORMAT: &[u8; 8] = b"mqedge1\n";
const HEADER_BYTES: u64 = 16;

/// An open cache file.
#[derive(Debug)]
pub(crate) struct DiskFile {
    data: File,
    sidecar: File,
    bits: Mutex<Vec<u8>>,
}

/// What a sidecar says.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) facts: FileFacts,
    pub(crate) bits: Vec<u8>,
}

impl Kept {
    /// Whether the block is on disk.
    pub(crate) fn has(&self, block: u32) -> bool {
        bit_of(&self.bits, block)
    }

    /// Bytes of the blocks on disk.
    pub(crate) fn bytes(&self) -> u64 {
        let blocks = 0..block_count(self.facts.bytes);
        let kept = blocks.filter(|block| bit_of(&self.bits, *block as u32));
        kept.map(|block| block_len(self.facts.bytes, block)).sum()
    }
}

/// The two paths of a cache file.
#[derive(Debug, Clone)]
pub(crate) struct Paths {
    pub(crate) data: PathBuf,
    pub(crate) sidecar: PathBuf,
}

impl Paths {
    pub(crate) fn of(folder: &Path, file: ContentHash) -> Self {
        let name = file.to_string();
        // 256 folders keep each small enough to list.
        let folder = folder.join(&name[..2]);
        Self {
            data: folder.join(format!("{name}.data")),
            sidecar: folder.join(format!("{name}.blocks")),
        }
    }

    /// Removes both; the sidecar first, so that data without one is what a crash leaves.
    pub(crate) fn remove(&self) -> io::Result<()> {
        for path in [&self.sidecar, &self.data] {
            match std::fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

impl DiskFile {
    /// An empty cache file for a file of these facts.
    pub(crate) async fn create(paths: &Paths, facts: &FileFacts) -> io::Result<Self> {
        if let Some(folder) = paths.data.parent() {
            tokio::fs::create_dir_all(folder).await?;
        }
        let bits = vec![0; bit_bytes(facts.bytes)];
        let mut text = FORMAT.to_vec();
        text.extend_from_slice(&facts.bytes.to_be_bytes());
        text.extend_from_slice(&bits);
        text.extend_from_slice(&facts.outboard);
        platform_files::write_atomic(&paths.sidecar, text).await?;
        Self::open(paths, bits, true)
    }

    /// The cache file of an earlier run, with what its sidecar says.
    pub(crate) fn open_kept(paths: &Paths) -> io::Result<(Self, Kept)> {
        let kept = read_sidecar(&paths.sidecar)?;
        Ok((Self::open(paths, kept.bits.clone(), false)?, kept))
    }

    fn open(paths: &Paths, bits: Vec<u8>, fresh: bool) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true);
        let sidecar = options.open(&paths.sidecar)?;
        let data = options.create(fresh).truncate(fresh).open(&paths.data)?;
        // What is read ahead is decided by who waits for what; the system's guesses would come before it.
        if let Err(error) = fadvise(&data, 0, None, Advice::Random) {
            tracing::debug!(%error, "the system keeps reading ahead by its own guess");
        }
        Ok(Self {
            data,
            sidecar,
            bits: Mutex::new(bits),
        })
    }

    /// The data, with holes where blocks are missing.
    pub(crate) const fn data(&self) -> &File {
        &self.data
    }

    /// Bytes from `start`.
    pub(crate) fn read(&self, start: u64, bytes: u64) -> io::Result<Bytes> {
        let mut buffer = vec![0; usize::try_from(bytes).map_err(io::Error::other)?];
        self.data.read_exact_at(&mut buffer, start)?;
        Ok(buffer.into())
    }

    /// Writes a block; it counts after a restart once [`DiskFile::mark`] returned.
    pub(crate) fn write(&self, block: u32, bytes: &[u8]) -> io::Result<()> {
        self.data
            .write_all_at(bytes, u64::from(block) * BLOCK_BYTES)
    }

    /// Makes a written block count after a restart: first the data reaches the disk, then the bit is set.
    pub(crate) fn mark(&self, block: u32) -> io::Result<()> {
        self.data.sync_data()?;
        let index = block as usize / 8;
        let mut bits = self.bits.lock();
        bits[index] |= 1 << (block % 8);
        self.sidecar
            .write_all_at(&[bits[index]], HEADER_BYTES + index as u64)
    }
}

/// Reads what a sidecar says.
///
/// # Errors
/// Those of the file system, and `InvalidData` for a file that is no sidecar.
pub(crate) fn read_sidecar(path: &Path) -> io::Result<Kept> {
    parse_sidecar(&std::fs::read(path)?).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn parse_sidecar(text: &[u8]) -> Option<Kept> {
    let (bytes, rest) = text.strip_prefix(FORMAT)?.split_first_chunk::<8>()?;
    let bytes = u64::from_be_bytes(*bytes);
    // The lengths are compared before they are used: the size in the header may be anything.
    if block_count(bytes).div_ceil(8) > rest.len() as u64 {
        return None;
    }
    let (bits, outboard) = rest.split_at_checked(bit_bytes(bytes))?;
    let facts = FileFacts {
        bytes,
        outboard: Bytes::copy_from_slice(outboard),
    };
    (outboard.len() as u64 == outboard_len(bytes)).then(|| Kept {
        facts,
        bits: bits.to_vec(),
    })
}

fn bit_bytes(bytes: u64) -> usize {
    block_count(bytes).div_ceil(8) as usize
}

fn bit_of(bits: &[u8], block: u32) -> bool {
    bits.get(block as usize / 8)
        .is_some_and(|byte| byte & (1 << (block % 8)) != 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[tokio::test]
    async fn marked_blocks_are_there_after_opening_again() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::of(folder.path(), ContentHash::of(b"file"));
        let facts = FileFacts {
            bytes: 2 * BLOCK_BYTES + 5,
            outboard: Bytes::from(vec![7; 96]),
        };
        let disk = DiskFile::create(&paths, &facts).await.unwrap();
        disk.write(2, b"tail!").unwrap();
        disk.mark(2).unwrap();
        disk.write(0, b"unmarked").unwrap();
        let (disk, kept) = DiskFile::open_kept(&paths).unwrap();
        assert_eq!(kept.facts, facts);
        assert_eq!(
            (0..3).map(|block| kept.has(block)).collect::<Vec<_>>(),
            [false, false, true]
        );
        assert_eq!(kept.bytes(), 5);
        assert_eq!(disk.read(2 * BLOCK_BYTES, 5).unwrap(), "tail!");
        paths.remove().unwrap();
        assert!(DiskFile::open_kept(&paths).is_err());
    }

    proptest! {
        #[test]
        fn no_sidecar_makes_it_panic(
            size in any::<u64>(),
            rest in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            let mut text = FORMAT.to_vec();
            text.extend_from_slice(&size.to_be_bytes());
            text.extend_from_slice(&rest);
            if let Some(kept) = parse_sidecar(&text) {
                prop_assert!(kept.bytes() <= size);
            }
            let _ = parse_sidecar(&rest);
        }
    }
}
