//! What `./bench studio` measures: how many bits a title's own ladder takes beside the published one at
//! equal quality, how well its trials foretell what comes out, and how chunks share cores.
//!
//! Everything is encoded and scored anew in each run, whole clips with the encoder's usual settings, and
//! both sides of a ratio are made in the same run. [`figure`] names the figures and their targets. The
//! clips are those of the shared set; one that is absent is left out, and said to be.

mod bd_rate;
mod clip;
mod cores;
mod crf_search;
mod figure;
mod ladders;
mod limits;
mod memory;
mod packaging;
mod points;
mod speedup;
mod study;
mod two_pass;

use anyhow::Context as _;
use media_ffmpeg::testing::test_tools;
use tests_figures::{Plan, Report, describe};

use crate::clip::{CLIPS, Clip, Source};
use crate::figure::Figure;
use crate::study::Studies;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let names = CLIPS.map(|source| source.name);
    let plan: Plan<Figure> = Plan::parse(std::env::args().skip(1), &names)?;
    let tools = test_tools().await;
    let folder = tempfile::Builder::new()
        .prefix("marquee-bench.")
        .tempdir()
        .context("cannot make a folder; set TMPDIR to one that is yours")?;
    Report::say(describe());
    Report::say([format!("ffmpeg {}", tools.capabilities().version)]);
    anyhow::ensure!(
        tools.capabilities().has_vmaf(),
        "this ffmpeg has no libvmaf; ./run installs one that has"
    );
    let mut studies = Studies::default();
    let wanted = |source: &Source| Studies::wanted(&plan) && plan.includes(source.name);
    for source in CLIPS.into_iter().filter(wanted) {
        let Some(clip) = Clip::prepare(&tools, source, &plan, folder.path()).await? else {
            continue;
        };
        let study = study::of(&clip, &plan).await;
        studies.add(&clip, study.with_context(|| source.name.to_owned())?);
    }
    let mut report = Report::begin();
    studies.report(&plan, &mut report);
    packaging::measure(&tools, folder.path(), &plan, &mut report).await?;
    speedup::measure(&tools, &plan, folder.path(), &mut report).await?;
    memory::measure(&tools, folder.path(), &plan, &mut report).await?;
    report.end();
    Ok(())
}
