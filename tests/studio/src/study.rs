//! What is encoded of each clip, and the figures that come of all.

use contracts_studio::{Screen, VideoCodec};
use studio_encode::{Analysis, TrialBench};
use studio_ladder::{Ladder, Rung, Trials, by_complexity};
use tests_figures::{Plan, Report};
use tokio::sync::Semaphore;

use crate::bd_rate::bd_rate;
use crate::clip::Clip;
use crate::crf_search::{self, Search, peer};
use crate::figure::Figure;
use crate::ladders::{AT_ONCE, Files, own, published, score};
use crate::limits::{QUICK_SCORED_EVERY, SCORED_EVERY};
use crate::points::Point;

/// The figures that come of whole ladders.
const FIGURES: [Figure; 9] = [
    Figure::Fixed,
    Figure::Complexity,
    Figure::Sintel,
    Figure::WorstClip,
    Figure::ShotOverTitle,
    Figure::Av1,
    Figure::Vmaf,
    Figure::Rate,
    Figure::CpuOverAbAv1,
];

/// Those for which the title's own ladder is encoded.
const OF_LADDERS: [Figure; 8] = [
    Figure::Fixed,
    Figure::Complexity,
    Figure::Sintel,
    Figure::WorstClip,
    Figure::ShotOverTitle,
    Figure::Av1,
    Figure::Vmaf,
    Figure::Rate,
];

/// What the ladders of one clip came to; absent where no figure asked for it.
#[derive(Debug, Default)]
pub(crate) struct Study {
    fixed: Option<Vec<Point>>,
    complexity: Option<Vec<Point>>,
    title: Option<Vec<Point>>,
    shot: Option<Vec<Point>>,
    av1: Option<Vec<Point>>,
    search: Option<Search>,
    /// Of the ladder that the studio makes: what was predicted of each rung.
    predicted: Vec<Point>,
}

/// Encodes and scores what the figures ask for, and prints it rung by rung.
pub(crate) async fn of(clip: &Clip, plan: &Plan<Figure>) -> anyhow::Result<Study> {
    let every = plan.pick(SCORED_EVERY, QUICK_SCORED_EVERY);
    let reference = clip.reference().await?;
    let measured = async |name: &str, rungs: &[Rung], files: Files| {
        let room = clip.room(name)?;
        let points = score(clip, &reference, &files, every, &room).await?;
        std::fs::remove_dir_all(room)?;
        say(clip, name, rungs, &points);
        Ok::<_, anyhow::Error>(points)
    };
    let mut study = Study::default();
    let (trials, ladder) = analyse(clip).await?;
    if plan.wants_any(&[Figure::Fixed, Figure::Sintel, Figure::WorstClip]) {
        let files = published(clip, &clip.fixed, &clip.room("fixed")?).await?;
        study.fixed = Some(measured("fixed", &clip.fixed, files).await?);
    }
    if plan.wants(Figure::Complexity) {
        let complexity = trials.complexity(clip.per_second()).unwrap_or(1.0);
        let rungs = by_complexity(&clip.fixed, complexity);
        let files = published(clip, &rungs, &clip.room("complexity")?).await?;
        study.complexity = Some(measured("complexity", &rungs, files).await?);
    }
    if let Some(peer) = peer().filter(|_| plan.wants(Figure::CpuOverAbAv1)) {
        study.search = Some(crf_search::of(clip, &ladder, &reference, &peer).await?);
    }
    if !plan.wants_any(&OF_LADDERS) {
        return Ok(study);
    }
    let (rungs, room) = (&ladder.rungs, clip.room("title")?);
    let even = |place: usize, _| ladder.rungs[place].crf;
    let files = own(clip, VideoCodec::H264, rungs, even, &room, AT_ONCE).await?;
    study.title = Some(measured("title", rungs, files).await?);
    study.predicted = predicted(&ladder);
    say(clip, "predicted", rungs, &study.predicted);
    if plan.wants(Figure::ShotOverTitle) {
        let parts: Vec<_> = clip
            .chunks
            .iter()
            .map(|it| (it.start_frame, it.frames))
            .collect();
        let crfs: Vec<Vec<u8>> = rungs
            .iter()
            .map(|rung| trials.allocation(rung, &parts, clip.per_second()))
            .collect();
        let uneven = |place: usize, index: usize| crfs[place][index];
        let room = clip.room("shot")?;
        let files = own(clip, VideoCodec::H264, rungs, uneven, &room, AT_ONCE).await?;
        study.shot = Some(measured("shot", rungs, files).await?);
    }
    if plan.wants(Figure::Av1) {
        let room = clip.room("av1")?;
        let files = own(clip, VideoCodec::Av1, rungs, even, &room, AT_ONCE).await?;
        study.av1 = Some(measured("av1", rungs, files).await?);
    }
    Ok(study)
}

/// The trials and the ladder, as the studio makes them.
async fn analyse(clip: &Clip) -> anyhow::Result<(Trials, Ladder)> {
    let bench = TrialBench {
        tools: &clip.tools,
        input: &clip.input,
        report: &clip.report,
        rate: clip.plan.frame_rate,
        sizes: &clip.sizes,
        screen: Screen::Television,
    };
    let places = Semaphore::new(AT_ONCE);
    let folder = clip.room("trials")?;
    let (plan, chunks) = (&clip.plan, &clip.chunks);
    let analysis = Analysis::of(plan, &clip.fixed, &clip.sizes);
    let trials = bench
        .analyse(&analysis, plan, chunks, &places, &folder, |_| {})
        .await?;
    let ladder = trials.ladder(clip.per_second(), &clip.fixed);
    let ladder = ladder.ok_or_else(|| anyhow::anyhow!("the trials say nothing"))?;
    let complexity = trials.complexity(clip.per_second()).unwrap_or(f64::NAN);
    Report::say([format!(
        "\n{}: {} frames of {}x{}, {} segments, {} chunks; tried {} frames in {} samples{}, {:.1} s of CPU; complexity {complexity:.2}",
        clip.name,
        clip.plan.frames,
        clip.report.video.width,
        clip.report.video.height,
        clip.plan.starts.len(),
        clip.chunks.len(),
        ladder.report.sampled_frames,
        trials.samples.len(),
        if analysis.budget.pilot {
            " and a pilot"
        } else {
            ""
        },
        ladder.report.analysis_cpu_ms as f64 / 1000.0,
    )]);
    Ok((trials, ladder))
}

fn predicted(ladder: &Ladder) -> Vec<Point> {
    let rungs = ladder.report.rungs.iter();
    let point = |rung: &contracts_studio::LadderRung| Point {
        kbps: rung.predicted.kbps,
        quality: rung.predicted.quality,
    };
    rungs.map(point).collect()
}

fn say(clip: &Clip, ladder: &str, rungs: &[Rung], points: &[Point]) {
    let each = rungs.iter().zip(points).map(|(rung, point)| {
        format!(
            "{} at {} {:.0} kb/s {:.1}",
            rung.name, rung.crf, point.kbps, point.quality
        )
    });
    let each: Vec<_> = each.collect();
    Report::say([format!("{} {ladder}: {}", clip.name, each.join("; "))]);
}

/// The studies of all clips.
#[derive(Debug, Default)]
pub(crate) struct Studies {
    each: Vec<(&'static str, Study)>,
}

type Ladders<'a> = (Option<&'a Vec<Point>>, Option<&'a Vec<Point>>);

impl Studies {
    /// Whether any of the figures comes of whole ladders.
    pub(crate) fn wanted(plan: &Plan<Figure>) -> bool {
        plan.wants_any(&FIGURES)
    }

    pub(crate) fn add(&mut self, clip: &Clip, study: Study) {
        self.each.push((clip.name, study));
    }

    /// Adds the figures.
    pub(crate) fn report(&self, plan: &Plan<Figure>, report: &mut Report) {
        let rates = [
            (
                Figure::Fixed,
                self.rates(|it| (it.title.as_ref(), it.fixed.as_ref())),
            ),
            (
                Figure::Complexity,
                self.rates(|it| (it.title.as_ref(), it.complexity.as_ref())),
            ),
            (
                Figure::ShotOverTitle,
                self.rates(|it| (it.shot.as_ref(), it.title.as_ref())),
            ),
            (
                Figure::Av1,
                self.rates(|it| (it.av1.as_ref(), it.title.as_ref())),
            ),
        ];
        for (figure, rates) in &rates {
            add(
                *figure,
                median(rates.iter().filter_map(|it| it.1)),
                &told(rates),
                plan,
                report,
            );
        }
        let fixed = &rates[0].1;
        let sintel = fixed.iter().find(|(name, _)| *name == "sintel");
        add(
            Figure::Sintel,
            sintel.and_then(|it| it.1),
            "over the published ladder",
            plan,
            report,
        );
        let worst = fixed.iter().filter_map(|it| it.1).max_by(f64::total_cmp);
        add(
            Figure::WorstClip,
            worst,
            "over the published ladder",
            plan,
            report,
        );
        self.errors(plan, report);
        self.searches(plan, report);
    }

    /// The median of the clips' ratios, and how far off both were on average.
    fn searches(&self, plan: &Plan<Figure>, report: &mut Report) {
        let each: Vec<_> = self.each.iter().filter_map(|it| it.1.search).collect();
        let mean = |value: fn(&Search) -> f64| {
            each.iter().map(value).sum::<f64>() / each.len().max(1) as f64
        };
        let how = format!(
            "{:.1} s of CPU to {:.1} s; {:.2} points off to {:.2}; means of {} clips",
            mean(|it| it.ours_s),
            mean(|it| it.theirs_s),
            mean(|it| it.ours_off),
            mean(|it| it.theirs_off),
            each.len()
        );
        let ratios = each.iter().map(|it| it.ours_s / it.theirs_s.max(0.001));
        add(Figure::CpuOverAbAv1, median(ratios), &how, plan, report);
    }

    fn rates<'a>(
        &'a self,
        pair: impl Fn(&'a Study) -> Ladders<'a>,
    ) -> Vec<(&'static str, Option<f64>)> {
        // What was not made was not asked for.
        let rate = |it: &'a (&'static str, Study)| {
            let (ours, theirs) = pair(&it.1);
            Some((it.0, bd_rate(ours?, theirs?)))
        };
        self.each.iter().filter_map(rate).collect()
    }

    fn errors(&self, plan: &Plan<Figure>, report: &mut Report) {
        let pairs = || {
            let each = self.each.iter();
            each.filter_map(|(_, it)| Some(it.predicted.iter().zip(it.title.as_ref()?)))
                .flatten()
        };
        let count = pairs().count();
        let mean = |error: fn(&Point, &Point) -> f64| {
            let sum: f64 = pairs()
                .map(|(predicted, found)| error(predicted, found))
                .sum();
            (count > 0).then(|| sum / count as f64)
        };
        let how = format!("mean of {count} rungs");
        let quality = mean(|predicted, found| (predicted.quality - found.quality).abs());
        add(Figure::Vmaf, quality, &how, plan, report);
        let rate = mean(|predicted, found| (predicted.kbps / found.kbps - 1.0).abs() * 100.0);
        add(Figure::Rate, rate, &how, plan, report);
    }
}

fn told(rates: &[(&'static str, Option<f64>)]) -> String {
    let each = rates.iter().map(|(name, rate)| match rate {
        Some(rate) => format!("{name} {rate:+.1}"),
        None => format!("{name}: too little quality in common"),
    });
    each.collect::<Vec<_>>().join(", ")
}

fn add(figure: Figure, value: Option<f64>, how: &str, plan: &Plan<Figure>, report: &mut Report) {
    match value {
        _ if !plan.wants(figure) => {}
        Some(value) => report.add(figure, value, how),
        None => report.leave_out(figure, "no clip says anything of it"),
    }
}

/// The middle one; of an even number the mean of the two in the middle.
fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    let (low, high) = (
        values.get(values.len().checked_sub(1)? / 2)?,
        values.get(values.len() / 2)?,
    );
    Some(f64::midpoint(*low, *high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_two_lies_between_them() {
        assert_eq!(median([3.0, 1.0, 9.0].into_iter()), Some(3.0));
        assert_eq!(median([4.0, 1.0].into_iter()), Some(2.5));
        assert_eq!(median(std::iter::empty()), None);
    }
}
