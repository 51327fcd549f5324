//! What a process can change. Every change is seen at once and waits for a sync.

use std::ffi::OsStr;

use super::changes::Change;
use super::content::DataChange;
use super::{Body, Disk, Fault, Ino, Name, Node, set};
use crate::limits::{MAX_FILE_BYTES, MAX_NAME_BYTES};

impl Disk {
    /// A new, empty file.
    pub fn create(&mut self, folder: Ino, name: &OsStr, mode: u16) -> Result<Ino, Fault> {
        self.make(folder, name, Node::file(mode))
    }

    /// A new, empty folder.
    pub fn make_folder(&mut self, folder: Ino, name: &OsStr, mode: u16) -> Result<Ino, Fault> {
        self.make(folder, name, Node::folder(mode))
    }

    fn make(&mut self, folder: Ino, name: &OsStr, node: Node) -> Result<Ino, Fault> {
        self.must_be_free(folder, name)?;
        self.take_name()?;
        let ino = self.next;
        self.next += 1;
        self.nodes.insert(ino, node);
        self.change(vec![(folder, name.to_owned(), Some(ino))]);
        Ok(ino)
    }

    /// A second name for a file.
    pub fn link(&mut self, ino: Ino, folder: Ino, name: &OsStr) -> Result<(), Fault> {
        if self.facts(ino)?.is_folder {
            return Err(Fault::IsAFolder);
        }
        self.must_be_free(folder, name)?;
        self.change(vec![(folder, name.to_owned(), Some(ino))]);
        self.add_links(ino, 1);
        Ok(())
    }

    /// Takes a file's name away.
    pub fn unlink(&mut self, folder: Ino, name: &OsStr) -> Result<(), Fault> {
        let ino = self.lookup(folder, name)?;
        if self.facts(ino)?.is_folder {
            return Err(Fault::IsAFolder);
        }
        self.change(vec![(folder, name.to_owned(), None)]);
        self.add_links(ino, -1);
        Ok(())
    }

    /// Removes an empty folder.
    pub fn remove_folder(&mut self, folder: Ino, name: &OsStr) -> Result<(), Fault> {
        let ino = self.lookup(folder, name)?;
        if !self.names(ino)?.is_empty() {
            return Err(Fault::NotEmpty);
        }
        self.change(vec![(folder, name.to_owned(), None)]);
        self.add_links(ino, -1);
        Ok(())
    }

    /// Moves a name, replacing what was there if `replace`. Within a folder it reaches the disk whole;
    /// a file that goes to another folder may be found in both.
    pub fn rename(
        &mut self,
        (folder, name): (Ino, &OsStr),
        (to_folder, to_name): (Ino, &OsStr),
        replace: bool,
    ) -> Result<(), Fault> {
        let ino = self.lookup(folder, name)?;
        let is_folder = self.facts(ino)?.is_folder;
        match self.lookup(to_folder, to_name) {
            Ok(there) if there == ino => return Ok(()),
            Ok(_) if !replace => return Err(Fault::Exists),
            Ok(there) => {
                self.may_replace(there, is_folder)?;
                self.add_links(there, -1);
            }
            Err(Fault::NotFound) => check_name(to_name)?,
            Err(fault) => return Err(fault),
        }
        let made = (to_folder, to_name.to_owned(), Some(ino));
        let gone = (folder, name.to_owned(), None);
        if folder == to_folder || is_folder {
            self.change(vec![made, gone]);
        } else {
            self.change(vec![made]);
            self.change(vec![gone]);
        }
        Ok(())
    }

    fn may_replace(&self, there: Ino, by_folder: bool) -> Result<(), Fault> {
        match (self.names(there), by_folder) {
            (Ok(names), true) if names.is_empty() => Ok(()),
            (Ok(_), true) => Err(Fault::NotEmpty),
            (Ok(_), false) => Err(Fault::IsAFolder),
            (Err(_), true) => Err(Fault::NotAFolder),
            (Err(_), false) => Ok(()),
        }
    }

    /// Writes into a file, which grows to hold the bytes, and tells how many of them there was room for.
    pub fn write(&mut self, ino: Ino, at: u64, bytes: &[u8]) -> Result<u64, Fault> {
        check_len(at.saturating_add(bytes.len() as u64))?;
        let count = self.take(ino, at, bytes.len() as u64)?;
        let bytes = bytes[..count as usize].to_vec();
        self.change_data(ino, DataChange::Write { at, bytes })?;
        Ok(count)
    }

    /// Makes a file longer by zeros that have their room, whole or not at all; never makes it shorter.
    pub fn extend(&mut self, ino: Ino, len: u64) -> Result<(), Fault> {
        let now = self.facts(ino)?.len;
        if len <= now {
            return Ok(());
        }
        if self.room.is_some_and(|room| room.bytes < len - now) {
            return Err(Fault::Full);
        }
        self.take(ino, now, len - now)?;
        self.set_len(ino, len)
    }

    /// Makes a file this long. What it grows by is a hole, which takes no room.
    pub fn set_len(&mut self, ino: Ino, len: u64) -> Result<(), Fault> {
        check_len(len)?;
        if self.facts(ino)?.len == len {
            return Ok(());
        }
        self.change_data(ino, DataChange::Len(len))
    }

    /// Fills a part of a file with zeros, without changing its length.
    pub fn zero(&mut self, ino: Ino, from: u64, to: u64) -> Result<(), Fault> {
        let to = to.min(self.facts(ino)?.len);
        self.change_data(
            ino,
            DataChange::Zero {
                from: from.min(to),
                to,
            },
        )
    }

    /// Changes permission bits.
    pub fn set_mode(&mut self, ino: Ino, mode: u16) -> Result<(), Fault> {
        self.nodes.get_mut(&ino).ok_or(Fault::NotFound)?.mode = mode;
        Ok(())
    }

    fn must_be_free(&self, folder: Ino, name: &OsStr) -> Result<(), Fault> {
        check_name(name)?;
        match self.lookup(folder, name) {
            Ok(_) => Err(Fault::Exists),
            Err(Fault::NotFound) if self.nodes.contains_key(&folder) => Ok(()),
            Err(fault) => Err(fault),
        }
    }

    fn change(&mut self, sets: Vec<(Ino, Name, Option<Ino>)>) {
        let mut touched: Vec<Ino> = sets.iter().filter_map(|(_, _, ino)| *ino).collect();
        for (folder, name, now) in &sets {
            touched.extend(self.lookup(*folder, name));
            if let Some(Body::Folder { seen, .. }) = self.body(*folder) {
                set(seen, name, *now);
            }
        }
        self.changes.push(Change { sets, touched });
    }

    fn change_data(&mut self, ino: Ino, change: DataChange) -> Result<(), Fault> {
        match self.body(ino) {
            Some(Body::File { seen, pending, .. }) => {
                seen.apply(&change);
                pending.push(change);
                Ok(())
            }
            Some(Body::Folder { .. }) => Err(Fault::IsAFolder),
            None => Err(Fault::NotFound),
        }
    }

    fn add_links(&mut self, ino: Ino, more: i32) {
        if let Some(node) = self.nodes.get_mut(&ino) {
            node.links = node.links.saturating_add_signed(more);
        }
    }

    pub(super) fn body(&mut self, ino: Ino) -> Option<&mut Body> {
        self.nodes.get_mut(&ino).map(|node| &mut node.body)
    }
}

fn check_name(name: &OsStr) -> Result<(), Fault> {
    if name.len() > MAX_NAME_BYTES {
        return Err(Fault::NameTooLong);
    }
    Ok(())
}

fn check_len(len: u64) -> Result<(), Fault> {
    if len > MAX_FILE_BYTES {
        return Err(Fault::TooLarge);
    }
    Ok(())
}
