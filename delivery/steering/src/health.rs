//! What several monitors say of an appliance, merged. Pure: time comes in.
//!
//! Three look at it from three sides: its own reports, probes from here, and players that failed on it. Each fault
//! stands for a while after it was seen last; as long as one stands, the appliance is ranked last. One that lies in
//! its reports is betrayed by the others, one that is cut off from here and not from its viewers loses no more than
//! its place. Whoever was out comes back with a small share of its capacity that grows, more slowly each time it
//! falls again.

use std::time::Duration;

use contracts_delivery::Vitals;
use serde::Serialize;

use crate::limits::{
    FAILED_BLOCKS, FAILED_FILLS, FAILED_PERCENT, FAULT_STANDS, FORGIVEN, JUDGED_ANSWERS,
    LEAST_SHARE, LONGEST_RETURN, PROBES_FAILED, RETURN, SUSPICION,
};

/// What is wrong with an appliance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// It reports that too many of its answers fail.
    Answers,
    /// It reports that it cannot fetch what it lacks.
    Fills,
    /// It reports that its disk fails.
    Disk,
    /// Probes do not reach it.
    Unreachable,
    /// Players failed on it.
    Players,
}

const FAULTS: [Fault; 5] = [
    Fault::Answers,
    Fault::Fills,
    Fault::Disk,
    Fault::Unreachable,
    Fault::Players,
];

/// One appliance's health.
#[derive(Debug, Default)]
pub(crate) struct Health {
    vitals: Vitals,
    /// Until when each of [`FAULTS`] stands. Monotonic.
    stands_until: [Duration; FAULTS.len()],
    probes_failed: u32,
    is_down: bool,
    back_at: Option<Duration>,
    /// Falls that are not forgiven.
    falls: u32,
    fell_at: Duration,
}

impl Health {
    /// Of one that was never heard of: what it counted before is not held against it.
    pub(crate) fn beginning(vitals: Vitals) -> Self {
        Self {
            vitals,
            ..Self::default()
        }
    }

    /// It reported. `was_silent` says that it had been given up; a restart counts its vitals from nothing.
    pub(crate) fn reported(
        &mut self,
        vitals: Vitals,
        restarted: bool,
        was_silent: bool,
        now: Duration,
    ) {
        let before = if restarted {
            Vitals::default()
        } else {
            self.vitals
        };
        self.vitals = vitals;
        for fault in faults_between(before, vitals) {
            self.fault(fault, now + FAULT_STANDS, now);
        }
        if was_silent {
            self.fall(now);
        }
        if self.is_down && !self.ails(now) {
            self.is_down = false;
            self.back_at = Some(now);
        }
    }

    /// It was probed.
    pub(crate) fn probed(&mut self, reached: bool, now: Duration) {
        if reached {
            self.probes_failed = 0;
            return;
        }
        self.probes_failed += 1;
        if self.probes_failed >= PROBES_FAILED {
            self.fault(Fault::Unreachable, now + FAULT_STANDS, now);
        }
    }

    /// Players failed on it. Its reports alone do not clear that, as it may reach this process and not them.
    pub(crate) fn failed_for_players(&mut self, now: Duration) {
        self.fault(Fault::Players, now + SUSPICION, now);
    }

    /// Until when some fault stands.
    pub(crate) fn ails_until(&self) -> Duration {
        let until = self.stands_until.iter().copied();
        until.max().unwrap_or_default()
    }

    /// The faults that stand.
    pub(crate) fn faults(&self, now: Duration) -> Vec<Fault> {
        let stands = FAULTS.into_iter().zip(self.stands_until);
        let stands = stands.filter(|(_, until)| now < *until);
        stands.map(|(fault, _)| fault).collect()
    }

    /// The part of its capacity that it is trusted with, up to 1.
    pub(crate) fn share(&self, now: Duration) -> f32 {
        if self.is_down {
            return LEAST_SHARE;
        }
        let Some(back_at) = self.back_at else {
            return 1.0;
        };
        let doublings = self.falls.saturating_sub(1).min(16);
        let whole_after = (RETURN * (1 << doublings)).min(LONGEST_RETURN);
        let passed = now.saturating_sub(back_at).as_secs_f32() / whole_after.as_secs_f32();
        (LEAST_SHARE + (1.0 - LEAST_SHARE) * passed).min(1.0)
    }

    fn ails(&self, now: Duration) -> bool {
        now < self.ails_until()
    }

    fn fault(&mut self, fault: Fault, until: Duration, now: Duration) {
        let at = fault as usize;
        self.stands_until[at] = self.stands_until[at].max(until);
        self.fall(now);
    }

    fn fall(&mut self, now: Duration) {
        if self.is_down {
            return;
        }
        let is_forgiven = now.saturating_sub(self.fell_at) > FORGIVEN;
        self.falls = if is_forgiven { 1 } else { self.falls + 1 };
        self.fell_at = now;
        self.is_down = true;
    }
}

/// What two reports in a row betray.
fn faults_between(before: Vitals, after: Vitals) -> impl Iterator<Item = Fault> {
    let grown = |of: fn(&Vitals) -> u64| of(&after).saturating_sub(of(&before));
    let answers = grown(|vitals| vitals.answers);
    let failed = grown(|vitals| vitals.failed_answers);
    let found = [
        (
            Fault::Answers,
            answers >= JUDGED_ANSWERS && failed * 100 >= answers * FAILED_PERCENT,
        ),
        (
            Fault::Fills,
            grown(|vitals| vitals.failed_fills) >= FAILED_FILLS,
        ),
        (
            Fault::Disk,
            grown(|vitals| vitals.failed_blocks) >= FAILED_BLOCKS,
        ),
    ];
    found
        .into_iter()
        .filter(|(_, is)| *is)
        .map(|(fault, _)| fault)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn well(health: &mut Health, now: u64) {
        let vitals = health.vitals;
        health.reported(vitals, false, false, s(now));
    }

    #[test]
    fn failing_answers_fills_and_disks_are_faults_and_a_few_are_not() {
        let faults = |answers, failed_answers, failed_fills, failed_blocks| {
            let mut health = Health::default();
            let vitals = Vitals {
                answers,
                failed_answers,
                failed_fills,
                failed_blocks,
                waiting: 0,
            };
            health.reported(vitals, true, false, s(100));
            health.faults(s(100))
        };
        assert_eq!(faults(1_000, 50, 0, 0), [Fault::Answers]);
        assert_eq!(faults(1_000, 49, 0, 0), []);
        assert_eq!(faults(JUDGED_ANSWERS - 1, JUDGED_ANSWERS - 1, 0, 0), []);
        let ill = faults(0, 0, FAILED_FILLS, FAILED_BLOCKS);
        assert_eq!(ill, [Fault::Fills, Fault::Disk]);
        assert_eq!(faults(0, 0, FAILED_FILLS - 1, FAILED_BLOCKS - 1), []);
    }

    #[test]
    fn one_lost_probe_is_nothing_and_two_are_a_fault() {
        let mut health = Health::default();
        health.probed(false, s(1));
        health.probed(true, s(4));
        health.probed(false, s(7));
        assert!(health.faults(s(7)).is_empty());
        health.probed(false, s(10));
        assert_eq!(health.faults(s(10)), [Fault::Unreachable]);
    }

    #[test]
    fn it_comes_back_step_by_step_and_more_slowly_each_time() {
        let mut health = Health::default();
        well(&mut health, 1);
        assert!((health.share(s(1)) - 1.0).abs() < 1e-6);
        let mut half_way = Vec::new();
        let mut now = 10;
        for _ in 0..3 {
            health.failed_for_players(s(now));
            assert!((health.share(s(now)) - LEAST_SHARE).abs() < 1e-6);
            now += SUSPICION.as_secs();
            well(&mut health, now);
            assert!((health.share(s(now)) - LEAST_SHARE).abs() < 1e-6);
            half_way.push(health.share(s(now) + RETURN / 2));
            now += 1;
        }
        assert!(
            half_way[0] > half_way[1] && half_way[1] > half_way[2],
            "{half_way:?}"
        );
        assert!((health.share(s(now) + LONGEST_RETURN) - 1.0).abs() < 1e-6);
        // Whoever stayed up for long begins anew.
        now += FORGIVEN.as_secs() + 1;
        health.failed_for_players(s(now));
        well(&mut health, now + SUSPICION.as_secs());
        assert!((health.share(s(now) + SUSPICION + RETURN) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn silence_is_a_fall_like_any_other() {
        let mut health = Health::default();
        health.reported(Vitals::default(), false, true, s(60));
        assert!(health.faults(s(60)).is_empty());
        assert!((health.share(s(60)) - LEAST_SHARE).abs() < 1e-6);
    }

    proptest! {
        #[test]
        fn the_share_stays_within_its_bounds_and_grows_while_nothing_happens(
            steps in proptest::collection::vec((0_u8..4, 0_u64..120), 1..60),
        ) {
            let (mut health, mut now) = (Health::default(), 0);
            for (step, seconds) in steps {
                now += seconds;
                match step {
                    0 => health.failed_for_players(s(now)),
                    1 => health.probed(false, s(now)),
                    2 => health.reported(Vitals::default(), false, seconds > 60, s(now)),
                    _ => health.probed(true, s(now)),
                }
                let share = health.share(s(now));
                prop_assert!((LEAST_SHARE..=1.0).contains(&share));
                prop_assert!(health.share(s(now + 5)) >= share);
                prop_assert!(health.faults(s(now)).is_empty() || health.is_down);
            }
        }
    }
}
