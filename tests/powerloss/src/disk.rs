//! A disk as a pure model: what processes see, what is synced, and what a power cut leaves of it.
//!
//! Data, lengths and names reach the disk only by a sync of the file or of the folder that holds the name:
//! a file's own sync does not bring its name. Modes and times are kept as if always synced, for no store
//! depends on them.

mod changes;
mod content;
mod cut;
mod edit;
mod room;
mod sync;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

pub use cut::Losses;
pub use room::Room;

use changes::Change;
use content::{Content, DataChange};

/// A file's or folder's number.
pub type Ino = u64;
type Name = OsString;

/// The top folder's number.
pub const ROOT: Ino = 1;

/// Why an operation was refused, in the terms of errno(3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// ENOENT.
    #[error("there is nothing of this name")]
    NotFound,
    /// EEXIST.
    #[error("there is something of this name already")]
    Exists,
    /// ENOTEMPTY.
    #[error("the folder is not empty")]
    NotEmpty,
    /// ENOTDIR.
    #[error("this is no folder")]
    NotAFolder,
    /// EISDIR.
    #[error("this is a folder")]
    IsAFolder,
    /// ENAMETOOLONG.
    #[error("the name is too long")]
    NameTooLong,
    /// EFBIG.
    #[error("the file would be too large")]
    TooLarge,
    /// ENOSPC.
    #[error("the disk is full")]
    Full,
}

/// What stat(2) tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Its number.
    pub ino: Ino,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// A file's bytes; 0 for a folder.
    pub len: u64,
    /// Permission bits.
    pub mode: u16,
    /// How many names it has.
    pub links: u32,
}

/// A name in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The name.
    pub name: OsString,
    /// What it refers to.
    pub ino: Ino,
    /// Whether that is a folder.
    pub is_folder: bool,
}

#[derive(Debug, Clone)]
struct Node {
    mode: u16,
    links: u32,
    body: Body,
}

#[derive(Debug, Clone)]
enum Body {
    File {
        seen: Content,
        synced: Content,
        /// What was done to `synced` to make `seen`.
        pending: Vec<DataChange>,
    },
    Folder {
        seen: BTreeMap<Name, Ino>,
        synced: BTreeMap<Name, Ino>,
    },
}

/// The disk and the memory in front of it.
#[derive(Debug, Clone)]
pub struct Disk {
    nodes: BTreeMap<Ino, Node>,
    next: Ino,
    /// Changes to folders that are not synced, oldest first.
    changes: Vec<Change>,
    /// `None`: no end of it.
    room: Option<Room>,
}

impl Default for Disk {
    fn default() -> Self {
        Self {
            nodes: BTreeMap::from([(ROOT, Node::folder(0o755))]),
            next: ROOT + 1,
            changes: Vec::new(),
            room: None,
        }
    }
}

impl Node {
    fn folder(mode: u16) -> Self {
        let body = Body::Folder {
            seen: BTreeMap::new(),
            synced: BTreeMap::new(),
        };
        Self {
            mode,
            links: 1,
            body,
        }
    }

    fn file(mode: u16) -> Self {
        let body = Body::File {
            seen: Content::default(),
            synced: Content::default(),
            pending: Vec::new(),
        };
        Self {
            mode,
            links: 1,
            body,
        }
    }
}

/// What a process can ask.
impl Disk {
    /// What a name in a folder refers to.
    pub fn lookup(&self, folder: Ino, name: &OsStr) -> Result<Ino, Fault> {
        let names = self.names(folder)?;
        names.get(name).copied().ok_or(Fault::NotFound)
    }

    /// Kind, length and the like.
    pub fn facts(&self, ino: Ino) -> Result<Facts, Fault> {
        let node = self.nodes.get(&ino).ok_or(Fault::NotFound)?;
        let (is_folder, len) = match &node.body {
            Body::File { seen, .. } => (false, seen.len()),
            Body::Folder { .. } => (true, 0),
        };
        Ok(Facts {
            ino,
            is_folder,
            len,
            mode: node.mode,
            links: node.links,
        })
    }

    /// Names in a folder, in order.
    pub fn list(&self, folder: Ino) -> Result<Vec<Listed>, Fault> {
        let listed = self.names(folder)?.iter().map(|(name, ino)| Listed {
            name: name.clone(),
            ino: *ino,
            is_folder: self.names(*ino).is_ok(),
        });
        Ok(listed.collect())
    }

    /// Bytes of a file; fewer at its end.
    pub fn read(&self, ino: Ino, at: u64, count: u64) -> Result<Vec<u8>, Fault> {
        match self.nodes.get(&ino).map(|node| &node.body) {
            Some(Body::File { seen, .. }) => Ok(seen.read(at, count)),
            Some(Body::Folder { .. }) => Err(Fault::IsAFolder),
            None => Err(Fault::NotFound),
        }
    }

    fn names(&self, folder: Ino) -> Result<&BTreeMap<Name, Ino>, Fault> {
        match self.nodes.get(&folder).map(|node| &node.body) {
            Some(Body::Folder { seen, .. }) => Ok(seen),
            Some(Body::File { .. }) => Err(Fault::NotAFolder),
            None => Err(Fault::NotFound),
        }
    }
}

fn set(names: &mut BTreeMap<Name, Ino>, name: &Name, now: Option<Ino>) {
    match now {
        Some(ino) => names.insert(name.clone(), ino),
        None => names.remove(name),
    };
}
