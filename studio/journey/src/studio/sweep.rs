//! What crashes leave behind, removed at the next start.

use std::collections::HashSet;

use data_workflow::State;

use super::Studio;
use crate::error::StudioError;
use crate::workshop::remove_folder;

impl Studio {
    /// Removes work folders without an open run and masters without a title, and starts titles whose
    /// first run was never written.
    pub(crate) async fn sweep(&self) -> Result<(), StudioError> {
        let mut works = HashSet::new();
        let mut masters = HashSet::new();
        for record in self.workshop.records.list().await? {
            masters.insert(record.id.0.clone());
            match self.workflow_state(&record).await? {
                Some(State::Open) => {
                    works.insert(record.workflow());
                }
                // Recorded, then the process died before its run was.
                None if record.entry.is_none() && !record.unpublished => {
                    works.insert(record.workflow());
                    self.start(&record).await?;
                }
                _ => {}
            }
        }
        keep_only(&self.workshop.works(), &works).await?;
        keep_only(&self.workshop.folder.join("masters"), &masters).await
    }
}

async fn keep_only(folder: &std::path::Path, names: &HashSet<String>) -> Result<(), StudioError> {
    let mut entries = tokio::fs::read_dir(folder).await?;
    while let Some(entry) = entries.next_entry().await? {
        if !names.contains(&*entry.file_name().to_string_lossy()) {
            tracing::info!(folder = %entry.path().display(), "removing what an ended run left");
            remove_folder(&entry.path()).await?;
        }
    }
    Ok(())
}
