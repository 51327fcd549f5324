//! Why the studio refused or failed a request.

use contracts_delivery::OriginError;
use contracts_membership::{CatalogError, TitleId};
use data_engine::EngineError;
use data_events::EventError;
use data_workflow::WorkflowError;
use studio_ingest::UploadError;

/// Why a request about a title was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum StudioError {
    /// The submission breaks a rule; the sentence names the field.
    #[error("{0}")]
    Submission(String),
    /// An upload it names is not there, not finished, or not what was sent.
    #[error(transparent)]
    Upload(#[from] UploadError),
    /// No title has this id.
    #[error("there is no title {0}")]
    NoSuchTitle(TitleId),
    /// The title is in a state in which this cannot be done.
    #[error("{0}")]
    State(String),
    /// A store failed; a retry may help.
    #[error("the studio's store failed")]
    Store(#[from] EngineError),
    /// The workflows' store failed; a retry may help.
    #[error("the studio's workflows failed")]
    Workflow(#[from] WorkflowError),
    /// The event log failed; it says whether a retry may help.
    #[error("the event log failed")]
    Log(#[from] EventError),
    /// The catalogue failed; a retry may help.
    #[error("the catalogue could not be changed")]
    Catalog(#[from] CatalogError),
    /// The origin failed; a retry may help.
    #[error("the origin could not be changed")]
    Origin(#[from] OriginError),
    /// The studio's folder could not be used; a retry may help.
    #[error("the studio's folder could not be used")]
    Folder(#[from] std::io::Error),
}
