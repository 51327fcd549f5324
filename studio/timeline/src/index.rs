//! Which events meet an interval and a region.

use crate::{Event, Interval, Region};

/// A look-up over events in order of their start: a complete binary tree over them, each node of which
/// knows the latest end below it. A query costs the logarithm of the events for each one it finds.
#[derive(Debug)]
pub struct Index<'a> {
    events: &'a [Event],
    /// The tree's nodes: the root is 1, the children of `n` are `2n` and `2n + 1`, leaves come last.
    latest: Vec<u64>,
    leaves: usize,
}

impl<'a> Index<'a> {
    /// Over events in order of their start.
    pub(crate) fn new(events: &'a [Event]) -> Self {
        let leaves = events.len().next_power_of_two();
        let mut latest = vec![0; 2 * leaves];
        for (at, event) in events.iter().enumerate() {
            latest[leaves + at] = event.interval.end_ms();
        }
        for node in (1..leaves).rev() {
            latest[node] = latest[2 * node].max(latest[2 * node + 1]);
        }
        Self {
            events,
            latest,
            leaves,
        }
    }

    /// The events that have a moment in common with `interval`, in order of their start.
    pub fn during(&self, interval: Interval) -> Vec<&'a Event> {
        let started = self
            .events
            .partition_point(|event| event.interval.start_ms() < interval.end_ms());
        let mut found = Vec::new();
        // Nodes still to be looked at, the leftmost on top; never more than two for each level.
        let mut nodes = vec![(1_usize, 0_usize, self.leaves)];
        while let Some((node, first, width)) = nodes.pop() {
            if first >= started || self.latest[node] <= interval.start_ms() {
                continue;
            }
            if width == 1 {
                found.push(&self.events[first]);
                continue;
            }
            let half = width / 2;
            nodes.push((2 * node + 1, first + half, half));
            nodes.push((2 * node, first, half));
        }
        found
    }

    /// The events with a region that meet both `interval` and `region`, in order of their start.
    pub fn within(&self, interval: Interval, region: Region) -> Vec<&'a Event> {
        let mut found = self.during(interval);
        found.retain(|event| event.region.is_some_and(|place| place.meets(region)));
        found
    }
}

#[cfg(test)]
mod tests;
