//! What every log promises, as one suite that each log's tests run.
//!
//! [`suite`] creates topics and groups of its own and panics at the first promise that is not kept.

mod appends;
mod groups;
mod reads;
mod topics;

use std::time::Duration;

use crate::{EventError, SharedLog, TopicSettings};

/// Longer than any log needs, so that one that hangs fails.
const PATIENCE: Duration = Duration::from_mins(3);

/// A log, and the prefix that keeps this run's names apart from other runs' on a server that remembers.
struct Subject {
    log: SharedLog,
    prefix: String,
}

impl Subject {
    /// A name that no other check uses.
    fn name(&self, what: &str) -> String {
        format!("{}.{what}", self.prefix)
    }

    /// Creates a topic and gives its name.
    async fn topic(&self, what: &str, partitions: u32) -> Result<String, EventError> {
        let topic = self.name(what);
        let settings = TopicSettings::partitions(partitions);
        self.log.create(&topic, &settings).await?;
        Ok(topic)
    }
}

/// Runs every check on names that begin with `prefix`, which no earlier run on the same server had.
///
/// # Panics
/// When the log breaks a promise; the message says which.
pub async fn suite(log: SharedLog, prefix: &str) {
    let prefix = prefix.to_owned();
    let subject = Subject { log, prefix };
    let checks = async {
        topics::are_created_once(&subject).await?;
        topics::names_and_settings_are_checked(&subject).await?;
        topics::unknown_ones_are_refused(&subject).await?;
        appends::are_read_in_order(&subject).await?;
        appends::of_a_key_keep_to_one_partition(&subject).await?;
        appends::that_meet_all_stand(&subject).await?;
        appends::carry_time_and_origin(&subject).await?;
        appends::are_checked(&subject).await?;
        reads::are_bounded(&subject).await?;
        reads::outside_of_a_partition_are_refused(&subject).await?;
        reads::wait_for_what_comes(&subject).await?;
        groups::share_a_topic(&subject).await?;
        groups::fence_what_is_over(&subject).await?;
        groups::remember_positions_apart(&subject).await?;
        groups::deliver_everything_at_least_once(&subject).await
    };
    let checked = tokio::time::timeout(PATIENCE, checks).await;
    checked
        .expect("the log answers within minutes")
        .expect("the log answers every call of the suite");
}
