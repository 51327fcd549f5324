//! `marquee inspect`: what a master is and what is wrong with it, before it is sent anywhere.

mod text;

use anyhow::{Context as _, Result, bail};
use contracts_studio::master::Inspection;
use media_ffmpeg::{MediaInput, Tools};

pub(crate) use text::finding_line;

use crate::cli::Inspect;
use crate::config::Config;

/// Inspects one file. A file that cannot be a title ends the command with its sentence.
#[expect(
    clippy::print_stdout,
    reason = "the command's answer goes to standard output"
)]
pub(crate) async fn run(inspect: Inspect) -> Result<()> {
    let config = Config::load(inspect.config.as_deref())?;
    let tools = Tools::locate(&config.tools).await?;
    let input = MediaInput::open(&inspect.file)?;
    let report = studio_inspect::inspect(&tools, &input)
        .await
        .with_context(|| format!("{} cannot be a title", inspect.file.display()))?;
    let examination = studio_inspect::examine(&tools, &input, &report, |_| {}).await?;
    let inspection = Inspection {
        report,
        examination,
    };
    if inspect.json {
        println!("{}", serde_json::to_string(&inspection)?);
    } else {
        print!("{}", text::page(&inspection));
    }
    match inspection.examination.stops() {
        Some(finding) => bail!(
            "{} cannot be a title: {}",
            inspect.file.display(),
            finding.sentence
        ),
        None => Ok(()),
    }
}
