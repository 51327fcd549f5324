//! How much of each file is on the disk, and which files were placed. Pure.

use std::collections::{HashMap, HashSet};

use data_objects::ContentHash;

/// The files of the cache by their bytes.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    files: HashMap<ContentHash, Extent>,
    placed: HashSet<ContentHash>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Extent {
    stored: u64,
    /// Known once the file was opened.
    all: Option<u64>,
}

impl Stored {
    /// The file is of so many bytes.
    pub(crate) fn sized(&mut self, file: ContentHash, bytes: u64) {
        self.files.entry(file).or_default().all = Some(bytes);
    }

    /// So many more of its bytes are stored.
    pub(crate) fn grow(&mut self, file: ContentHash, bytes: u64) {
        self.files.entry(file).or_default().stored += bytes;
    }

    /// So many fewer.
    pub(crate) fn shrink(&mut self, file: ContentHash, bytes: u64) {
        if let Some(extent) = self.files.get_mut(&file) {
            extent.stored = extent.stored.saturating_sub(bytes);
        }
    }

    /// Nothing of it is.
    pub(crate) fn remove(&mut self, file: ContentHash) {
        self.files.remove(&file);
    }

    /// The files that are there from end to end.
    pub(crate) fn whole(&self) -> HashSet<ContentHash> {
        let whole = self.files.iter().filter(|(_, extent)| extent.is_whole());
        whole.map(|(file, _)| *file).collect()
    }

    /// Whether anything of it is there.
    pub(crate) fn has_some(&self, file: ContentHash) -> bool {
        self.files
            .get(&file)
            .is_some_and(|extent| extent.stored > 0)
    }

    /// These files are to be kept, and no others.
    pub(crate) fn place(&mut self, files: impl IntoIterator<Item = ContentHash>) {
        self.placed = files.into_iter().collect();
    }

    /// Whether a file is to be kept.
    pub(crate) fn is_placed(&self, file: ContentHash) -> bool {
        self.placed.contains(&file)
    }
}

impl Extent {
    fn is_whole(self) -> bool {
        self.all.is_some_and(|all| self.stored >= all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_whole_with_its_last_byte_and_not_before_its_size_is_known() {
        let (mut stored, file) = (Stored::default(), ContentHash::of(b"film"));
        stored.grow(file, 10);
        assert!(stored.whole().is_empty());
        stored.sized(file, 15);
        stored.grow(file, 5);
        assert!(stored.whole().contains(&file));
        stored.shrink(file, 1);
        assert!(stored.whole().is_empty());
        stored.place([file]);
        assert!(stored.is_placed(file));
        stored.place([]);
        assert!(!stored.is_placed(file));
    }
}
