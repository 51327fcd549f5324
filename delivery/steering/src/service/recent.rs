//! What was decided lately, from the log.

use data_events::{Event, EventError, Offset};

use super::SteeringService;
use crate::event::STEERING_TOPIC;

impl SteeringService {
    /// The latest decisions of the log, at most `limit`, in the order they were made: a line of JSON each, as
    /// [`crate::DecisionEvent`] reads it.
    pub async fn decisions(&self, limit: usize) -> Result<String, EventError> {
        let log = &self.inner.log;
        let mut latest: Vec<Event> = Vec::new();
        for partition in 0..log.partitions(STEERING_TOPIC).await? {
            let ends = log.ends(STEERING_TOPIC, partition).await?;
            let from = ends.next.0.saturating_sub(limit as u64);
            let mut next = ends.first.max(Offset(from));
            while next < ends.next {
                let page = log.read(STEERING_TOPIC, partition, next, limit).await?;
                let Some(last) = page.last() else { break };
                next = Offset(last.offset.0 + 1);
                latest.extend(page);
            }
        }
        latest.sort_by_key(|event| event.at);
        let skipped = latest.len().saturating_sub(limit);
        let mut lines = String::new();
        for event in &latest[skipped..] {
            lines.push_str(&String::from_utf8_lossy(&event.payload));
            lines.push('\n');
        }
        Ok(lines)
    }
}
