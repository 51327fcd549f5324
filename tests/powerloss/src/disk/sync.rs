//! What reaches the disk, and what a cut leaves in words.

use std::collections::BTreeMap;

use super::changes::{self, Change};
use super::{Body, Disk, Fault, Ino, Losses, ROOT, cut, set};

impl Disk {
    /// fsync(2) and fdatasync(2) of a file: its data and length, but not its name.
    pub fn sync_file(&mut self, ino: Ino) -> Result<(), Fault> {
        match self.body(ino) {
            Some(Body::File {
                synced, pending, ..
            }) => {
                pending.drain(..).for_each(|change| synced.apply(&change));
                Ok(())
            }
            Some(Body::Folder { .. }) => self.sync_folder(ino),
            None => Err(Fault::NotFound),
        }
    }

    /// fsync(2) of a folder: the names in it, and in other folders what they build on. The folder's own
    /// name is its parent's affair.
    pub fn sync_folder(&mut self, folder: Ino) -> Result<(), Fault> {
        self.names(folder)?;
        let taken = changes::take(&mut self.changes, |change| change.is_in(folder));
        for change in &taken {
            self.settle(change);
        }
        Ok(())
    }

    /// The machine loses power and starts again. What was synced is there; of the rest the seed chooses a
    /// part, as the page cache and the disk would have.
    #[must_use]
    pub fn cut(self, seed: u64) -> (Self, Losses) {
        cut::cut(self, seed)
    }

    pub(super) fn settle(&mut self, change: &Change) {
        for (folder, name, now) in &change.sets {
            if let Some(Body::Folder { synced, .. }) = self.body(*folder) {
                set(synced, name, *now);
            }
        }
    }

    pub(super) fn count_links(&mut self) {
        let mut links: BTreeMap<Ino, u32> = BTreeMap::from([(ROOT, 1)]);
        for node in self.nodes.values() {
            if let Body::Folder { seen, .. } = &node.body {
                for ino in seen.values() {
                    *links.entry(*ino).or_default() += 1;
                }
            }
        }
        for (ino, node) in &mut self.nodes {
            node.links = links.get(ino).copied().unwrap_or_default();
        }
    }

    /// A change in words.
    pub(super) fn tell(&self, change: &Change) -> String {
        let told = change.sets.iter().map(|(folder, name, now)| {
            let folder = self.path(*folder);
            let name = name.to_string_lossy();
            match now {
                Some(ino) => format!("{folder}/{name} became {ino}"),
                None => format!("{folder}/{name} went"),
            }
        });
        format!("name: {}", told.collect::<Vec<_>>().join(", "))
    }

    /// Where a folder is, or was last.
    fn path(&self, folder: Ino) -> String {
        if folder == ROOT {
            return String::new();
        }
        for (parent, node) in &self.nodes {
            if let Body::Folder { seen, .. } = &node.body
                && let Some((name, _)) = seen.iter().find(|(_, ino)| **ino == folder)
            {
                return format!("{}/{}", self.path(*parent), name.to_string_lossy());
            }
        }
        format!("(folder {folder})")
    }
}
