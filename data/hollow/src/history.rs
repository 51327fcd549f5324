//! The versions a consumer has heard of, and the cheapest way from one to another: a pure decision.

use std::collections::{BTreeMap, HashSet};

use data_objects::ContentHash;

use crate::announcement::{Announcement, Step};
use crate::limits::{MAX_HISTORY, STEPS_PER_SNAPSHOT};

/// A version's blobs and where it was announced.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    step: Option<Step>,
    snapshot: Option<ContentHash>,
    place: u64,
}

/// Versions heard of, the newest ones.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    versions: BTreeMap<u64, Known>,
    pub(crate) highest: u64,
}

/// A way to a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Way {
    /// The snapshot to begin with; absent to begin where one is.
    pub(crate) snapshot: Option<(u64, ContentHash)>,
    /// The deltas to apply then, with the version each leads to.
    pub(crate) deltas: Vec<(ContentHash, u64)>,
}

impl History {
    /// Takes note of an announcement. Hearing it twice is fine.
    pub(crate) fn learn(&mut self, place: u64, told: &Announcement) {
        self.highest = self.highest.max(told.highest);
        if told.step.is_none() && told.snapshot.is_none() {
            return;
        }
        let known = self.versions.entry(told.version).or_default();
        *known = Known {
            step: told.step.or(known.step),
            snapshot: told.snapshot.or(known.snapshot),
            place,
        };
        if self.versions.len() > MAX_HISTORY {
            self.versions.pop_first();
        }
    }

    /// The version it was made from.
    pub(crate) fn parent(&self, version: u64) -> Option<u64> {
        Some(self.versions.get(&version)?.step?.from)
    }

    /// A version and those it was made from, the latest first.
    fn line(&self, version: u64) -> impl Iterator<Item = u64> {
        std::iter::successors(Some(version), |version| self.parent(*version))
    }

    /// The cheapest way from version `at` to `to` that needs none of the `bad` blobs.
    pub(crate) fn way(&self, at: u64, to: u64, bad: &HashSet<ContentHash>) -> Option<Way> {
        let backs = self.steps_back(at, bad);
        let mut best: Option<(usize, Way)> = None;
        let mut forward = Vec::new();
        let mut node = to;
        loop {
            let ahead = || forward.iter().rev().copied();
            let mut offer = |cost: usize, way: Way| {
                if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                    best = Some((cost, way));
                }
            };
            if let Some(place) = (node == at).then_some(0).or_else(|| {
                let found = backs.iter().position(|(_, version)| *version == node)?;
                Some(found + 1)
            }) {
                let deltas: Vec<_> = backs[..place].iter().copied().chain(ahead()).collect();
                let way = Way {
                    snapshot: None,
                    deltas,
                };
                offer(way.deltas.len(), way);
            }
            let Some(known) = self.versions.get(&node) else {
                break;
            };
            if let Some(snapshot) = known.snapshot.filter(|blob| !bad.contains(blob)) {
                let way = Way {
                    snapshot: Some((node, snapshot)),
                    deltas: ahead().collect(),
                };
                offer(way.deltas.len() + STEPS_PER_SNAPSHOT, way);
            }
            let Some(step) = known.step.filter(|step| !bad.contains(&step.delta)) else {
                break;
            };
            forward.push((step.delta, node));
            node = step.from;
        }
        best.map(|(_, way)| way)
    }

    fn steps_back(&self, at: u64, bad: &HashSet<ContentHash>) -> Vec<(ContentHash, u64)> {
        let steps = self
            .line(at)
            .map_while(|version| self.versions.get(&version)?.step);
        steps
            .map(|step| (step.back, step.from))
            .take_while(|(blob, _)| !bad.contains(blob))
            .collect()
    }

    /// How many deltas a version is from a snapshot, and where that snapshot was announced.
    pub(crate) fn since_snapshot(&self, version: u64) -> Option<(usize, u64)> {
        self.line(version).enumerate().find_map(|(steps, version)| {
            let known = self.versions.get(&version)?;
            known.snapshot.map(|_| (steps, known.place))
        })
    }

    /// Forgets versions but the newest `kept`, `current`, and those on the way from a snapshot to any of them;
    /// gives the forgotten ones' blobs.
    pub(crate) fn forget_old(&mut self, current: u64, kept: usize) -> Vec<ContentHash> {
        let newest = self.versions.keys().rev().take(kept).copied();
        let mut needed = HashSet::new();
        for version in newest.chain([current]) {
            let steps = self.since_snapshot(version).map_or(0, |(steps, _)| steps);
            needed.extend(self.line(version).take(steps + 1));
        }
        let mut blobs = Vec::new();
        self.versions.retain(|version, known| {
            let keep = needed.contains(version);
            if !keep {
                blobs.extend(known.snapshot);
                blobs.extend(known.step.iter().flat_map(|step| [step.delta, step.back]));
            }
            keep
        });
        blobs
    }

    /// Snapshots, the newest version first.
    pub(crate) fn snapshots(&self) -> Vec<(u64, ContentHash)> {
        let versions = self.versions.iter().rev();
        versions
            .filter_map(|(version, known)| Some((*version, known.snapshot?)))
            .collect()
    }

    /// Where the oldest version still known was announced.
    pub(crate) fn oldest_place(&self) -> u64 {
        let places = self.versions.values().map(|known| known.place);
        places.min().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::announcement::FORMAT;

    fn blob(name: &str) -> ContentHash {
        ContentHash::of(name.as_bytes())
    }

    fn told(version: u64, from: Option<u64>, snapshot: bool) -> Announcement {
        Announcement {
            format: FORMAT,
            version,
            highest: version,
            step: from.map(|from| Step {
                from,
                delta: blob(&format!("{from}>{version}")),
                back: blob(&format!("{version}>{from}")),
            }),
            snapshot: snapshot.then(|| blob(&version.to_string())),
            records: 0,
        }
    }

    /// 1 > 2 > 3 > 4, back to 2, 2 > 5 > 6; snapshots of 1 and 5.
    fn history() -> History {
        let mut history = History::default();
        let line = [
            (1, None),
            (2, Some(1)),
            (3, Some(2)),
            (4, Some(3)),
            (5, Some(2)),
            (6, Some(5)),
        ];
        for (place, (version, from)) in (0..).zip(line) {
            history.learn(place, &told(version, from, matches!(version, 1 | 5)));
        }
        history
    }

    fn way(at: u64, to: u64, bad: &[&str]) -> Option<(Option<u64>, Vec<u64>)> {
        let bad = bad.iter().map(|name| blob(name)).collect();
        let way = history().way(at, to, &bad)?;
        let versions = way.deltas.iter().map(|(_, version)| *version).collect();
        Some((way.snapshot.map(|(version, _)| version), versions))
    }

    #[test]
    fn deltas_lead_forward_back_and_across() {
        assert_eq!(way(1, 3, &[]), Some((None, vec![2, 3])));
        assert_eq!(way(4, 2, &[]), Some((None, vec![3, 2])));
        assert_eq!(way(4, 6, &[]), Some((None, vec![3, 2, 5, 6])));
        assert_eq!(way(4, 4, &[]), Some((None, vec![])));
    }

    #[test]
    fn a_snapshot_is_taken_when_it_must_be() {
        assert_eq!(way(0, 6, &[]), Some((Some(5), vec![6])));
        assert_eq!(way(4, 6, &["4>3"]), Some((Some(5), vec![6])));
        assert_eq!(way(4, 6, &["2>5"]), Some((Some(5), vec![6])));
        assert_eq!(way(0, 6, &["5"]), Some((Some(1), vec![2, 5, 6])));
        assert_eq!(way(0, 6, &["5", "1"]), None);
        assert_eq!(way(0, 6, &["5>6"]), None);
        assert_eq!(way(0, 9, &[]), None);
    }

    #[test]
    fn a_snapshot_is_taken_when_it_is_cheaper() {
        let mut history = History::default();
        history.learn(0, &told(1, None, true));
        for version in 2..100 {
            history.learn(version, &told(version, Some(version - 1), version == 90));
        }
        let way = history.way(1, 99, &HashSet::new()).unwrap();
        assert_eq!(
            (way.snapshot.map(|it| it.0), way.deltas.len()),
            (Some(90), 9)
        );
        let way = history.way(80, 99, &HashSet::new()).unwrap();
        assert_eq!((way.snapshot, way.deltas.len()), (None, 19));
    }

    #[test]
    fn what_is_needed_is_not_forgotten() {
        let mut history = history();
        let blobs = history.forget_old(6, 1);
        assert!(blobs.contains(&blob("1")) && blobs.contains(&blob("2>1")));
        assert!(!blobs.contains(&blob("5")) && !blobs.contains(&blob("5>6")));
        assert_eq!(history.since_snapshot(6), Some((1, 4)));
        assert!(!history.versions.contains_key(&2) && history.versions.contains_key(&5));
    }
}
