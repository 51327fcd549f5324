//! What may be asked of the studio.

mod pictures;
mod sweep;

use std::path::PathBuf;
use std::sync::Arc;

use contracts_delivery::{ContentKeys, Origin};
use contracts_membership::{Catalog, TitleId};
use contracts_studio::master::Inspection;
use contracts_studio::{
    EncodingProfile, LadderReport, Screen, Submission, TITLES_TOPIC, TitleEvent, TitleStatus,
};
use data_engine::SharedEngine;
use data_events::{SharedLog, TopicSettings};
use data_workflow::{State, Workflows};
use media_ffmpeg::Tools;
use platform_clock::SharedClock;
use platform_entropy::{SharedEntropy, random_id};
use serde::{Deserialize, Serialize};
use studio_encode::LoudnessTarget;
use studio_farm::Farm;
use studio_ingest::Uploads;
use studio_timeline::Document;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::documents::Documents;
use crate::error::StudioError;
use crate::inspections::Inspections;
use crate::limits::{RUNS_AT_ONCE, TITLES_PARTITIONS};
use crate::makings::RunInput;
use crate::record::{Records, TitleRecord, workflow_id};
use crate::run::{KIND, run};
use crate::search::Search;
use crate::stage::{take_all, uploads};
use crate::status::status;
use crate::submission::check;
use crate::workshop::{Workshop, remove_folder};

/// Whose ladder titles are encoded at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LadderChoice {
    /// Each title's own, found by trials.
    #[default]
    PerTitle,
    /// The published one.
    Fixed,
}

/// What the studio is made of.
#[derive(Clone)]
pub struct StudioParts {
    /// Where records and workflows are kept.
    pub engine: SharedEngine,
    /// The time.
    pub clock: SharedClock,
    /// For titles' ids.
    pub entropy: SharedEntropy,
    /// ffmpeg and ffprobe.
    pub tools: Arc<Tools>,
    /// Where masters arrive.
    pub uploads: Arc<Uploads>,
    /// Where releases go.
    pub origin: Arc<dyn Origin>,
    /// Where titles go.
    pub catalog: Arc<dyn Catalog>,
    /// Where events go.
    pub events: SharedLog,
    /// Masters and work in progress.
    pub folder: PathBuf,
    /// Encoder processes at once; at least one.
    pub encoders: usize,
    /// Whose ladder titles get.
    pub ladder: LadderChoice,
    /// What quality is judged for.
    pub screen: Screen,
    /// Which renditions titles get.
    pub profile: EncodingProfile,
    /// Where the sound's loudness is brought to; it stays as it is when absent.
    pub loudness: Option<LoudnessTarget>,
    /// What tracks are encrypted by; they are published in clear when absent.
    pub keys: Option<Arc<dyn ContentKeys>>,
    /// Who encodes chunks, besides the encoders of this process.
    pub farm: Farm,
}

/// The studio. Cheap to clone.
#[derive(Clone)]
pub struct Studio {
    workshop: Arc<Workshop>,
    workflows: Workflows,
    entropy: SharedEntropy,
    stopping: CancellationToken,
}

impl Studio {
    /// Opens the studio; nothing runs until [`Studio::resume`].
    pub async fn open(parts: StudioParts) -> Result<Self, StudioError> {
        let titles = TopicSettings::partitions(TITLES_PARTITIONS);
        parts.events.create_if_absent(TITLES_TOPIC, &titles).await?;
        let workflows =
            Workflows::open(&parts.engine, Arc::clone(&parts.clock), RUNS_AT_ONCE).await?;
        let encoders = parts.encoders.max(1);
        let workshop = Arc::new(Workshop {
            tools: parts.tools,
            uploads: parts.uploads,
            origin: parts.origin,
            catalog: parts.catalog,
            events: parts.events,
            records: Records::open(&parts.engine).await?,
            inspections: Inspections::open(&parts.engine).await?,
            documents: Documents::open(&parts.engine).await?,
            clock: parts.clock,
            folder: parts.folder,
            places: Arc::new(Semaphore::new(encoders)),
            farm: parts.farm,
            encoders,
            ladder: parts.ladder,
            screen: parts.screen,
            profile: parts.profile,
            loudness: parts.loudness,
            keys: parts.keys,
            entropy: Arc::clone(&parts.entropy),
            start: random_id(&*parts.entropy),
        });
        workshop.prepare().await?;
        let shared = Arc::clone(&workshop);
        workflows.register(KIND, move |context, input: RunInput| {
            run(context, Arc::clone(&shared), input)
        });
        Ok(Self {
            workshop,
            workflows,
            entropy: parts.entropy,
            stopping: CancellationToken::new(),
        })
    }

    /// Goes on with every run that had not ended, and removes what ended runs left behind.
    pub async fn resume(&self) -> Result<(), StudioError> {
        self.sweep().await?;
        for _ in 0..self.workshop.encoders {
            let (tools, places) = (&self.workshop.tools, &self.workshop.places);
            let (tools, places) = (Arc::clone(tools), Arc::clone(places));
            let (farm, stop) = (self.workshop.farm.clone(), self.stopping.clone());
            tokio::spawn(async move { farm.work_here(tools, places, stop).await });
        }
        Ok(self.workflows.resume().await?)
    }

    /// Stops every run where it is; [`Studio::resume`] of a later start goes on.
    pub async fn stop(&self) {
        self.stopping.cancel();
        self.workflows.stop().await;
    }

    /// Takes a submission. The same submission again gives the same title, and starts it again if it
    /// had failed, so that a client may repeat a request whose answer it lost.
    pub async fn submit(&self, submission: Submission) -> Result<TitleId, StudioError> {
        let submission = check(submission).map_err(StudioError::Submission)?;
        if let Some(replaced) = submission.replaces.clone() {
            return self.replace(&replaced, submission).await;
        }
        let same = |record: &TitleRecord| {
            record.submission.upload_id == submission.upload_id
                && record.submission.title == submission.title
        };
        if let Some(record) = self.workshop.records.list().await?.into_iter().find(same) {
            self.start_if_ended(&record, &submission).await?;
            return Ok(record.id);
        }
        let id = TitleId(random_id(&*self.entropy));
        take_all(&self.workshop, &id, &submission).await?;
        let record = TitleRecord {
            id,
            submission,
            added_at: self.workshop.clock.now(),
            run: 1,
            entry: None,
            unpublished: false,
            warnings: Vec::new(),
            ladder: None,
            downloads: Vec::new(),
        };
        self.workshop.records.add(&record).await?;
        self.start(&record).await?;
        Ok(record.id)
    }

    /// How a title stands.
    pub async fn title(&self, id: &TitleId) -> Result<TitleStatus, StudioError> {
        let record = self.record(id).await?;
        self.status_of(&record).await
    }

    /// Why a title's ladder is what it is; absent while it has none of its own.
    pub async fn ladder(&self, id: &TitleId) -> Result<Option<LadderReport>, StudioError> {
        Ok(self.record(id).await?.ladder)
    }

    /// How every title stands that a search finds, newest first; an empty one finds all.
    pub async fn titles(&self, find: &str) -> Result<Vec<TitleStatus>, StudioError> {
        let mut records = self.workshop.records.list().await?;
        if !find.trim().is_empty() {
            let (search, inspections) =
                (Search::parse(find), self.workshop.inspections.all().await?);
            records
                .retain(|record| search.finds(&record.submission, inspections.get(&record.id.0)));
        }
        let mut titles = Vec::new();
        for record in records {
            titles.push(self.status_of(&record).await?);
        }
        Ok(titles)
    }

    /// What is known of a title's newest master; nothing before it was inspected.
    pub async fn inspection(&self, id: &TitleId) -> Result<Option<Inspection>, StudioError> {
        let record = self.record(id).await?;
        Ok(self.workshop.inspections.get(&record.id).await?)
    }

    /// What is known of a title along its time.
    pub async fn document(&self, id: &TitleId) -> Result<Document, StudioError> {
        let record = self.record(id).await?;
        let kept = self.workshop.documents.get(id).await?;
        kept.ok_or_else(|| {
            let name = record.submission.title;
            StudioError::State(format!(
                "{name} has no timeline yet; it comes with the subtitles' step"
            ))
        })
    }

    /// Takes a title out of the catalogue and its files off every appliance and the origin. Its master
    /// stays, for [`Studio::publish`].
    pub async fn unpublish(&self, id: &TitleId) -> Result<(), StudioError> {
        let record = self.record(id).await?;
        let Some(release) = record.release() else {
            return Err(record.not_published());
        };
        self.workshop.catalog.remove(id).await?;
        self.workshop.origin.withdraw(release).await?;
        self.workshop
            .records
            .change(id, |record| {
                record.entry = None;
                record.unpublished = true;
                true
            })
            .await?;
        self.tell(id, &TitleEvent::Unpublished { title: id.clone() })
            .await
    }

    /// Makes an unpublished title again from its master.
    pub async fn publish(&self, id: &TitleId) -> Result<(), StudioError> {
        let record = self.record(id).await?;
        if record.entry.is_some() {
            return Err(StudioError::State(format!(
                "{} is published already",
                record.submission.title
            )));
        }
        self.again(&record).await
    }

    /// Starts a failed title again from its master.
    pub async fn retry(&self, id: &TitleId) -> Result<(), StudioError> {
        let record = self.record(id).await?;
        match self.workflow_state(&record).await? {
            Some(State::Failed { .. }) => self.again(&record).await,
            _ => Err(StudioError::State(format!(
                "{} has not failed",
                record.submission.title
            ))),
        }
    }

    /// Removes a title and everything made from it, wherever it is. Deleting it again is an error that
    /// says it is gone.
    pub async fn delete(&self, id: &TitleId) -> Result<(), StudioError> {
        let record = self.record(id).await?;
        for run in 1..=record.run {
            self.workflows.remove(&workflow_id(id, run)).await?;
        }
        self.workshop.catalog.remove(id).await?;
        // Read again: the run that was stopped may have published a moment before.
        if let Some(release) = self.record(id).await?.release() {
            self.workshop.origin.withdraw(release).await?;
        }
        for run in 1..=record.run {
            remove_folder(&self.workshop.work(id, run)).await?;
        }
        remove_folder(&self.workshop.masters(id)).await?;
        self.workshop
            .forget_uploads(uploads(&record.submission))
            .await;
        self.workshop.inspections.remove(id).await?;
        self.workshop.documents.remove(id).await?;
        self.workshop.records.remove(id).await?;
        self.tell(id, &TitleEvent::Deleted { title: id.clone() })
            .await
    }

    async fn replace(&self, id: &TitleId, submission: Submission) -> Result<TitleId, StudioError> {
        let record = self.record(id).await?;
        if record.submission.upload_id != submission.upload_id {
            take_all(&self.workshop, id, &submission).await?;
        } else if self.workflow_state(&record).await? == Some(State::Open) {
            return Ok(id.clone());
        }
        self.new_run(id, Some(submission)).await?;
        Ok(id.clone())
    }

    async fn start_if_ended(
        &self,
        record: &TitleRecord,
        submission: &Submission,
    ) -> Result<(), StudioError> {
        match self.workflow_state(record).await? {
            Some(State::Failed { .. }) => self.new_run(&record.id, Some(submission.clone())).await,
            None => self.start(record).await,
            Some(State::Open | State::Done) => Ok(()),
        }
    }

    async fn again(&self, record: &TitleRecord) -> Result<(), StudioError> {
        if self.workflow_state(record).await? == Some(State::Open) {
            let name = &record.submission.title;
            return Err(StudioError::State(format!(
                "{name} is being worked on; wait until that ends"
            )));
        }
        self.new_run(&record.id, None).await
    }

    /// Stops the newest run if it goes on, and starts another.
    async fn new_run(
        &self,
        id: &TitleId,
        submission: Option<Submission>,
    ) -> Result<(), StudioError> {
        let record = self.record(id).await?;
        self.workflows.remove(&record.workflow()).await?;
        remove_folder(&self.workshop.work(id, record.run)).await?;
        let changed = self
            .workshop
            .records
            .change(id, |record| {
                record.run += 1;
                if let Some(submission) = &submission {
                    record.submission = submission.clone();
                }
                true
            })
            .await?;
        match changed {
            Some((_, record)) => self.start(&record).await,
            None => Err(StudioError::NoSuchTitle(id.clone())),
        }
    }

    async fn start(&self, record: &TitleRecord) -> Result<(), StudioError> {
        let input = RunInput {
            title: record.id.clone(),
            run: record.run,
        };
        self.workflows
            .start(KIND, &record.workflow(), &input)
            .await?;
        Ok(())
    }

    async fn record(&self, id: &TitleId) -> Result<TitleRecord, StudioError> {
        self.workshop
            .records
            .get(id)
            .await?
            .ok_or_else(|| StudioError::NoSuchTitle(id.clone()))
    }

    async fn workflow_state(&self, record: &TitleRecord) -> Result<Option<State>, StudioError> {
        Ok(self
            .workflows
            .status(&record.workflow())
            .await?
            .map(|workflow| workflow.state))
    }

    async fn status_of(&self, record: &TitleRecord) -> Result<TitleStatus, StudioError> {
        let workflow = self.workflows.status(&record.workflow()).await?;
        Ok(status(record, workflow.as_ref(), self.workshop.clock.now()))
    }

    async fn tell(&self, id: &TitleId, event: &TitleEvent) -> Result<(), StudioError> {
        self.workshop
            .tell(id, event)
            .await
            .map_err(|error| StudioError::Folder(std::io::Error::other(error)))
    }

    /// Takes a whole file that comes in one request, as an upload like any other.
    pub(crate) fn uploads(&self) -> &Arc<Uploads> {
        &self.workshop.uploads
    }
}
