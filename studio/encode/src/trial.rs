//! Trials: a few frames of a master at several sizes and rate factors, and how good they look.
//!
//! The frames are conformed once, kept without loss, and encoded from there as a chunk would be.

use std::path::Path;
use std::time::Duration;

use contracts_delivery::FrameRate;
use contracts_studio::Screen;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use media_ffmpeg::{MediaInput, Tools};
use media_isobmff::{Sample as Unit, Track};
use studio_inspect::Report;
use studio_ladder::limits::{SCORED_EVERY, TRIAL_CRFS};
use studio_ladder::{Rung, Sample, Trials, Tried, harmonic};
use tokio::sync::Semaphore;

use crate::chunk::milliseconds;
use crate::conform::Span;
use crate::judge::{Judge, Judged, Reference, labels, miscounted, opened, run, single};
use crate::{EncodeError, encoder, file_at};

/// Trials of one span.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanTrials {
    /// Size by size, one for each of [`TRIAL_CRFS`].
    pub tried: Vec<Vec<Tried>>,
    /// CPU time taken.
    pub cpu: Duration,
}

/// What every trial of a title has in common.
#[derive(Debug, Clone, Copy)]
pub struct Bench<'a> {
    /// ffmpeg.
    pub tools: &'a Tools,
    /// The master.
    pub input: &'a MediaInput,
    /// What is known of it.
    pub report: &'a Report,
    /// Of the title's grid.
    pub rate: FrameRate,
    /// The sizes, by ascending size; never empty. Quality is judged at the last.
    pub sizes: &'a [Rung],
    /// What quality is judged for.
    pub screen: Screen,
}

impl<'a> Bench<'a> {
    /// Who judges what was tried.
    pub fn judge(&self) -> Judge<'a> {
        Judge {
            tools: self.tools,
            input: self.input,
            report: self.report,
            rate: self.rate,
            size: &self.sizes[self.sizes.len() - 1],
            screen: self.screen,
        }
    }

    /// Tries all samples of a title, as many at once as `places` has room for. Files go below `folder`,
    /// which is made and which the caller removes; `on_done` is told how many frames were tried.
    ///
    /// # Errors
    /// As [`Bench::try_span`].
    pub async fn try_title(
        &self,
        samples: &[Sample],
        places: &Semaphore,
        folder: &Path,
        on_done: impl Fn(u64) + Sync,
    ) -> Result<Trials, EncodeError> {
        let disk = |source| EncodeError::Disk {
            path: folder.to_owned(),
            source,
        };
        let on_done = &on_done;
        let one = async |(index, sample): (usize, Sample)| {
            // The semaphore is never closed; without a place the trial would only be slower.
            let _place = places.acquire().await;
            let folder = folder.join(index.to_string());
            tokio::fs::create_dir_all(&folder).await.map_err(disk)?;
            let span = Span {
                start: sample.start,
                frames: sample.frames,
            };
            let found = self.try_span(span, sample.tail, &folder).await?;
            tokio::fs::remove_dir_all(&folder).await.map_err(disk)?;
            on_done(sample.frames);
            Ok::<_, EncodeError>(found)
        };
        let found: Vec<_> = stream::iter(samples.iter().copied().enumerate())
            .map(one)
            .buffered(samples.len().max(1))
            .try_collect()
            .await?;
        let cpu: Duration = found.iter().map(|span| span.cpu).sum();
        Ok(Trials {
            sizes: self.sizes.to_vec(),
            samples: samples.to_vec(),
            measure: self.judge().measure(),
            cpu_ms: milliseconds(cpu),
            tried: found.into_iter().map(|span| span.tried).collect(),
            pilot: Vec::new(),
        })
    }

    /// Tries every size at every rate factor on the frames of `span`, encoded with the `tail` frames
    /// behind them. Files go to `folder`, an empty one that the caller removes.
    ///
    /// # Errors
    /// [`EncodeError`] when ffmpeg fails or gives other frames than asked for.
    pub async fn try_span(
        &self,
        span: Span,
        tail: u64,
        folder: &Path,
    ) -> Result<SpanTrials, EncodeError> {
        let judge = self.judge();
        let with_tail = Span {
            frames: span.frames + tail,
            ..span
        };
        let reference = judge.reference(with_tail, folder).await?;
        let mut cpu = reference.cpu;
        let mut tried = vec![Vec::new(); self.sizes.len()];
        for crf in TRIAL_CRFS {
            let units = self.encode(&reference, crf, folder, &mut cpu).await?;
            let judged: Result<Vec<_>, _> = (0..self.sizes.len())
                .map(|index| {
                    let files = vec![opened(&trial_path(folder, index))?];
                    Ok::<_, EncodeError>(Judged {
                        files,
                        from: None,
                        skip: 0,
                    })
                })
                .collect();
            let scores = judge
                .score(
                    &reference.first(span.frames),
                    &judged?,
                    SCORED_EVERY,
                    folder,
                )
                .await?;
            cpu += scores.cpu;
            for ((of_size, units), scores) in tried.iter_mut().zip(units).zip(scores.each) {
                let units = &units[..units.len() - tail as usize];
                of_size.push(told(units, &scores, span)?);
            }
        }
        Ok(SpanTrials { tried, cpu })
    }

    /// One run of ffmpeg that makes every size; gives each one's units.
    async fn encode(
        &self,
        reference: &Reference,
        crf: u8,
        folder: &Path,
        cpu: &mut Duration,
    ) -> Result<Vec<Vec<Unit>>, EncodeError> {
        let (judge, span) = (self.judge(), reference.span);
        let split = labels((0..self.sizes.len()).map(|index| format!("[s{index}]")));
        let scaled = self.sizes.iter().enumerate().map(|(index, size)| {
            let (width, height) = (size.width, size.height);
            format!(";[s{index}]scale={width}:{height}:flags=lanczos+accurate_rnd[o{index}]")
        });
        let graph = format!(
            "[0:v]split={}{split}{}",
            self.sizes.len(),
            scaled.collect::<Vec<_>>().concat()
        );
        let none: [&str; 0] = [];
        let mut command = single(self.tools, none)
            .input(&reference.frames)
            .args(["-filter_complex", &graph]);
        for (index, size) in self.sizes.iter().enumerate() {
            // A trial must not meet its cap: it says what the content wants.
            let rung = Rung {
                crf,
                max_kbps: size.max_kbps * 3,
                ..size.clone()
            };
            command = command
                .args(["-map", &format!("[o{index}]"), "-fps_mode", "passthrough"])
                .args(encoder::arguments(&judge.task(span, rung), None)?)
                .output(&trial_path(folder, index));
        }
        run(command, cpu).await?;
        let mut all = Vec::with_capacity(self.sizes.len());
        for index in 0..self.sizes.len() {
            let (mut track, _) =
                file_at::track(&trial_path(folder, index), Track::read_video).await?;
            if track.samples.len() as u64 != span.frames {
                return Err(miscounted(span, track.samples.len() as u64));
            }
            // A picture that others refer back to is decoded before them and takes several times as much:
            // cut off in that order a sample would have one too many.
            track.samples.sort_by_key(shown);
            all.push(track.samples);
        }
        Ok(all)
    }
}

/// When a unit is shown, in ticks.
pub(crate) fn shown(unit: &Unit) -> i128 {
    i128::from(unit.decode) + i128::from(unit.composition)
}

fn trial_path(folder: &Path, index: usize) -> std::path::PathBuf {
    folder.join(format!("trial-{index}.mp4"))
}

/// The first frame apart from the others. Scored are the first and then every [`SCORED_EVERY`]th.
fn told(units: &[Unit], scores: &[f64], span: Span) -> Result<Tried, EncodeError> {
    let (Some((first, rest)), Some((first_quality, others))) =
        (units.split_first(), scores.split_first())
    else {
        return Err(miscounted(span, scores.len() as u64 * SCORED_EVERY));
    };
    Ok(Tried {
        first_bytes: u64::from(first.size),
        rest_bytes: rest.iter().map(|unit| u64::from(unit.size)).sum(),
        first_quality: *first_quality,
        rest_quality: if others.is_empty() {
            *first_quality
        } else {
            harmonic(others)
        },
    })
}

#[cfg(test)]
mod tests;
