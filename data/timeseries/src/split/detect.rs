//! Reports of wide partitions, from reads to the splitting.

use std::collections::{HashSet, VecDeque};

use bytes::Bytes;
use parking_lot::Mutex;

use crate::limits::{MAX_DETECTIONS, MAX_REMEMBERED_DETECTIONS};

/// A partition that a read found wide.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Detection {
    /// The namespace.
    pub namespace: String,
    /// The slice's number.
    pub slice: u64,
    /// The partition's key.
    pub partition: Bytes,
}

/// Where reads report wide partitions, and where the splitting takes the reports from.
///
/// Reports may be lost and may come twice: a partition that stays wide is reported again, and a split that
/// exists is not begun again.
pub trait Detections: Send + Sync + std::fmt::Debug {
    /// Takes a report, at once.
    fn report(&self, detection: Detection);

    /// Hands over the oldest reports about a namespace, at most `at_most`.
    fn take(&self, namespace: &str, at_most: usize) -> Vec<Detection>;

    /// Forgets what was reported of a namespace, so that it can be reported again.
    fn forget(&self, namespace: &str);
}

/// Reports in memory, bounded, each once. The splitting writes them to the engine when it takes them.
#[derive(Debug, Default)]
pub struct DetectionQueue(Mutex<Queue>);

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Detection>,
    seen: HashSet<Detection>,
}

impl Detections for DetectionQueue {
    fn report(&self, detection: Detection) {
        let mut queue = self.0.lock();
        if queue.waiting.len() >= MAX_DETECTIONS || queue.seen.contains(&detection) {
            return;
        }
        if queue.seen.len() >= MAX_REMEMBERED_DETECTIONS {
            queue.seen.clear();
        }
        queue.seen.insert(detection.clone());
        queue.waiting.push_back(detection);
    }

    fn take(&self, namespace: &str, at_most: usize) -> Vec<Detection> {
        let mut queue = self.0.lock();
        let mut taken = Vec::new();
        queue.waiting.retain(|detection| {
            let take = taken.len() < at_most && detection.namespace == namespace;
            if take {
                taken.push(detection.clone());
            }
            !take
        });
        taken
    }

    fn forget(&self, namespace: &str) {
        let mut queue = self.0.lock();
        queue.seen.retain(|seen| seen.namespace != namespace);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detection(namespace: &str, slice: u64) -> Detection {
        Detection {
            namespace: namespace.to_owned(),
            slice,
            partition: Bytes::from_static(b"p"),
        }
    }

    #[test]
    fn a_partition_is_reported_once_until_forgotten() {
        let queue = DetectionQueue::default();
        for _ in 0..3 {
            queue.report(detection("plays", 1));
        }
        queue.report(detection("other", 1));
        assert_eq!(queue.take("plays", 10), [detection("plays", 1)]);
        queue.report(detection("plays", 1));
        assert_eq!(queue.take("plays", 10), []);
        queue.forget("plays");
        queue.report(detection("plays", 1));
        assert_eq!(queue.take("plays", 10).len(), 1);
        assert_eq!(queue.take("other", 10).len(), 1);
    }

    #[test]
    fn the_queue_is_bounded() {
        let queue = DetectionQueue::default();
        (0..2 * MAX_DETECTIONS as u64).for_each(|slice| queue.report(detection("plays", slice)));
        assert_eq!(queue.take("plays", 10).len(), 10);
        assert_eq!(queue.take("plays", usize::MAX).len(), MAX_DETECTIONS - 10);
    }
}
