//! Where objects lie on disk. Blocking: called on threads where waiting is fine.
//!
//! An object is `ab/abcd…`, its hash in full under its first two digits; its outboard is `ab/abcd….tree`,
//! absent for an object of one block. What is being copied in lies in `incoming` until it is whole. The
//! outboard is in place before its object is, so an object that is there is complete. Pointers lie in
//! `pointers`, a file each.

mod engine;
mod pointers;

use std::fs::{self, File};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use parking_lot::Mutex;

use crate::limits::{HASH_BUFFER_BYTES, RESERVED_DISK_BYTES};
use crate::tree::{Outboard, OutboardBuilder};
use crate::{ContentHash, ObjectError, ObjectInfo, format};

pub(crate) use engine::FolderStore;

const INCOMING: &str = "incoming";
const POINTERS: &str = "pointers";
const TREE_SUFFIX: &str = "tree";

/// The folder and the order in which its files change.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    /// Held while a file appears or disappears, so that a put never finds an object that a removal is
    /// about to take.
    change: Mutex<()>,
}

impl Folder {
    pub(crate) fn open(root: PathBuf) -> Result<Self, ObjectError> {
        platform_files::create_folder_sync(&root).map_err(ObjectError::io("create", &root))?;
        let is_marked = check_marker(&root)?;
        let incoming = root.join(INCOMING);
        for folder in [&incoming, &root.join(POINTERS)] {
            fs::create_dir_all(folder).map_err(ObjectError::io("create", folder))?;
        }
        for first in 0..=u8::MAX {
            let folder = root.join(format!("{first:02x}"));
            fs::create_dir_all(&folder).map_err(ObjectError::io("create", &folder))?;
        }
        // What a killed process put and had not synced yet is listed from now on, so it must stay.
        platform_files::sync_folders_sync(&root).map_err(ObjectError::io("sync", &root))?;
        sweep(&incoming).map_err(ObjectError::io("sweep", &incoming))?;
        let opened = Self {
            root,
            change: Mutex::default(),
        };
        if !is_marked {
            opened.replace(
                &opened.root.join(format::MARKER),
                format::marker().as_bytes(),
            )?;
        }
        Ok(opened)
    }

    /// Writes a small file in one step.
    fn replace(&self, to: &Path, bytes: &[u8]) -> Result<(), ObjectError> {
        let write = || {
            let mut file = tempfile::NamedTempFile::new_in(self.root.join(INCOMING))?;
            file.write_all(bytes)?;
            platform_files::persist_sync(&file.into_temp_path(), to)
        };
        write().map_err(ObjectError::io("write", to))
    }

    /// Takes over a finished file: moved when it lies on the same file system, copied otherwise.
    pub(crate) fn take(&self, source: &Path) -> Result<ObjectInfo, ObjectError> {
        let facts = fs::metadata(source).map_err(ObjectError::io("look at", source))?;
        if !facts.is_file() {
            return Err(ObjectError::NotAFile(source.to_owned()));
        }
        let home = fs::metadata(&self.root).map_err(ObjectError::io("look at", &self.root))?;
        let file = File::open(source).map_err(ObjectError::io("open", source))?;
        if facts.dev() != home.dev() {
            let info = self.copy(file, source, facts.len())?;
            fs::remove_file(source).map_err(ObjectError::io("remove", source))?;
            return Ok(info);
        }
        let outboard = Outboard::compute(file).map_err(ObjectError::io("read", source))?;
        self.place(source, &outboard)
    }

    /// Copies what a reader gives, hashing it on the way.
    pub(crate) fn copy(
        &self,
        mut reader: impl Read,
        named: &Path,
        len: u64,
    ) -> Result<ObjectInfo, ObjectError> {
        let incoming = self.root.join(INCOMING);
        platform_files::require_space(&incoming, len, RESERVED_DISK_BYTES)?;
        let mut file = tempfile::NamedTempFile::new_in(&incoming)
            .map_err(ObjectError::io("create a file in", &incoming))?;
        let mut builder = OutboardBuilder::new();
        let mut buffer = vec![0; HASH_BUFFER_BYTES.min(len as usize + 1)];
        loop {
            let count = match reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(ObjectError::io("read", named)(error)),
            };
            builder.update(&buffer[..count]);
            file.write_all(&buffer[..count])
                .map_err(ObjectError::io("write", file.path()))?;
        }
        self.place(&file.into_temp_path(), &builder.finish())
    }

    /// Moves a whole file to its place. Where the object is there already the file takes its place all the
    /// same: that costs nothing, and mends one whose bytes are damaged.
    fn place(&self, from: &Path, outboard: &Outboard) -> Result<ObjectInfo, ObjectError> {
        let info = ObjectInfo {
            hash: outboard.hash(),
            bytes: outboard.object_len(),
        };
        let to = self.object(info.hash);
        // Synced before the lock is taken: a long file takes long.
        File::open(from)
            .and_then(|file| file.sync_all())
            .map_err(ObjectError::io("sync", from))?;
        let _in_order = self.change.lock();
        self.place_outboard(outboard)?;
        platform_files::persist_sync(from, &to).map_err(ObjectError::io("move into place", &to))?;
        Ok(info)
    }

    fn place_outboard(&self, outboard: &Outboard) -> Result<(), ObjectError> {
        let bytes = outboard.to_bytes();
        let to = self.tree(outboard.hash());
        if bytes.is_empty() || fs::read(&to).is_ok_and(|there| there == bytes) {
            return Ok(());
        }
        self.replace(&to, &bytes)
    }

    /// Removes an object; returns whether it was there. The object goes first: an outboard without its
    /// object is never read, and the next put finds or replaces it.
    pub(crate) fn remove(&self, hash: ContentHash) -> Result<bool, ObjectError> {
        let _in_order = self.change.lock();
        let object = self.object(hash);
        let was_there = remove_if_there(&object).map_err(ObjectError::io("remove", &object))?;
        // Before its outboard goes: a power cut keeps unsynced removals in no order.
        let folder = self.fan(&hash.to_string());
        sync(&folder).map_err(ObjectError::io("sync", &folder))?;
        let tree = self.tree(hash);
        remove_if_there(&tree).map_err(ObjectError::io("remove", &tree))?;
        Ok(was_there)
    }

    /// The next objects in name order.
    pub(crate) fn list(
        &self,
        after: Option<ContentHash>,
        limit: usize,
    ) -> Result<Vec<ObjectInfo>, ObjectError> {
        let first = after.map_or(0, |hash| hash.as_bytes()[0]);
        let mut found = Vec::new();
        for fan in first..=u8::MAX {
            if found.len() >= limit {
                break;
            }
            let folder = self.root.join(format!("{fan:02x}"));
            let mut names = names(&folder).map_err(ObjectError::io("list", &folder))?;
            names.retain(|hash| after.is_none_or(|after| *hash > after));
            names.sort_unstable();
            for hash in names {
                // An object removed since the folder was read is not an error.
                if found.len() < limit
                    && let Ok(facts) = fs::metadata(self.object(hash))
                {
                    found.push(ObjectInfo {
                        hash,
                        bytes: facts.len(),
                    });
                }
            }
        }
        Ok(found)
    }

    pub(crate) fn open_object(&self, hash: ContentHash) -> Result<(File, u64), ObjectError> {
        let path = self.object(hash);
        let file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(ObjectError::NotFound(hash));
            }
            opened => opened.map_err(ObjectError::io("open", &path))?,
        };
        let facts = file.metadata().map_err(ObjectError::io("look at", &path))?;
        Ok((file, facts.len()))
    }

    /// The outboard, verified against the object's name and size.
    pub(crate) fn outboard(&self, hash: ContentHash) -> Result<Outboard, ObjectError> {
        let (_, len) = self.open_object(hash)?;
        let path = self.tree(hash);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read.map_err(ObjectError::io("read", &path))?,
        };
        Outboard::from_bytes(&bytes, hash, len)
            .map_err(|source| ObjectError::Damaged { hash, source })
    }

    fn fan(&self, name: &str) -> PathBuf {
        self.root.join(&name[..2])
    }

    /// The object's file.
    pub(crate) fn object(&self, hash: ContentHash) -> PathBuf {
        let name = hash.to_string();
        self.fan(&name).join(name)
    }

    fn tree(&self, hash: ContentHash) -> PathBuf {
        self.object(hash).with_extension(TREE_SUFFIX)
    }
}

/// Checks which layout a folder says it has; returns whether it says so.
fn check_marker(root: &Path) -> Result<bool, ObjectError> {
    let path = root.join(format::MARKER);
    match fs::read(&path) {
        Ok(found) => format::check(&found, &root.display().to_string()).map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(ObjectError::io("read", &path)(error)),
    }
}

/// Removes what a crash left half copied.
fn sweep(incoming: &Path) -> io::Result<()> {
    for entry in fs::read_dir(incoming)? {
        let path = entry?.path();
        tracing::info!(path = %path.display(), "removing a copy that was never finished");
        fs::remove_file(path)?;
    }
    Ok(())
}

fn names(folder: &Path) -> io::Result<Vec<ContentHash>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        names.extend(
            name.to_str()
                .and_then(|name| name.parse::<ContentHash>().ok()),
        );
    }
    Ok(names)
}

fn remove_if_there(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
