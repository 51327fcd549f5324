//! The files an event loop has answered about lately: found again without asking anybody, with the header lines
//! that are the same every time.

use std::collections::HashMap;
use std::sync::Arc;

use contracts_delivery::FileName;
use data_objects::ContentHash;

use crate::library::{HeldFile, RecentFile};
use crate::limits::MAX_RECENT_FILES;

use super::answer::lines_of;

/// Both by name. When there are too many, all are forgotten: the busy ones are back within a turn.
#[derive(Default)]
pub(crate) struct RecentFiles {
    files: HashMap<ContentHash, RecentFile>,
    lines: HashMap<FileName, Arc<str>>,
}

impl RecentFiles {
    /// A hold on a file that is still open.
    pub(crate) fn hold(&mut self, file: ContentHash) -> Option<HeldFile> {
        let held = self.files.get(&file)?.hold();
        if held.is_none() {
            self.files.remove(&file);
        }
        held
    }

    pub(crate) fn enter(&mut self, held: &HeldFile) {
        if self.files.len() >= MAX_RECENT_FILES {
            self.files.clear();
        }
        self.files.insert(held.file.hash, held.recent());
    }

    /// The header lines of a file.
    pub(crate) fn lines(&mut self, name: FileName) -> Arc<str> {
        if let Some(lines) = self.lines.get(&name) {
            return Arc::clone(lines);
        }
        if self.lines.len() >= MAX_RECENT_FILES {
            self.lines.clear();
        }
        let lines: Arc<str> = lines_of(name).into();
        self.lines.insert(name, Arc::clone(&lines));
        lines
    }
}
