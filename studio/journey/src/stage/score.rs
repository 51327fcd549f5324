//! How the finished rungs look, by some frames that no trial has seen.

use std::path::Path;
use std::time::Duration;

use contracts_studio::Seams;
use data_workflow::{Meter, StepError};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use media_ffmpeg::MediaInput;
use studio_encode::{EncodeError, EncodedChunk, Judge, Judged, Span};
use studio_inspect::Report;
use studio_ladder::limits::SCORED_EVERY;
use studio_ladder::{Purpose, Rung, Sample, harmonic, measure_budget, pooled, samples};

use super::ladder::opened;
use super::seams::Joins;
use crate::makings::{Makings, Planned, Received, Scored};
use crate::workshop::{Workshop, remove_folder};

/// Scores every rung of a title's own ladder in H.264, first among the renditions. A title is published
/// without it where that fails: it changes nothing that viewers see.
pub(crate) async fn score(
    workshop: &Workshop,
    received: &Received,
    makings: &Makings,
    meter: Meter,
) -> Result<Option<Scored>, StepError> {
    let Makings {
        report,
        planned,
        analysed,
        chunks,
        ..
    } = makings;
    let rungs = &analysed.ladder.rungs;
    let pixels = |rung: &&Rung| u64::from(rung.width) * u64::from(rung.height);
    let largest = rungs.iter().max_by_key(pixels);
    let (Some(_), Some(largest)) = (&analysed.ladder.report, largest) else {
        return Ok(None);
    };
    let folder = makings.work.join("scores");
    let title = Title {
        workshop,
        planned,
        // Rendition by rendition, each one's chunks in order.
        rungs: chunks
            .chunks(planned.chunks.len().max(1))
            .take(rungs.len())
            .collect(),
        folder: &folder,
    };
    let found = title.score(received, report, rungs, largest, &meter).await;
    if let Err(error) = remove_folder(&folder).await {
        tracing::warn!(folder = %folder.display(), %error, "cannot remove the scores' folder");
    }
    match found {
        Ok(scored) => Ok(Some(scored)),
        Err(error) => {
            tracing::warn!(%error, "the finished rungs could not be scored");
            Ok(None)
        }
    }
}

struct Title<'a> {
    workshop: &'a Workshop,
    planned: &'a Planned,
    rungs: Vec<&'a [EncodedChunk]>,
    folder: &'a Path,
}

impl Title<'_> {
    async fn score(
        &self,
        received: &Received,
        report: &Report,
        rungs: &[Rung],
        largest: &Rung,
        meter: &Meter,
    ) -> Result<Scored, EncodeError> {
        let plan = &self.planned.plan;
        let segments: Vec<_> = plan.segments().map(|it| (it.start, it.frames)).collect();
        let budget = measure_budget(plan.frames, rungs);
        let samples = samples(&segments, budget, Purpose::Measure, None);
        let frames = samples.iter().map(|sample| sample.frames).sum();
        meter.set_total(frames);
        let input = opened(received)?;
        let judge = Judge {
            tools: &self.workshop.tools,
            input: &input,
            report,
            rate: plan.frame_rate,
            size: largest,
            screen: self.workshop.screen,
        };
        remove_folder(self.folder).await.map_err(self.disk())?;
        let one = async |(index, sample): (usize, &Sample)| {
            let _place = self.workshop.place().await;
            let found = self.one(&judge, sample, index).await?;
            meter.set_done(meter.done() + sample.frames);
            Ok::<_, EncodeError>(found)
        };
        let found: Vec<(Vec<f64>, Duration)> = stream::iter(samples.iter().enumerate())
            .map(one)
            .buffered(samples.len().max(1))
            .try_collect()
            .await?;
        let quality = |rung: usize| {
            let pairs = samples.iter().zip(&found);
            let pairs: Vec<_> = pairs
                .map(|(sample, (each, _))| (*sample, each[rung]))
                .collect();
            pooled(&pairs)
        };
        let rungs = (0..self.rungs.len()).map(quality).collect();
        let (seams, of_seams) = self.seams(&judge).await?;
        let cpu = found.iter().map(|(_, cpu)| *cpu).sum::<Duration>() + of_seams;
        Ok(Scored {
            rungs,
            seams,
            frames,
            cpu_ms: u64::try_from(cpu.as_millis()).unwrap_or(u64::MAX),
        })
    }

    /// The joins of every rung.
    async fn seams(&self, judge: &Judge<'_>) -> Result<(Vec<Seams>, Duration), EncodeError> {
        let _place = self.workshop.place().await;
        let joins = Joins {
            judge,
            plan: &self.planned.plan,
            chunks: &self.planned.chunks,
            rungs: &self.rungs,
            folder: self.folder,
        };
        joins.look().await
    }

    /// One sample of every rung.
    async fn one(
        &self,
        judge: &Judge<'_>,
        sample: &Sample,
        index: usize,
    ) -> Result<(Vec<f64>, Duration), EncodeError> {
        let folder = self.folder.join(index.to_string());
        tokio::fs::create_dir_all(&folder)
            .await
            .map_err(self.disk())?;
        let span = Span {
            start: sample.start,
            frames: sample.frames,
        };
        let reference = judge.reference(span, &folder).await?;
        let judged: Result<Vec<_>, _> = self
            .rungs
            .iter()
            .map(|chunks| self.judged(chunks, sample))
            .collect();
        let scores = judge
            .score(&reference, &judged?, SCORED_EVERY, &folder)
            .await?;
        remove_folder(&folder).await.map_err(self.disk())?;
        let each = scores.each.iter().map(|of_rung| harmonic(of_rung));
        Ok((each.collect(), reference.cpu + scores.cpu))
    }

    /// A sample lies in one segment, so in one chunk; the segment begins with a key frame.
    fn judged(&self, chunks: &[EncodedChunk], sample: &Sample) -> Result<Judged, EncodeError> {
        let (plan, planned) = (&self.planned.plan, &self.planned.chunks);
        let at = planned.partition_point(|chunk| chunk.start_frame <= sample.start);
        let at = at.saturating_sub(1);
        // The first segment begins with the title.
        let segments: Vec<_> = plan.segments().collect();
        let segment = segments[segments.partition_point(|it| it.start <= sample.start) - 1];
        let inside = segment.start - planned[at].start_frame + segment.frames / 2;
        Ok(Judged {
            files: vec![file(&chunks[at])?],
            from: Some(inside as f64 / plan.frame_rate.per_second()),
            skip: sample.start - segment.start,
        })
    }

    fn disk(&self) -> impl Fn(std::io::Error) -> EncodeError {
        let path = self.folder.to_owned();
        move |source| EncodeError::Disk {
            path: path.clone(),
            source,
        }
    }
}

/// A chunk's file.
pub(super) fn file(chunk: &EncodedChunk) -> Result<MediaInput, EncodeError> {
    MediaInput::open(&chunk.path).map_err(|error| EncodeError::Disk {
        path: chunk.path.clone(),
        source: std::io::Error::other(error),
    })
}
