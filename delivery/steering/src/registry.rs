//! What appliances last reported, and what follows from it as time passes. Pure: time comes in.

use std::collections::HashMap;
use std::time::Duration;

use contracts_delivery::{ApplianceId, ApplianceReport};
use serde::Serialize;

use crate::limits::{FORGET, MAX_APPLIANCES, MAX_ID_BYTES, SILENCE, SUSPICION};
use crate::rank::Candidate;

/// Whether an appliance takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ApplianceState {
    /// Reports.
    Up,
    /// Reports, but clients failed on it a short while ago: ranked last.
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
    /// Its last report.
    #[serde(flatten)]
    pub report: ApplianceReport,
}

/// Every appliance that reported within a day.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    seen: HashMap<ApplianceId, Seen>,
}

#[derive(Debug)]
struct Seen {
    report: ApplianceReport,
    heard: Duration,
    sending_mbps: f64,
    suspected_until: Duration,
}

impl Registry {
    /// Takes a report. `now` is monotonic.
    ///
    /// # Errors
    /// What is wrong with it, in words for the appliance's operator.
    pub(crate) fn hear(
        &mut self,
        appliance: &ApplianceId,
        report: ApplianceReport,
        now: Duration,
    ) -> Result<(), &'static str> {
        check(appliance, &report)?;
        self.seen
            .retain(|_, seen| now.saturating_sub(seen.heard) < FORGET);
        let full = self.seen.len() >= MAX_APPLIANCES;
        match self.seen.get_mut(appliance) {
            Some(seen) => seen.hear(report, now),
            None if full => return Err("there are as many appliances as one region takes"),
            None => {
                let seen = Seen {
                    report,
                    heard: now,
                    sending_mbps: 0.0,
                    suspected_until: Duration::ZERO,
                };
                self.seen.insert(appliance.clone(), seen);
            }
        }
        Ok(())
    }

    /// Clients failed on an appliance: it is ranked last for a while.
    pub(crate) fn suspect(&mut self, appliance: &ApplianceId, now: Duration) {
        if let Some(seen) = self.seen.get_mut(appliance) {
            seen.suspected_until = now + SUSPICION;
        }
    }

    /// Those a ranking may name.
    pub(crate) fn up(&self, now: Duration) -> Vec<Candidate> {
        let up = self
            .seen
            .iter()
            .filter(|(_, seen)| seen.state(now) != ApplianceState::Silent);
        let candidates = up.map(|(appliance, seen)| Candidate {
            appliance: appliance.clone(),
            base_url: seen.report.base_url.clone(),
            tier: seen.report.tier,
            load: seen.load(),
            suspected: seen.state(now) == ApplianceState::Suspected,
        });
        candidates.collect()
    }

    /// All of them, by name.
    pub(crate) fn views(&self, now: Duration) -> Vec<ApplianceView> {
        let views = self.seen.iter().map(|(appliance, seen)| ApplianceView {
            appliance: appliance.clone(),
            state: seen.state(now),
            heard_s_ago: now.saturating_sub(seen.heard).as_secs_f64(),
            sending_mbps: seen.sending_mbps,
            load: seen.load(),
            report: seen.report.clone(),
        });
        let mut views: Vec<_> = views.collect();
        views.sort_by(|a, b| a.appliance.cmp(&b.appliance));
        views
    }
}

impl Seen {
    fn hear(&mut self, report: ApplianceReport, now: Duration) {
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
        if elapsed > 0.0 || restarted {
            self.report = report;
            self.heard = now;
        }
    }

    fn state(&self, now: Duration) -> ApplianceState {
        if now.saturating_sub(self.heard) >= SILENCE {
            ApplianceState::Silent
        } else if now < self.suspected_until {
            ApplianceState::Suspected
        } else {
            ApplianceState::Up
        }
    }

    fn load(&self) -> f64 {
        self.sending_mbps / f64::from(self.report.capacity_mbps)
    }
}

fn check(appliance: &ApplianceId, report: &ApplianceReport) -> Result<(), &'static str> {
    let name = appliance.0.as_bytes();
    let letters = name
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    if name.is_empty() || name.len() > MAX_ID_BYTES || !letters {
        return Err("an appliance's id is 1 to 64 letters, digits and hyphens");
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
    use contracts_delivery::Tier;
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
        }
    }

    fn id() -> ApplianceId {
        ApplianceId("isp-1".to_owned())
    }

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn silence_puts_it_out_and_a_report_brings_it_back() {
        let mut registry = Registry::default();
        registry.hear(&id(), report(0), s(10)).unwrap();
        assert_eq!(registry.up(s(15)).len(), 1);
        assert_eq!(registry.up(s(16)), vec![]);
        assert_eq!(registry.views(s(16))[0].state, ApplianceState::Silent);
        registry.hear(&id(), report(0), s(20)).unwrap();
        assert_eq!(registry.up(s(20)).len(), 1);
    }

    #[test]
    fn load_follows_what_was_sent_between_reports_and_a_restart_clears_it() {
        let mut registry = Registry::default();
        registry.hear(&id(), report(0), s(0)).unwrap();
        // 25 MB in 2 s are 100 Mbit/s: all it can.
        registry.hear(&id(), report(25_000_000), s(2)).unwrap();
        registry.hear(&id(), report(50_000_000), s(4)).unwrap();
        let load = registry.up(s(4))[0].load;
        assert!((load - 0.75).abs() < 1e-9, "{load}");
        let restarted = ApplianceReport {
            started_at: Timestamp::from_millis(9),
            ..report(7)
        };
        registry.hear(&id(), restarted, s(6)).unwrap();
        assert!(registry.up(s(6))[0].load.abs() < 1e-9);
    }

    #[test]
    fn a_suspected_appliance_recovers_with_time() {
        let mut registry = Registry::default();
        registry.hear(&id(), report(0), s(0)).unwrap();
        registry.suspect(&id(), s(1));
        assert!(registry.up(s(2))[0].suspected);
        registry.hear(&id(), report(0), s(31)).unwrap();
        assert!(!registry.up(s(31))[0].suspected);
    }

    #[test]
    fn bad_reports_are_refused_with_a_reason() {
        let mut registry = Registry::default();
        let slash = ApplianceReport {
            base_url: "http://host/x".parse().unwrap(),
            ..report(0)
        };
        let other = ApplianceReport {
            base_url: "file:///x/".parse().unwrap(),
            ..report(0)
        };
        let idle = ApplianceReport {
            capacity_mbps: 0,
            ..report(0)
        };
        for bad in [slash, other, idle] {
            assert!(registry.hear(&id(), bad, s(0)).is_err());
        }
        assert!(
            registry
                .hear(&ApplianceId("a/b".to_owned()), report(0), s(0))
                .is_err()
        );
        assert_eq!(registry.up(s(0)), vec![]);
    }
}
