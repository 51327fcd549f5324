//! Chunks side by side: what two encoders of one thread each are over one.

use std::path::Path;

use contracts_studio::VideoCodec;
use media_ffmpeg::Tools;
use platform_clock::{Clock as _, SystemClock};
use tests_figures::{Plan, Report};

use crate::clip::{Clip, LONGEST};
use crate::figure::Figure;
use crate::ladders::{AT_ONCE, own};
use crate::limits::{QUICK_SPEEDUP_ROUNDS, SPEEDUP_ROUNDS};

/// Encodes the published ladder of one clip, one chunk at a time and two, by turns.
pub(crate) async fn measure(
    tools: &Tools,
    plan: &Plan<Figure>,
    folder: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    if !plan.wants(Figure::Speedup) {
        return Ok(());
    }
    // All of it, also in a quick run: two chunks end when the longer one does, which says little.
    let folder = folder.join("speedup");
    let Some(clip) = &Clip::of(tools, LONGEST, u64::MAX, &folder).await? else {
        report.leave_out(Figure::Speedup, "the clip is absent");
        return Ok(());
    };
    let (clock, room) = (SystemClock::new(), clip.room("speedup")?);
    let rounds = plan.pick(SPEEDUP_ROUNDS, QUICK_SPEEDUP_ROUNDS);
    let mut ratios = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let mut took = [0.0; 2];
        for (took, at_once) in took.iter_mut().zip([1, AT_ONCE]) {
            let began = clock.monotonic();
            let crf = |place: usize, _| clip.fixed[place].crf;
            own(clip, VideoCodec::H264, &clip.fixed, crf, &room, at_once).await?;
            *took = clock.monotonic().saturating_sub(began).as_secs_f64();
        }
        ratios.push(took[0] / took[1]);
    }
    ratios.sort_unstable_by(f64::total_cmp);
    let how = format!(
        "median of {rounds} rounds, {} chunks of {} at {} rungs",
        clip.chunks.len(),
        clip.name,
        clip.fixed.len()
    );
    report.add(Figure::Speedup, ratios[rounds / 2], &how);
    Ok(())
}
