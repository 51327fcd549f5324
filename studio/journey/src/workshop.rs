//! What every step works with: tools, stores, folders, and places for encoders.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use contracts_delivery::{ContentKeys, Origin};
use contracts_membership::{Catalog, TitleId};
use contracts_studio::{EncodingProfile, Screen, TITLES_TOPIC, TitleEvent};
use data_events::SharedLog;
use data_workflow::StepError;
use media_ffmpeg::Tools;
use platform_clock::SharedClock;
use platform_entropy::SharedEntropy;
use studio_encode::LoudnessTarget;
use studio_farm::Farm;
use studio_ingest::Uploads;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::LadderChoice;
use crate::documents::Documents;
use crate::inspections::Inspections;
use crate::record::{Records, workflow_id};

/// The dependencies of a title's journey.
pub(crate) struct Workshop {
    pub(crate) tools: Arc<Tools>,
    pub(crate) uploads: Arc<Uploads>,
    pub(crate) origin: Arc<dyn Origin>,
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) events: SharedLog,
    pub(crate) records: Records,
    pub(crate) inspections: Inspections,
    pub(crate) documents: Documents,
    pub(crate) clock: SharedClock,
    pub(crate) folder: PathBuf,
    /// One place per encoder process, shared by all titles.
    pub(crate) places: Arc<Semaphore>,
    /// Whose ladder titles get.
    pub(crate) ladder: LadderChoice,
    /// What quality is judged for.
    pub(crate) screen: Screen,
    /// How many places there are.
    pub(crate) encoders: usize,
    /// Who encodes chunks.
    pub(crate) farm: Farm,
    /// Which renditions titles get.
    pub(crate) profile: EncodingProfile,
    /// Where the sound's loudness is brought to.
    pub(crate) loudness: Option<LoudnessTarget>,
    /// What tracks are encrypted by; they are published in clear when absent.
    pub(crate) keys: Option<Arc<dyn ContentKeys>>,
    /// For key ids and what encryption begins with.
    pub(crate) entropy: SharedEntropy,
    /// Random, of this start of the service.
    pub(crate) start: String,
}

impl Workshop {
    /// Makes the studio's folders.
    pub(crate) async fn prepare(&self) -> io::Result<()> {
        tokio::fs::create_dir_all(self.works()).await?;
        tokio::fs::create_dir_all(self.folder.join("masters")).await
    }

    /// The folder with a work folder per open run.
    pub(crate) fn works(&self) -> PathBuf {
        self.folder.join("work")
    }

    /// What one run makes on its way; removed when the run ends.
    pub(crate) fn work(&self, title: &TitleId, run: u32) -> PathBuf {
        self.works().join(workflow_id(title, run))
    }

    /// A title's masters, each in a folder named by its upload; kept until the title is deleted or the
    /// master replaced.
    pub(crate) fn masters(&self, title: &TitleId) -> PathBuf {
        self.folder.join("masters").join(&title.0)
    }

    /// The name of an MP4 that is being made. No other start uses it: an encoder that outlived a killed
    /// service may still be writing its own.
    pub(crate) fn partial(&self, name: &str) -> String {
        format!(".{}-{name}.partial.mp4", self.start)
    }

    /// Waits for an encoder's place.
    pub(crate) async fn place(&self) -> SemaphorePermit<'_> {
        self.places
            .acquire()
            .await
            .expect("the semaphore is never closed")
    }

    /// Removes uploads that were taken over; one that is gone already is fine.
    pub(crate) async fn forget_uploads(&self, uploads: impl Iterator<Item = &str>) {
        for upload in uploads {
            if let Err(error) = self.uploads.remove(upload).await {
                tracing::debug!(upload, %error, "the upload was not removed");
            }
        }
    }

    /// Writes an event about a title.
    pub(crate) async fn tell(&self, title: &TitleId, event: &TitleEvent) -> Result<(), StepError> {
        let payload = serde_json::to_vec(event).map_err(|error| {
            StepError::Permanent(format!("an event cannot be written: {error}"))
        })?;
        self.events
            .append(TITLES_TOPIC, title.0.clone().into(), payload.into())
            .await
            .map(|_| ())
            .map_err(|error| StepError::Transient(format!("the event log failed: {error}")))
    }
}

/// Removes a folder and what is in it; one that is not there is fine.
pub(crate) async fn remove_folder(folder: &Path) -> io::Result<()> {
    match tokio::fs::remove_dir_all(folder).await {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
