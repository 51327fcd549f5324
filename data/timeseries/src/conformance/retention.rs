//! Slices: their end, and their layout.

use std::time::Duration;

use platform_clock::Clock as _;

use super::{Trial, event, micros, read_all, record};
use crate::{NamespaceConfig, ReadQuery, SharedEngine, TimeRange, TimeSeriesError};

const DAY: Duration = Duration::from_hours(24);

pub(super) async fn slices_are_dropped_whole(
    engine: &SharedEngine,
    run: &str,
) -> Result<(), TimeSeriesError> {
    let config = NamespaceConfig {
        retention: 2 * DAY,
        ..NamespaceConfig::default()
    };
    let trial = Trial::new(engine, (run, "drop"), config).await?;
    let (store, namespace) = (&trial.store, trial.namespace.as_str());
    let old = event(trial.now(), "old", "v");
    trial.write(&[record("s", &old)]).await?;
    let other = trial.another().await?;
    let all = ReadQuery::over(TimeRange::ALL);
    assert_eq!(
        read_all(&other, (namespace, "s"), &all).await?,
        std::slice::from_ref(&old)
    );
    trial.clock.advance(DAY + DAY / 2);
    let new = event(trial.now(), "new", "v");
    trial.write(&[record("s", &new)]).await?;
    let both = [old, new.clone()];
    assert_eq!(trial.all("s").await?, both, "a range spans slices");
    assert_eq!(
        read_all(&other, (namespace, "s"), &all).await?,
        both,
        "in every process"
    );
    assert_eq!(
        store.maintain(namespace, trial.clock.now()).await?.dropped,
        0
    );
    trial.clock.advance(DAY / 2 + micros(1_000));
    assert_eq!(
        trial.all("s").await?,
        std::slice::from_ref(&new),
        "what is past its retention is not read"
    );
    assert_eq!(
        store.maintain(namespace, trial.clock.now()).await?.dropped,
        0,
        "and kept a while"
    );
    trial.clock.advance(DAY);
    assert_eq!(
        store.maintain(namespace, trial.clock.now()).await?.dropped,
        1
    );
    assert_eq!(
        store.maintain(namespace, trial.clock.now()).await?.dropped,
        0,
        "dropped once"
    );
    assert_eq!(
        trial.all("s").await?,
        std::slice::from_ref(&new),
        "reads go on"
    );
    let found = read_all(&other, (namespace, "s"), &all).await?;
    assert_eq!(found, [new], "in a process that did not drop it too");
    Ok(())
}

pub(super) async fn a_slice_keeps_the_layout_it_was_made_with(
    engine: &SharedEngine,
    run: &str,
) -> Result<(), TimeSeriesError> {
    let config = NamespaceConfig {
        target_partition_bytes: 500,
        split_over_bytes: 1 << 30,
        ..NamespaceConfig::default()
    };
    let trial = Trial::new(engine, (run, "layout"), config).await?;
    let (store, namespace) = (&trial.store, trial.namespace.as_str());
    let write = async || {
        for nth in 0..60_u32 {
            let series = format!("s{}", nth % 6);
            let time = trial.now().minus(Duration::from_secs(1 + u64::from(nth)));
            trial
                .write(&[record(
                    &series,
                    &event(time, &nth.to_string(), vec![b'v'; 200]),
                )])
                .await?;
        }
        Ok::<_, TimeSeriesError>(())
    };
    write().await?;
    let first_day = trial.now();
    assert_eq!(
        store
            .maintain(namespace, trial.clock.now())
            .await?
            .next_layout,
        None
    );
    trial.clock.advance(DAY);
    let changed = store
        .maintain(namespace, trial.clock.now())
        .await?
        .next_layout;
    let next = changed.expect("partitions four times too wide change the next layout");
    assert!(next.time_bucket() < Duration::from_mins(30), "{next:?}");
    let again = store
        .maintain(namespace, trial.clock.now())
        .await?
        .next_layout;
    assert_eq!(again, None, "a slice is taken into account once");
    let sizes = store.observed_sizes(namespace, first_day).await?;
    assert_eq!(sizes.partitions(), 6, "sizes are kept by slice");
    write().await?;
    let other = trial.another().await?;
    for series in ["s0", "s5"] {
        let found = trial.all(series).await?;
        assert_eq!(found.len(), 20, "slices of two layouts are one series");
        assert!(found.is_sorted_by_key(|event| event.time));
        let all = ReadQuery::over(TimeRange::ALL).events(3);
        assert_eq!(read_all(&other, (namespace, series), &all).await?, found);
    }
    Ok(())
}
