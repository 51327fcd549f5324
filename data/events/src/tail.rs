//! A topic read by one reader on its own, again and again from where it was left.

use std::collections::HashMap;

use crate::{Event, EventError, Offset, SharedLog};

/// Most events read at once.
const PAGE: usize = 1_000;

/// Reads every partition of one topic. It joins no group and commits nothing: after a restart it begins with the
/// first event that the topic still holds. For readers that keep what they read in memory.
#[derive(Debug)]
pub struct Tail {
    topic: &'static str,
    next: HashMap<u32, Offset>,
}

impl Tail {
    /// A reader of `topic` that has read nothing yet.
    pub fn new(topic: &'static str) -> Self {
        Self {
            topic,
            next: HashMap::new(),
        }
    }

    /// Gives `take` what was appended since the last call, of each partition in order. What was retired unread is
    /// passed over, and a topic that is not there has nothing to say.
    ///
    /// # Errors
    /// [`EventError`]; what `take` was given is not given again.
    pub async fn catch_up(
        &mut self,
        log: &SharedLog,
        mut take: impl FnMut(&Event),
    ) -> Result<(), EventError> {
        let partitions = match log.partitions(self.topic).await {
            Err(EventError::UnknownTopic(_)) => return Ok(()),
            partitions => partitions?,
        };
        for partition in 0..partitions {
            let ends = log.ends(self.topic, partition).await?;
            let next = self.next.entry(partition).or_insert(ends.first);
            *next = (*next).max(ends.first);
            while *next < ends.next {
                let page = log.read(self.topic, partition, *next, PAGE).await?;
                let Some(last) = page.last() else { break };
                *next = Offset(last.offset.0 + 1);
                page.iter().for_each(&mut take);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use platform_clock::SystemClock;

    use super::*;
    use crate::{Log as _, MemoryLog, TopicSettings};

    #[tokio::test]
    async fn every_event_is_read_once_and_a_topic_may_come_later() {
        let log = Arc::new(MemoryLog::new(SystemClock::shared()));
        let shared: SharedLog = Arc::clone(&log) as _;
        let (mut tail, mut read) = (Tail::new("films"), Vec::new());
        tail.catch_up(&shared, |_| unreachable!("there is no topic"))
            .await
            .unwrap();
        log.create("films", &TopicSettings::partitions(3))
            .await
            .unwrap();
        for round in [0..5_u8, 5..5, 5..12] {
            for number in round.clone() {
                let payload = vec![number].into();
                log.append("films", vec![number].into(), payload)
                    .await
                    .unwrap();
            }
            tail.catch_up(&shared, |event| read.push(event.payload[0]))
                .await
                .unwrap();
            read.sort_unstable();
            assert_eq!(read, (0..round.end).collect::<Vec<u8>>());
        }
    }
}
