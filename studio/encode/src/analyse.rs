//! What is looked at of a title before its ladder is chosen: the pilot, and trials of some samples.

use std::path::Path;

use studio_ladder::{Budget, Purpose, Rung, Sample, Trials, samples};
use studio_shots::{Chunk, SegmentPlan};
use tokio::sync::Semaphore;

use crate::chunk::milliseconds;
use crate::{EncodeError, TrialBench};

/// What is to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Analysis {
    /// How much.
    pub budget: Budget,
    segments: Vec<(u64, u64)>,
}

impl Analysis {
    /// Of a title with this plan and published ladder, trying these sizes.
    pub fn of(plan: &SegmentPlan, fixed: &[Rung], sizes: &[Rung]) -> Self {
        let segments: Vec<_> = plan.segments().map(|it| (it.start, it.frames)).collect();
        let budget = Budget::of(plan.frames, fixed, sizes);
        Self { budget, segments }
    }

    /// Frames that are encoded for it, each at all that is tried of it.
    pub fn frames(&self) -> u64 {
        let tried = self.samples(None);
        let tried: u64 = tried.iter().map(|sample| sample.frames).sum();
        let all: u64 = self.segments.iter().map(|(_, frames)| frames).sum();
        tried + if self.budget.pilot { all } else { 0 }
    }

    fn samples(&self, pilot: Option<&[u32]>) -> Vec<Sample> {
        samples(&self.segments, self.budget.tried, Purpose::Trial, pilot)
    }
}

impl TrialBench<'_> {
    /// Does all of it, as much at once as `places` has room for; `chunks` are all of the plan's. Files go
    /// below `folder`, which is made and which the caller removes; `on_done` is told how many frames of
    /// [`Analysis::frames`] are done.
    ///
    /// # Errors
    /// [`EncodeError`] when ffmpeg fails or gives other frames than asked for.
    pub async fn analyse(
        &self,
        analysis: &Analysis,
        plan: &SegmentPlan,
        chunks: &[Chunk],
        places: &Semaphore,
        folder: &Path,
        on_done: impl Fn(u64) + Sync,
    ) -> Result<Trials, EncodeError> {
        let pilot = if analysis.budget.pilot {
            let folder = folder.join("pilot");
            Some(self.pilot(plan, chunks, places, &folder, &on_done).await?)
        } else {
            None
        };
        let samples = analysis.samples(pilot.as_ref().map(|pilot| &pilot.frames[..]));
        let mut trials = self.try_title(&samples, places, folder, &on_done).await?;
        if let Some(pilot) = pilot {
            trials.weigh(&analysis.segments, &pilot.frames);
            trials.cpu_ms += milliseconds(pilot.cpu);
        }
        Ok(trials)
    }
}
