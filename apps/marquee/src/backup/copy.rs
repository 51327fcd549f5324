//! Files copied, synced and hashed. Blocking.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::Copied;

/// Bytes copied at once.
const BUFFER_BYTES: usize = 1 << 20;

/// A writer that hashes what passes.
pub(super) struct Hashing<W> {
    inner: W,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl<W: Write> Hashing<W> {
    pub(super) fn new(inner: W) -> Self {
        Self {
            inner,
            hasher: blake3::Hasher::new(),
            bytes: 0,
        }
    }

    pub(super) fn finish(self, path: PathBuf) -> (W, Copied) {
        let copied = Copied {
            path,
            bytes: self.bytes,
            blake3: self.hasher.finalize().to_string(),
        };
        (self.inner, copied)
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(buffer)?;
        self.hasher.update(&buffer[..count]);
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Copies one file; the copy is on the disk when this returns. `None` when the file went away meanwhile.
pub(super) fn file(from: &Path, to: &Path, named: PathBuf) -> Result<Option<Copied>> {
    let source = match File::open(from) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened.with_context(|| format!("cannot read {}", from.display()))?,
    };
    let write = || -> io::Result<Copied> {
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        // Private while it is written: it may be a secret.
        let private = File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(to)?;
        let permissions = source.metadata()?.permissions();
        let mut hashing = Hashing::new(private);
        let mut source = io::BufReader::with_capacity(BUFFER_BYTES, source);
        io::copy(&mut source, &mut hashing)?;
        let (written, copied) = hashing.finish(named);
        written.set_permissions(permissions)?;
        written.sync_all()?;
        Ok(copied)
    };
    write()
        .map(Some)
        .with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))
}

/// Copies what a folder holds, in the order of names, and adds it to `copied`. What goes away meanwhile is
/// passed over, and so is what is no ordinary file.
pub(super) fn tree(root: &Path, within: &Path, to: &Path, copied: &mut Vec<Copied>) -> Result<()> {
    let folder = root.join(within);
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        read => read.with_context(|| format!("cannot list {}", folder.display()))?,
    };
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry?.file_name());
    }
    names.sort();
    for name in names {
        let path = within.join(name);
        let Ok(facts) = fs::symlink_metadata(root.join(&path)) else {
            continue;
        };
        if facts.is_dir() {
            tree(root, &path, to, copied)?;
        } else if facts.is_file() {
            copied.extend(file(&root.join(&path), &to.join(&path), path)?);
        }
    }
    Ok(())
}

/// Checks a file of a backup against what the backup says of it.
pub(super) fn verify(root: &Path, told: &Copied) -> Result<()> {
    let path = root.join(&told.path);
    let mut file = File::open(&path)
        .with_context(|| format!("the backup lacks {}; use another", path.display()))?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut bytes = 0;
    loop {
        let count = file
            .read(&mut buffer)
            .with_context(|| format!("cannot read {}", path.display()))?;
        if count == 0 {
            break;
        }
        hasher.update(&buffer[..count]);
        bytes += count as u64;
    }
    if bytes != told.bytes || hasher.finalize().to_string() != told.blake3 {
        bail!(
            "{} is not what was backed up; use another backup",
            path.display()
        );
    }
    Ok(())
}
