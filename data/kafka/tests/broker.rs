//! The suite against a broker that runs: `MARQUEE_KAFKA=host:port` names it, and a run without says so.

use std::sync::Arc;

use data_events::conformance;
use data_kafka::{KafkaLog, KafkaSettings};
use platform_clock::SystemClock;

#[expect(
    clippy::disallowed_methods,
    reason = "where a test finds its server, not configuration"
)]
fn brokers() -> Option<String> {
    std::env::var("MARQUEE_KAFKA").ok()
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
async fn keeps_what_every_log_promises() {
    let Some(brokers) = brokers() else {
        eprintln!("skipped: MARQUEE_KAFKA names no broker");
        return;
    };
    let clock = SystemClock::shared();
    let prefix = format!("conformance-{}", clock.now().millis());
    let log = KafkaLog::connect(KafkaSettings::new(brokers), clock)
        .await
        .unwrap();
    conformance::suite(Arc::new(log), &prefix).await;
}

#[tokio::test]
async fn a_cluster_that_is_not_there_is_told_as_such() {
    let settings = KafkaSettings::new("127.0.0.1:9");
    let refused = KafkaLog::connect(settings, SystemClock::shared())
        .await
        .map(|log| format!("{log:?}"));
    let error = refused.unwrap_err();
    assert!(error.is_transient(), "{error}");
}
