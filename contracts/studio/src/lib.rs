//! What other planes and the consoles may see of the studio: a title's status on its journey, its
//! events, and what is known of its master. Types only; nothing here opens a file or a socket.

mod encoding;
mod event;
mod ladder;
pub mod master;
mod status;
mod submission;

pub use encoding::{AudioCodec, EncodingProfile, LegacyCodec, Priority, VideoCodec};
pub use event::{TITLES_TOPIC, TitleEvent};
pub use ladder::{LadderPoint, LadderReport, LadderRung, QualityMeasure, Screen, Seams};
pub use status::{StepProgress, StepState, TitleState, TitleStatus, WholeFile};
pub use submission::{Submission, SubmittedSubtitle};
