//! A split's stored record, and the phases it goes through.

use bytes::Bytes;
use platform_clock::Timestamp;
use serde::{Deserialize, Serialize};

use super::parts::{Parts, Planner};
use super::totals::Totals;

/// The state of one split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SplitRecord {
    pub(crate) phase: Phase,
    /// The plan; it never changes once made, so that rows are copied to the same places again.
    pub(crate) parts: Option<Parts>,
    /// Whether reads go to the parts. Once so, for ever.
    pub(crate) routed: bool,
    /// What the original came to when it was last read whole.
    pub(crate) totals: Totals,
    /// How often the parts did not come to the same.
    pub(crate) attempts: u32,
}

/// What is to be done next, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Phase {
    /// The original is read, and its parts are planned.
    Planning(Planner),
    /// The original is copied, so far up to this row.
    Copying(Option<Bytes>),
    /// The parts are read back.
    Verifying(Verified),
    /// Reads were re-routed at this moment (milliseconds); the original waits for its removal.
    Settling(u64),
    /// The original is read once more, to find what was written to it after it was read last.
    Rechecking(Checked),
    /// The original is removed.
    Removing,
    /// Reads go to the parts, and the original is gone.
    Done,
    /// The partition is not wide: left as it is, and not looked at again.
    Small,
    /// The parts came to something else each time; a person must look. The original stands.
    Failed,
}

/// How far the parts were read back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Verified {
    pub(crate) part: u32,
    pub(crate) last: Option<Bytes>,
    pub(crate) totals: Totals,
}

/// How far the original was read again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Checked {
    pub(crate) last: Option<Bytes>,
    pub(crate) totals: Totals,
}

impl Default for Verified {
    fn default() -> Self {
        Self {
            part: 1,
            last: None,
            totals: Totals::default(),
        }
    }
}

impl SplitRecord {
    /// A split that begins.
    pub(crate) fn new() -> Self {
        Self {
            phase: Phase::Planning(Planner::default()),
            parts: None,
            routed: false,
            totals: Totals::default(),
            attempts: 0,
        }
    }

    /// Whether nothing is left to do.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Done | Phase::Small | Phase::Failed)
    }

    /// The parts that reads go to.
    pub(crate) fn route(&self) -> Option<&Parts> {
        self.parts.as_ref().filter(|_| self.routed)
    }

    /// After the original was read for the first time.
    pub(crate) fn planned(&self, totals: Totals, parts: Option<Parts>) -> Self {
        let phase = match parts {
            Some(_) => Phase::Copying(None),
            None => Phase::Small,
        };
        Self {
            parts,
            totals,
            ..self.to(phase)
        }
    }

    /// After the parts were read back: reads are re-routed only if they come to what the original did.
    pub(crate) fn verified(&self, found: Totals, now: Timestamp, most_attempts: u32) -> Self {
        if found == self.totals {
            return Self {
                routed: true,
                ..self.to(Phase::Settling(now.millis()))
            };
        }
        let attempts = self.attempts + 1;
        let phase = if attempts < most_attempts {
            Phase::Rechecking(Checked::default())
        } else {
            Phase::Failed
        };
        Self {
            attempts,
            ..self.to(phase)
        }
    }

    /// After the original was read again: it goes if it is what the parts were compared with.
    pub(crate) fn rechecked(&self, found: Totals) -> Self {
        if self.routed && found == self.totals {
            return self.to(Phase::Removing);
        }
        Self {
            totals: found,
            ..self.to(Phase::Copying(None))
        }
    }

    /// The same in another phase.
    pub(crate) fn to(&self, phase: Phase) -> Self {
        Self {
            phase,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meta;

    fn totals(rows: u64) -> Totals {
        Totals {
            rows,
            ..Totals::default()
        }
    }

    #[test]
    fn reads_are_rerouted_only_when_the_parts_come_to_the_same() {
        let now = Timestamp::from_millis(5);
        let planned = SplitRecord::new().planned(totals(3), Some(Parts::EventBuckets(2)));
        assert_eq!(planned.route(), None);
        let verified = planned.verified(totals(3), now, 3);
        assert_eq!(verified.phase, Phase::Settling(5));
        assert!(verified.route().is_some());
        let differs = planned.verified(totals(2), now, 3);
        assert!(!differs.routed && matches!(differs.phase, Phase::Rechecking(_)));
        let again = differs.rechecked(totals(3));
        assert_eq!(
            again.phase,
            Phase::Copying(None),
            "copied again, and not removed"
        );
        let given_up = SplitRecord {
            attempts: 2,
            ..again
        }
        .verified(totals(2), now, 3);
        assert!(given_up.phase == Phase::Failed && given_up.route().is_none());
    }

    #[test]
    fn the_original_goes_only_when_it_did_not_change() {
        let routed = SplitRecord::new()
            .planned(totals(3), Some(Parts::EventBuckets(2)))
            .verified(totals(3), Timestamp::from_millis(5), 3);
        assert_eq!(routed.rechecked(totals(3)).phase, Phase::Removing);
        let straggler = routed.rechecked(totals(4));
        assert_eq!(straggler.phase, Phase::Copying(None));
        assert!(straggler.routed && straggler.totals == totals(4));
    }

    #[test]
    fn a_record_of_this_version_is_read_later() {
        let parts = Parts::Cuts(vec![Bytes::from_static(b"cut")]);
        let record = SplitRecord::new().planned(totals(3), Some(parts));
        let stored = [1, 1, 0, 1, 0, 1, 3, b'c', b'u', b't', 0, 3, 0, 0, 0];
        assert_eq!(meta::encode(&record), stored[..]);
        assert_eq!(meta::decode::<SplitRecord>(&stored).unwrap(), record);
    }
}
