//! Rankings of appliances: how many a core makes in a second, and how long one takes while tables are replaced.

mod account;
mod internet;
mod questions;
mod timing;
mod world;

use std::time::Duration;

use crate::figure::Figure;
use crate::ground::Ground;
use crate::limits::{BOXES, LEAST_CANDIDATES, QUESTIONS, TITLE_FILES};
use crate::plan::Plan;
use crate::steering::internet::Internet;
use crate::steering::questions::Questions;
use crate::steering::timing::Bench;
use crate::steering::world::world;
use tests_figures::Report;

const FIGURES: [Figure; 4] = [
    Figure::Decisions,
    Figure::DecisionP99,
    Figure::Swap,
    Figure::Sessions,
];

pub(crate) fn measure(plan: &Plan, ground: &Ground, report: &mut Report) -> anyhow::Result<()> {
    if !plan.wants_any(&FIGURES) {
        return Ok(());
    }
    let internet = match Internet::read()? {
        Ok(internet) => internet,
        Err(absent) => {
            for figure in FIGURES.into_iter().filter(|figure| plan.wants(*figure)) {
                report.leave_out(figure, &absent);
            }
            return Ok(());
        }
    };
    let titles = plan.pick(crate::limits::TITLES, crate::limits::QUICK_TITLES);
    let began = ground.clock.monotonic();
    let table = internet.table(0)?;
    let built = ground.clock.monotonic().saturating_sub(began);
    let mut knowledge = world(titles)?;
    internet.learn(&mut knowledge.learned, &table);
    let questions = Questions::draw(&internet, titles, QUESTIONS);
    let ground_truth = format!(
        "{} prefixes in {} lists, table made in {built:.1?}; {BOXES} boxes, {titles} titles of {TITLE_FILES} files",
        table.prefixes(),
        table.lists()
    );
    let mut bench = Bench::new(ground, knowledge, table, questions);
    let candidates = bench.check(LEAST_CANDIDATES)?;
    if plan.wants(Figure::Decisions) {
        let rate = bench.decisions_per_s();
        let how = format!("{ground_truth}; of candidates {candidates}");
        report.add(Figure::Decisions, rate, &how);
    }
    if plan.wants(Figure::DecisionP99) {
        let (median, p99) = bench.percentiles_us();
        let how = format!("one by one, with the clock's reading; median {median:.2} us");
        report.add(Figure::DecisionP99, p99, &how);
    }
    if plan.wants(Figure::Sessions) {
        let rate = bench.sessions_per_s();
        let how = "the rate set aside, one token, eight URLs";
        report.add(Figure::Sessions, rate, how);
    }
    if plan.wants(Figure::Swap) {
        let swaps = plan.pick(crate::limits::SWAPS, crate::limits::QUICK_SWAPS);
        let found = bench.swaps(&internet, swaps)?;
        let how = format!(
            "longest of {} decisions while {swaps} tables were put in place, without the time in which others had \
             its core, {:.0} us with it; while they were made and none was put in place {:.0} and {:.0} us; of as many with \
             nothing beside {:.0} and {:.0} us",
            found.decisions,
            us(found.with.passed),
            us(found.beside_makers.taken),
            us(found.beside_makers.passed),
            us(found.alone.taken),
            us(found.alone.passed)
        );
        report.add(Figure::Swap, us(found.with.taken), &how);
    }
    Ok(())
}

fn us(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1e3
}
