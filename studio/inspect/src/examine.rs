//! Goes through a whole master once: every frame at small size, every sample, and some frames line by
//! line. The passes are ffmpeg's; what is judged is pure and kept in a few buffers of fixed size.

mod complaint;
mod dialogue;
mod facts;
mod fields;
mod picture;
mod sound;
mod spans;
mod verdict;

use std::time::Duration;

pub use complaint::is_complaint;
use contracts_studio::master::Examination;
use media_ffmpeg::{MediaInput, Tools};

use crate::{InspectError, Report};

/// Looks at every frame of the picture and listens to every sound track. `on_progress` is told frames
/// of the constant grid done.
///
/// # Errors
/// [`InspectError`] when a tool was ended from outside or could not run; what is wrong with the file is
/// a finding.
pub async fn examine(
    tools: &Tools,
    input: &MediaInput,
    report: &Report,
    on_progress: impl FnMut(u64) + Send,
) -> Result<Examination, InspectError> {
    let seen = picture::watch(tools, input, report, on_progress).await?;
    let heard = sound::listen(tools, input, report).await?;
    let dialogue = dialogue::measure(tools, input, report).await?;
    let fields = fields::sample(tools, input, report).await?;
    let cpu = [seen.cpu, heard.cpu, fields.cpu];
    let cpu: Option<Duration> = cpu.into_iter().sum();
    Ok(verdict::examination(
        report,
        &seen,
        &heard,
        dialogue,
        fields.fields,
        cpu.map(|cpu| cpu.as_millis() as u64),
    ))
}
