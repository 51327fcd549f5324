//! The clock beside the decisions.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::ensure;
use contracts_delivery::{Claims, SessionId, SigningKey};
use delivery_routes::{RouteTable, SharedTable};
use delivery_steering::decision::{
    Knowledge, Question, Ranker, Reservations, Scratch, Weighed, decide,
};
use platform_clock::{SharedClock, Timestamp};
use url::Url;

use super::account::Account;
use super::internet::Internet;
use super::questions::Questions;
use super::world::NOW;
use crate::ground::Ground;
use crate::limits::LONG_ROUNDS;
use crate::rounds::{median, percentile};

/// Everything a decision needs, and questions.
pub(super) struct Bench {
    clock: SharedClock,
    knowledge: Knowledge,
    routes: SharedTable,
    ranker: Ranker,
    questions: Questions,
    base: Url,
}

/// What replacing tables came to.
pub(super) struct Swaps {
    pub(super) decisions: u64,
    pub(super) with: Longest,
    /// While as many tables were made beside and none was put in place.
    pub(super) beside_makers: Longest,
    /// Of as many decisions with nothing beside.
    pub(super) alone: Longest,
}

/// The longest decisions.
#[derive(Clone, Copy, Default)]
pub(super) struct Longest {
    /// By the clock.
    pub(super) passed: Duration,
    /// Without the time in which others had the thread's core.
    pub(super) taken: Duration,
}

impl Bench {
    pub(super) fn new(
        ground: &Ground,
        knowledge: Knowledge,
        table: RouteTable,
        questions: Questions,
    ) -> Self {
        Self {
            clock: ground.clock.clone(),
            knowledge,
            routes: SharedTable::new(table),
            ranker: Ranker::default(),
            questions,
            base: Url::parse("https://box.example/").expect("it is a URL"),
        }
    }

    /// Fewest candidates of a client, and means of how many there are and are weighed, as text.
    pub(super) fn check(&self, least: usize) -> anyhow::Result<String> {
        let (table, mut scratch) = (self.routes.read(), Scratch::default());
        let (mut fewest, mut candidates, mut weighed) = (usize::MAX, 0, 0);
        for question in &self.questions.all {
            let found = table.find(question.client);
            fewest = fewest.min(found.map_or(0, |found| found.candidates.len()));
            let decision = decide(
                &self.knowledge,
                &table,
                &self.ranker,
                question,
                &mut scratch,
            );
            candidates += decision.candidates;
            weighed += decision.weighed;
        }
        ensure!(fewest >= least, "a client has {fewest} candidates");
        let mean = |sum: usize| sum as f64 / self.questions.all.len() as f64;
        Ok(format!(
            "at least {fewest} announced, {:.0} to choose from and {:.0} of them weighed",
            mean(candidates),
            mean(weighed)
        ))
    }

    /// Seconds of `work` on every question.
    fn seconds(&self, mut work: impl FnMut(&Question)) -> f64 {
        let began = self.clock.monotonic();
        self.questions.all.iter().for_each(&mut work);
        self.clock.monotonic().saturating_sub(began).as_secs_f64()
    }

    /// One core's rate.
    pub(super) fn decisions_per_s(&self) -> f64 {
        let mut scratch = Scratch::default();
        let round = |_| {
            let seconds = self.seconds(|question| {
                let table = self.routes.read();
                let decision = decide(
                    &self.knowledge,
                    &table,
                    &self.ranker,
                    question,
                    &mut scratch,
                );
                black_box(decision.ranked);
            });
            self.questions.all.len() as f64 / seconds
        };
        median((0..LONG_ROUNDS).map(round))
    }

    /// Microseconds of the middle decision and of the longest but one in a hundred.
    pub(super) fn percentiles_us(&self) -> (f64, f64) {
        let (mut scratch, mut times) = (Scratch::default(), Vec::new());
        for question in &self.questions.all {
            times.push(self.timed(question, &mut scratch).as_nanos() as f64 / 1e3);
        }
        (
            median(times.iter().copied()),
            percentile(times.into_iter(), 99),
        )
    }

    fn timed(&self, question: &Question, scratch: &mut Scratch) -> Duration {
        let began = self.clock.monotonic();
        let table = self.routes.read();
        let decision = decide(&self.knowledge, &table, &self.ranker, question, scratch);
        black_box(decision.ranked);
        drop(table);
        self.clock.monotonic().saturating_sub(began)
    }

    /// One core's rate of decisions with what a session needs beside.
    pub(super) fn sessions_per_s(&mut self) -> f64 {
        let (mut scratch, key) = (Scratch::default(), SigningKey::new(1, [7; 32]));
        let mut rates = Vec::new();
        for _ in 0..LONG_ROUNDS {
            let (mut reservations, mut number) = (Reservations::default(), 0_u128);
            let began = self.clock.monotonic();
            for question in &self.questions.all {
                number += 1;
                let session = SessionId::from_bytes(number.to_be_bytes());
                let table = self.routes.read();
                let decision = decide(
                    &self.knowledge,
                    &table,
                    &self.ranker,
                    question,
                    &mut scratch,
                );
                let token = key.sign(&Claims {
                    session,
                    expires: Timestamp::from_millis(1_000),
                    release: question.release,
                });
                black_box(urls(&self.base, &token, decision.ranked));
                if let Some(first) = decision.ranked.first().map(|first| first.by) {
                    let (fleet, kbps) = (&mut self.knowledge.fleet, question.nominal_kbps);
                    reservations.reserve(fleet, session, first, kbps, NOW * 2);
                }
            }
            let took = self.clock.monotonic().saturating_sub(began);
            rates.push(self.questions.all.len() as f64 / took.as_secs_f64());
            reservations.expire(&mut self.knowledge.fleet, NOW * 2, usize::MAX);
        }
        median(rates.into_iter())
    }

    /// The longest decision while another thread puts tables in place; while it makes them for nobody; and alone.
    pub(super) fn swaps(&self, internet: &Internet, swaps: usize) -> anyhow::Result<Swaps> {
        let (decisions, with) = self.beside(|| {
            made(internet, swaps, |table| {
                self.routes.replace(table);
                self.routes.free();
            })
        })?;
        let (_, beside_makers) = self.beside(|| made(internet, swaps, drop))?;
        let (_, alone) = self.longest(|done| done < decisions)?;
        Ok(Swaps {
            decisions,
            with,
            beside_makers,
            alone,
        })
    }

    /// How many decisions were made until another thread's work was done, and the longest.
    fn beside(
        &self,
        work: impl FnOnce() -> anyhow::Result<()> + Send,
    ) -> anyhow::Result<(u64, Longest)> {
        let over = AtomicBool::new(false);
        let (done, longest) = std::thread::scope(|threads| {
            let worker = threads.spawn(|| {
                let done = work();
                over.store(true, Ordering::Relaxed);
                done
            });
            let longest = self.longest(|_| !over.load(Ordering::Relaxed));
            (worker.join(), longest)
        });
        done.map_err(|_| anyhow::anyhow!("the thread that makes tables panicked"))??;
        longest
    }

    /// How many decisions were made while `goes_on`, and the longest.
    fn longest(&self, goes_on: impl Fn(u64) -> bool) -> anyhow::Result<(u64, Longest)> {
        let (mut scratch, mut done, mut longest) = (Scratch::default(), 0, Longest::default());
        for question in self.questions.all.iter().cycle() {
            if !goes_on(done) {
                break;
            }
            let before = Account::read()?;
            let passed = self.timed(question, &mut scratch);
            let taken = Account::read()?.taken_since(&before, passed);
            longest.passed = longest.passed.max(passed);
            longest.taken = longest.taken.max(taken);
            done += 1;
        }
        Ok((done, longest))
    }
}

/// Makes tables, and hands each on.
fn made(internet: &Internet, tables: usize, mut to: impl FnMut(RouteTable)) -> anyhow::Result<()> {
    (1..=tables as u64).try_for_each(|moment| {
        to(internet.table(moment)?);
        Ok(())
    })
}

/// A signed base URL for each appliance.
fn urls(base: &Url, token: &str, ranked: &[Weighed]) -> Vec<Url> {
    let url = |_: &Weighed| {
        let mut url = base.clone();
        url.set_path(&format!("/p/{token}/"));
        url
    };
    ranked.iter().map(url).collect()
}
