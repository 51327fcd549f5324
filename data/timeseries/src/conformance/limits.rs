//! Bad input.

use std::time::Duration;

use super::{Trial, event, record};
use crate::limits::{MAX_EVENT_BYTES, MAX_EVENT_ID_BYTES, MAX_EVENT_ITEMS, MAX_SERIES_ID_BYTES};
use crate::{
    Event, EventItem, EventTime, NamespaceConfig, ReadQuery, SharedEngine, TimeRange,
    TimeSeriesError,
};

pub(super) async fn what_cannot_be_taken_is_refused_in_words(
    engine: &SharedEngine,
    run: &str,
) -> Result<(), TimeSeriesError> {
    let trial = Trial::new(engine, (run, "limits"), NamespaceConfig::default()).await?;
    let now = trial.now();
    let good = event(now, "good", "v");
    let items = (0..=MAX_EVENT_ITEMS)
        .map(|nth| EventItem::new(nth.to_string(), "v"))
        .collect();
    let too_large = [
        record("s", &event(now, "e", vec![0; MAX_EVENT_BYTES + 1])),
        record("s", &event(now, &"e".repeat(MAX_EVENT_ID_BYTES + 1), "v")),
        record("s", &Event::new(now, "e", items)),
        record(&"s".repeat(MAX_SERIES_ID_BYTES + 1), &good),
    ];
    for refused in too_large {
        let refused = trial.write(&[record("s", &good), refused]).await;
        let Err(error @ TimeSeriesError::TooLarge { .. }) = refused else {
            panic!("what is too large is refused: {refused:?}");
        };
        assert!(!error.is_transient(), "and a retry cannot help");
    }
    let empty = record("s", &Event::new(now, "e", vec![]));
    let refused = trial.write(&[empty]).await;
    assert!(
        matches!(refused, Err(TimeSeriesError::Empty { .. })),
        "an empty event"
    );
    let late = event(now.minus(Duration::from_mins(11)), "late", "v");
    let refused = trial.write(&[record("s", &good), record("s", &late)]).await;
    assert!(
        matches!(refused, Err(TimeSeriesError::TooLate { .. })),
        "a late event"
    );
    let early = event(now.plus(Duration::from_mins(1)), "early", "v");
    let refused = trial.write(&[record("s", &early)]).await;
    assert!(
        matches!(refused, Err(TimeSeriesError::TooEarly { .. })),
        "an event of the future"
    );
    assert_eq!(
        trial.all("s").await?,
        [],
        "and nothing of a refused call is written"
    );
    let largest = event(now, "e", vec![0; MAX_EVENT_BYTES - 6]);
    trial.write(&[record("s", &largest)]).await?;
    assert_eq!(
        trial.all("s").await?,
        [largest],
        "the largest event is taken"
    );
    the_namespace_is_checked(&trial).await;
    let inverted = TimeRange::new(now, EventTime::default());
    assert!(
        matches!(inverted, Err(TimeSeriesError::InvertedRange { .. })),
        "an inverted range"
    );
    Ok(())
}

async fn the_namespace_is_checked(trial: &Trial) {
    let all = ReadQuery::over(TimeRange::ALL);
    let unknown = trial.store.read_event_records("unknown", "s", &all).await;
    assert!(
        matches!(unknown, Err(TimeSeriesError::UnknownNamespace { .. })),
        "an unknown one"
    );
    let other_slice = NamespaceConfig {
        slice: Duration::from_hours(1),
        ..NamespaceConfig::default()
    };
    let refused = trial.store.configure(&trial.namespace, other_slice).await;
    assert!(
        matches!(refused, Err(TimeSeriesError::Configuration { .. })),
        "a slice keeps its length"
    );
}
