//! Chunks side by side: what two workers on two cores are over one on one core, and what they could be.
//!
//! A worker's ffmpeg decodes, scales and encodes in threads of its own, also where each has one: free to use both cores it
//! takes part of the second, and says less of what a second worker adds.

use std::path::Path;

use contracts_studio::VideoCodec;
use media_ffmpeg::Tools;
use platform_clock::{Clock as _, SystemClock};
use studio_encode::limits::X264_PRESET;
use tests_figures::{Plan, Report};

use crate::clip::{Clip, LONGEST};
use crate::cores;
use crate::figure::Figure;
use crate::ladders::{AT_ONCE, own};
use crate::limits::{QUICK_SPEEDUP_ROUNDS, SPEEDUP_ROUNDS};

/// Chunks of one clip and the encoder alone, by turns, so that what is lost between the two is ours.
pub(crate) async fn measure(
    tools: &Tools,
    plan: &Plan<Figure>,
    folder: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    if !plan.wants(Figure::Speedup) && !plan.wants(Figure::Ceiling) {
        return Ok(());
    }
    // All of it, also in a quick run: two chunks end when the longer one does, which says little.
    let folder = folder.join("speedup");
    let Some(clip) = &Clip::of(tools, LONGEST, u64::MAX, &folder).await? else {
        report.leave_out(Figure::Speedup, "the clip is absent");
        return Ok(());
    };
    let rounds = plan.pick(SPEEDUP_ROUNDS, QUICK_SPEEDUP_ROUNDS);
    let [mut farm, mut free, mut bare] = [const { Vec::new() }; 3];
    for _ in 0..rounds {
        let two = of_chunks(clip, AT_ONCE).await?;
        farm.push(cores::on_one(of_chunks(clip, 1)).await? / two);
        free.push(of_chunks(clip, 1).await? / two);
        bare.push(of_encoder(clip).await?);
    }
    let of = format!(
        "median of {rounds} rounds, {} chunks of {} at {} rungs; {:.3} over one worker that may use both cores",
        clip.chunks.len(),
        clip.name,
        clip.fixed.len(),
        median(free)
    );
    report.add(Figure::Speedup, median(farm), &of);
    let bare_of =
        "the encoder alone, once on one core and twice at once on two, in the same rounds";
    report.add(Figure::Ceiling, median(bare), bare_of);
    Ok(())
}

/// Seconds that the published ladder of a clip takes, so many chunks at once.
async fn of_chunks(clip: &Clip, at_once: usize) -> anyhow::Result<f64> {
    let room = clip.room("speedup")?;
    let crf = |place: usize, _| clip.fixed[place].crf;
    seconds(async {
        own(clip, VideoCodec::H264, &clip.fixed, crf, &room, at_once).await?;
        Ok(())
    })
    .await
}

/// Twice the encoder on the whole clip, one after the other on one core over at once on two.
async fn of_encoder(clip: &Clip) -> anyhow::Result<f64> {
    let one = cores::on_one(seconds(bare(clip))).await?;
    let two = seconds(async { futures::try_join!(bare(clip), bare(clip)).map(|_| ()) }).await?;
    Ok(2.0 * one / two)
}

/// One thread of x264 with the preset that titles get, and nothing of ours around it.
async fn bare(clip: &Clip) -> anyhow::Result<()> {
    let top = clip.fixed.last().map_or(0, |rung| rung.crf);
    let encoder = ["-c:v", "libx264", "-preset", X264_PRESET, "-threads:v", "1"];
    clip.tools
        .ffmpeg()
        .args(["-threads", "1", "-filter_threads", "1"])
        .input(&clip.input)
        .args(["-map", &format!("0:{}", clip.report.video.stream_index)])
        .args(encoder)
        .args(["-crf", &top.to_string(), "-f", "null", "-"])
        .run(|_| {})
        .await?;
    Ok(())
}

async fn seconds(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<f64> {
    let clock = SystemClock::new();
    let began = clock.monotonic();
    work.await?;
    Ok(clock.monotonic().saturating_sub(began).as_secs_f64())
}

fn median(mut ratios: Vec<f64>) -> f64 {
    ratios.sort_unstable_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}
