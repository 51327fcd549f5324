//! What compaction collects: values that have expired, and the marks of deletions that no late write can need.
//!
//! An expired value still stands in the way of older writes that arrive late. It is kept, without its bytes,
//! until [`TOMBSTONE_GRACE`] after its own stamp: whatever is older has arrived by then. What is collected
//! leaves a tombstone of the tree's own, which hides older versions in deeper levels and goes with the last.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use fjall::compaction::filter::{
    CompactionFilter, CompactionFilterResult, Context, Factory, ItemAccessor, Verdict,
};
use platform_clock::{SharedClock, Timestamp};

use super::{ROWS, row};
use crate::limits::TOMBSTONE_GRACE;

/// Gives a keyspace its filter, by its name.
pub(super) type Filters = Arc<dyn Fn(&str) -> Option<Arc<dyn Factory>> + Send + Sync>;

/// A filter for each keyspace of rows.
pub(super) fn filters(clock: SharedClock) -> Filters {
    let clock = AssertUnwindSafe(clock);
    Arc::new(move |keyspace| {
        let is_rows = keyspace.strip_prefix(ROWS)?.starts_with('.');
        let clock = AssertUnwindSafe(Arc::clone(&clock));
        is_rows.then(|| Arc::new(Collectors { clock }) as Arc<dyn Factory>)
    })
}

struct Collectors {
    clock: AssertUnwindSafe<SharedClock>,
}

impl Factory for Collectors {
    fn name(&self) -> &'static str {
        "marquee-rows"
    }

    fn make_filter(&self, _ctx: &Context) -> Box<dyn CompactionFilter> {
        Box::new(Collector {
            now: self.clock.now(),
        })
    }
}

struct Collector {
    now: Timestamp,
}

impl CompactionFilter for Collector {
    fn filter_item(&mut self, item: ItemAccessor<'_>, _ctx: &Context) -> CompactionFilterResult {
        Ok(match fate(&item.value()?, self.now) {
            Fate::Kept => Verdict::Keep,
            Fate::Shrunk(row) => Verdict::ReplaceValue(row.into()),
            Fate::Gone => Verdict::Remove,
        })
    }
}

/// What becomes of a row in a compaction.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    Kept,
    /// Only the mark of a deletion stays.
    Shrunk(Vec<u8>),
    Gone,
}

fn fate(stored: &[u8], now: Timestamp) -> Fate {
    // A row that no version wrote is for a reader to complain of.
    let Some(header) = row::header(stored) else {
        return Fate::Kept;
    };
    if header.moment.is_none_or(|moment| moment > now) {
        return Fate::Kept;
    }
    let collect = header.stamp.moment().plus(TOMBSTONE_GRACE);
    if header.is_tombstone || collect <= now {
        return Fate::Gone;
    }
    Fate::Shrunk(row::encode_tombstone(header.stamp, collect))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use platform_clock::ManualClock;

    use super::*;
    use crate::cell::Stored;
    use crate::{Durability, Engine as _, FjallEngine, Mutation, Stamp, TableKind};

    const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    #[test]
    fn a_deletion_is_collected_after_its_grace() {
        let deleted = row::encode(&Stored::Tombstone(Stamp::at(START)), START);
        let grace = START.plus(TOMBSTONE_GRACE);
        assert_eq!(fate(&deleted, START), Fate::Kept);
        assert_eq!(fate(&deleted, grace), Fate::Gone);
    }

    #[test]
    fn an_expired_value_becomes_a_deletion_until_its_grace_ends() {
        let expires = START.plus(Duration::from_hours(1));
        let grace = START.plus(TOMBSTONE_GRACE);
        let value = row::encode_value(Stamp::at(START), Some(expires), b"value");
        assert_eq!(fate(&value, START), Fate::Kept);
        let Fate::Shrunk(mark) = fate(&value, expires) else {
            panic!("an expired value loses its bytes");
        };
        let header = row::header(&mark).unwrap();
        assert!(header.is_tombstone && header.stamp == Stamp::at(START));
        assert_eq!(fate(&mark, expires), Fate::Kept);
        assert_eq!(fate(&mark, grace), Fate::Gone);
        assert_eq!(fate(&value, grace), Fate::Gone);
    }

    #[test]
    fn what_stays_and_what_cannot_be_read_is_kept() {
        let stays = row::encode_value(Stamp(0), None, b"value");
        for stored in [&stays[..], b"", b"\xff damaged"] {
            assert_eq!(fate(stored, Timestamp::from_millis(u64::MAX)), Fate::Kept);
        }
    }

    async fn put(engine: &FjallEngine, item: String, expires: Option<Timestamp>, stamp: Stamp) {
        let put = Mutation::Put {
            item: item.into(),
            value: vec![7; 1_000].into(),
            expires,
        };
        let written = engine.write("t", b"p", vec![put], stamp, Durability::Process);
        written.await.unwrap();
    }

    #[tokio::test]
    async fn what_has_expired_vanishes_from_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::at(START);
        let engine = FjallEngine::open_on(folder.path(), clock.clone())
            .await
            .unwrap();
        engine.open("t", TableKind::LastWriteWins).await.unwrap();
        let expires = START.plus(Duration::from_hours(1));
        for index in 0..200 {
            let expires = (index >= 10).then_some(expires);
            put(&engine, format!("{index:03}"), expires, engine.stamp()).await;
        }
        let rows = engine.table("t").unwrap().rows.clone();
        let compacted = || {
            rows.rotate_memtable_and_wait().unwrap();
            rows.major_compact().unwrap();
            (rows.len().unwrap(), rows.disk_space())
        };
        let (count, full) = compacted();
        assert_eq!(count, 200, "nothing has expired yet");
        clock.advance(Duration::from_hours(2));
        let (count, marks) = compacted();
        assert_eq!(count, 200, "marks stay in the way of late writes");
        assert!(marks < full, "without their bytes: {marks} of {full}");
        put(&engine, "100".into(), None, Stamp::at(START).before()).await;
        let late = engine.get("t", b"p", b"100").await.unwrap();
        assert_eq!(late, None, "a write older than what expired stays unseen");
        clock.advance(TOMBSTONE_GRACE);
        let (count, _) = compacted();
        assert_eq!(count, 10, "after the grace nothing is left");
    }
}
