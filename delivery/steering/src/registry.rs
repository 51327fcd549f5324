//! What appliances last reported, and what follows from it as time passes. Pure: time comes in.

use std::collections::HashMap;
use std::time::Duration;

use contracts_delivery::{ApplianceId, ApplianceReport, Neighbour, is_plain_name};
use delivery_routes::Announcer;
use serde::Serialize;
use url::Url;

use crate::decision::{Fleet, Load};
use crate::health::{Fault, Health};
use crate::limits::{FORGET, NEIGHBOURS_FOR, SILENCE};
use crate::neighbours::{Stand, neighbours};

/// Whether an appliance takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ApplianceState {
    /// Reports.
    Up,
    /// Reports, but something is wrong with it, or was a short while ago: ranked last.
    Suspected,
    /// Silent: not ranked.
    Silent,
}

/// An appliance as operators see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ApplianceView {
    /// Which.
    pub appliance: ApplianceId,
    /// Whether it takes part.
    pub state: ApplianceState,
    /// Seconds since its last report.
    pub heard_s_ago: f64,
    /// What it sends now, in megabits a second.
    pub sending_mbps: f64,
    /// What it sends over what it can send.
    pub load: f64,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
    /// The part of its capacity that it is trusted with: less than 1 while it comes back.
    pub share: f32,
    /// Its placed files.
    pub placed: Fetched,
    /// Its last report.
    #[serde(flatten)]
    pub report: ApplianceReport,
}

/// How far an appliance's placed files are fetched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Fetched {
    /// Files placed on it.
    pub wanted: usize,
    /// Of them those it holds from end to end.
    pub held: usize,
}

/// Every appliance that reported within a day, and the fleet that decisions are made of.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    seen: HashMap<ApplianceId, Seen>,
}

#[derive(Debug)]
struct Seen {
    report: ApplianceReport,
    heard: Duration,
    sending_mbps: f64,
    health: Health,
    neighbours: Vec<Neighbour>,
    /// When the neighbours were found out.
    found_at: Option<Duration>,
}

impl Registry {
    /// Takes a report. `now` is monotonic.
    ///
    /// # Errors
    /// What is wrong with it, in words for the appliance's operator.
    pub(crate) fn hear(
        &mut self,
        fleet: &mut Fleet,
        appliance: &ApplianceId,
        report: ApplianceReport,
        now: Duration,
    ) -> Result<(), &'static str> {
        check(appliance, &report)?;
        self.seen
            .retain(|_, seen| now.saturating_sub(seen.heard) < FORGET);
        let number = fleet
            .number(appliance)
            .map_err(|_| "there are as many appliances as one region takes")?;
        let seen = self
            .seen
            .entry(appliance.clone())
            .and_modify(|seen| seen.hear(&report, now))
            .or_insert_with(|| Seen::first(report, now));
        seen.enter(fleet, number, now);
        Ok(())
    }

    /// Whom an appliance fills from before the origin.
    pub(crate) fn neighbours(&mut self, appliance: &ApplianceId, now: Duration) -> Vec<Neighbour> {
        let fresh = |at: Duration| now.saturating_sub(at) < NEIGHBOURS_FOR;
        let Some(seen) = self.seen.get(appliance) else {
            return Vec::new();
        };
        if seen.found_at.is_some_and(fresh) {
            return seen.neighbours.clone();
        }
        let up = self.seen.iter().filter(|(_, seen)| seen.is_well(now));
        let others = up.map(|(other, seen)| Stand::new(other, &seen.report));
        let found = neighbours(&Stand::new(appliance, &seen.report), others);
        if let Some(seen) = self.seen.get_mut(appliance) {
            seen.neighbours.clone_from(&found);
            seen.found_at = Some(now);
        }
        found
    }

    /// Those that are not silent, with where they serve.
    pub(crate) fn reporting(&self, now: Duration) -> Vec<(ApplianceId, Url)> {
        let up = self.seen.iter().filter(|(_, seen)| !seen.is_silent(now));
        up.map(|(appliance, seen)| (appliance.clone(), seen.report.base_url.clone()))
            .collect()
    }

    /// A monitor has something to say of an appliance's health.
    pub(crate) fn judge(
        &mut self,
        fleet: &mut Fleet,
        appliance: &ApplianceId,
        now: Duration,
        says: impl FnOnce(&mut Health),
    ) {
        let Some(seen) = self.seen.get_mut(appliance) else {
            return;
        };
        says(&mut seen.health);
        if let Some(by) = fleet.find(appliance) {
            seen.enter(fleet, by, now);
        }
    }

    /// Where an appliance serves; none when it was forgotten.
    pub(crate) fn base_url(&self, appliance: &ApplianceId) -> Option<&Url> {
        self.seen.get(appliance).map(|seen| &seen.report.base_url)
    }

    /// The region an appliance is in; none when it was forgotten.
    pub(crate) fn region(&self, appliance: &ApplianceId) -> Option<&str> {
        let seen = self.seen.get(appliance);
        seen.map(|seen| seen.report.region.as_str())
    }

    /// All of them, by name.
    pub(crate) fn views(
        &self,
        now: Duration,
        placed: impl Fn(&ApplianceId) -> Fetched,
    ) -> Vec<ApplianceView> {
        let views = self.seen.iter().map(|(appliance, seen)| ApplianceView {
            appliance: appliance.clone(),
            state: seen.state(now),
            heard_s_ago: now.saturating_sub(seen.heard).as_secs_f64(),
            sending_mbps: seen.sending_mbps,
            load: seen.load(),
            faults: seen.health.faults(now),
            share: seen.health.share(now),
            placed: placed(appliance),
            report: seen.report.clone(),
        });
        let mut views: Vec<_> = views.collect();
        views.sort_by(|a, b| a.appliance.cmp(&b.appliance));
        views
    }
}

impl Seen {
    fn first(report: ApplianceReport, now: Duration) -> Self {
        Self {
            health: Health::beginning(report.vitals),
            report,
            heard: now,
            sending_mbps: 0.0,
            neighbours: Vec::new(),
            found_at: None,
        }
    }

    /// What decisions are made of.
    fn enter(&self, fleet: &mut Fleet, by: Announcer, now: Duration) {
        let capacity_kbps = self.report.capacity_mbps.saturating_mul(1_000);
        fleet.set_tier(by, self.report.tier);
        let Some(member) = fleet.get_mut(by) else {
            return;
        };
        member.place = self.report.location.map(Into::into);
        member.silent_from = (self.heard + SILENCE).into();
        member.suspected_until = self.health.ails_until().into();
        member.load = Load {
            sending_kbps: (self.sending_mbps * 1e3) as u32,
            capacity_kbps: (capacity_kbps as f32 * self.health.share(now)) as u32,
            ..member.load
        };
    }

    fn is_silent(&self, now: Duration) -> bool {
        now >= self.heard + SILENCE
    }

    fn is_well(&self, now: Duration) -> bool {
        self.state(now) == ApplianceState::Up
    }

    fn state(&self, now: Duration) -> ApplianceState {
        if self.is_silent(now) {
            ApplianceState::Silent
        } else if now < self.health.ails_until() {
            ApplianceState::Suspected
        } else {
            ApplianceState::Up
        }
    }

    fn hear(&mut self, report: &ApplianceReport, now: Duration) {
        let elapsed = now.saturating_sub(self.heard).as_secs_f64();
        let restarted = report.started_at != self.report.started_at;
        let sent = report.bytes_served.checked_sub(self.report.bytes_served);
        match sent {
            Some(bytes) if !restarted && elapsed > 0.0 => {
                let mbps = bytes as f64 * 8.0 / 1e6 / elapsed;
                // Half old, half new: one burst of segments must not look like a full appliance.
                self.sending_mbps = f64::midpoint(self.sending_mbps, mbps);
            }
            Some(_) if !restarted => {}
            _ => self.sending_mbps = 0.0,
        }
        let was_silent = self.is_silent(now);
        self.health
            .reported(report.vitals, restarted, was_silent, now);
        if elapsed > 0.0 || restarted {
            self.report = report.clone();
            self.heard = now;
        }
    }

    fn load(&self) -> f64 {
        self.sending_mbps / f64::from(self.report.capacity_mbps)
    }
}

fn check(appliance: &ApplianceId, report: &ApplianceReport) -> Result<(), &'static str> {
    if !is_plain_name(&appliance.0) {
        return Err("an appliance's id is 1 to 64 letters, digits and hyphens");
    }
    if !report.region.is_empty() && !is_plain_name(&report.region) {
        return Err("a region's name is at most 64 letters, digits and hyphens");
    }
    if report.capacity_mbps == 0 {
        return Err("capacity_mbps must not be 0");
    }
    let web = matches!(report.base_url.scheme(), "http" | "https");
    if !web || !report.base_url.path().ends_with('/') || report.base_url.query().is_some() {
        return Err("base_url must be an http or https address that ends with a slash");
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use contracts_delivery::{FillHours, HeldFiles, Tier, Vitals};
    use platform_clock::Timestamp;

    use super::*;

    pub(crate) fn report(bytes_served: u64) -> ApplianceReport {
        ApplianceReport {
            base_url: "http://127.0.0.1:7101/".parse().unwrap(),
            tier: Tier::Isp,
            capacity_mbps: 100,
            started_at: Timestamp::from_millis(5),
            in_flight: 0,
            bytes_served,
            cached_bytes: 0,
            withdrawn_seq: 0,
            cache_bytes: 0,
            site: String::new(),
            region: String::new(),
            fill: FillHours::default(),
            held: HeldFiles::default(),
            placement: 0,
            location: None,
            vitals: Vitals::default(),
            round_trips: Vec::new(),
        }
    }

    fn id() -> ApplianceId {
        ApplianceId("isp-1".to_owned())
    }

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// A registry with its fleet.
    #[derive(Default)]
    struct Bed {
        registry: Registry,
        fleet: Fleet,
    }

    impl Bed {
        fn hear(&mut self, report: ApplianceReport, now: Duration) {
            let heard = self.registry.hear(&mut self.fleet, &id(), report, now);
            heard.unwrap();
        }

        fn view(&self, now: Duration) -> ApplianceView {
            self.registry.views(now, |_| Fetched::default()).remove(0)
        }
    }

    #[test]
    fn silence_puts_it_out_and_a_report_brings_it_back() {
        let mut bed = Bed::default();
        bed.hear(report(0), s(10));
        assert_eq!(bed.view(s(15)).state, ApplianceState::Up);
        assert_eq!(bed.view(s(16)).state, ApplianceState::Silent);
        bed.hear(report(0), s(20));
        assert_eq!(bed.view(s(20)).state, ApplianceState::Up);
    }

    #[test]
    fn load_follows_what_was_sent_between_reports_and_a_restart_clears_it() {
        let mut bed = Bed::default();
        bed.hear(report(0), s(0));
        // 25 MB in 2 s are 100 Mbit/s: all it can.
        bed.hear(report(25_000_000), s(2));
        bed.hear(report(50_000_000), s(4));
        let load = bed.view(s(4)).load;
        assert!((load - 0.75).abs() < 1e-9, "{load}");
        let member = bed.fleet.get(bed.fleet.find(&id()).unwrap()).unwrap();
        assert!((member.load.with(0) - 0.75).abs() < 1e-6);
        let restarted = ApplianceReport {
            started_at: Timestamp::from_millis(9),
            ..report(7)
        };
        bed.hear(restarted, s(6));
        assert!(bed.view(s(6)).load.abs() < 1e-9);
    }

    #[test]
    fn a_suspected_appliance_recovers_with_time() {
        let mut bed = Bed::default();
        bed.hear(report(0), s(0));
        bed.registry.judge(&mut bed.fleet, &id(), s(1), |health| {
            health.failed_for_players(s(1));
        });
        assert_eq!(bed.view(s(2)).state, ApplianceState::Suspected);
        bed.hear(report(0), s(31));
        assert_eq!(bed.view(s(31)).state, ApplianceState::Up);
    }

    #[test]
    fn bad_reports_are_refused_with_a_reason() {
        let mut bed = Bed::default();
        let slash = ApplianceReport {
            base_url: "http://host/x".parse().unwrap(),
            ..report(0)
        };
        let other = ApplianceReport {
            base_url: "file:///x/".parse().unwrap(),
            ..report(0)
        };
        let nowhere = ApplianceReport {
            region: "far away".to_owned(),
            ..report(0)
        };
        let idle = ApplianceReport {
            capacity_mbps: 0,
            ..report(0)
        };
        for bad in [slash, other, nowhere, idle] {
            let heard = bed.registry.hear(&mut bed.fleet, &id(), bad, s(0));
            assert!(heard.is_err());
        }
        let name = ApplianceId("a/b".to_owned());
        let heard = bed.registry.hear(&mut bed.fleet, &name, report(0), s(0));
        assert!(heard.is_err());
        assert!(bed.fleet.is_empty());
    }
}
