//! With whom work failed last, for as long as it may be offered again.

use std::collections::{HashMap, VecDeque};

use crate::limits::FAILURES_KEPT;

/// The newest failures. Nobody says that some work is never offered again, so that older ones are
/// forgotten: at worst a chunk meets the same worker twice.
#[derive(Debug, Default)]
pub(super) struct Failures {
    worker_of: HashMap<String, String>,
    /// Names by age, the oldest first; each of the map once.
    names: VecDeque<String>,
}

impl Failures {
    /// Whether this work failed with this worker last.
    pub(super) fn with(&self, name: &str, worker: &str) -> bool {
        self.worker_of.get(name).is_some_and(|last| last == worker)
    }

    pub(super) fn add(&mut self, name: String, worker: String) {
        self.forget(&name);
        while self.names.len() >= FAILURES_KEPT {
            let Some(oldest) = self.names.pop_front() else {
                break;
            };
            self.worker_of.remove(&oldest);
        }
        self.names.push_back(name.clone());
        self.worker_of.insert(name, worker);
    }

    /// The work was done.
    pub(super) fn forget(&mut self, name: &str) {
        if self.worker_of.remove(name).is_some() {
            self.names.retain(|other| other != name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_failures_are_kept() {
        let mut failures = Failures::default();
        for number in 0..3 * FAILURES_KEPT {
            failures.add(format!("chunk {number}"), "worker".to_owned());
            failures.add("again".to_owned(), "worker".to_owned());
        }
        assert_eq!(failures.worker_of.len(), FAILURES_KEPT);
        assert_eq!(failures.names.len(), FAILURES_KEPT);
        assert!(failures.with("again", "worker") && !failures.with("again", "other"));
        assert!(!failures.with("chunk 0", "worker"));
        failures.forget("again");
        assert!(!failures.with("again", "worker"));
        assert_eq!(failures.names.len(), failures.worker_of.len());
    }
}
