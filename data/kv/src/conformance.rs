//! What every key-value service promises, as one suite: run against the service in process, on each engine,
//! and against a connection to one.
//!
//! [`suite`] uses the namespaces of [`namespaces`] and records of its own in them, named anew in each run,
//! so that it can be repeated on a store that keeps them. It panics at the first promise that is not kept.

mod expiry;
mod items;
mod large;
mod limits;
mod mutations;
mod pages;
mod run;
mod scans;
mod tokens;

use std::future::Future;
use std::time::Duration;

use platform_clock::SharedClock;

use crate::{CacheConfig, KvError, NamespaceConfig, SharedKeyValue};
use run::Run;

const PLAIN: &str = "conformance";
const OTHER: &str = "conformance-other";
const CACHED: &str = "conformance-cached";
const EXPIRING: &str = "conformance-expiring";

/// Values over this are chunked in the suite's namespaces: large enough for several chunks to be rare,
/// small enough that tests are quick.
const CHUNK_OVER_BYTES: usize = 4 << 10;

/// The namespaces the suite needs, on this engine.
pub fn namespaces(engine: &str) -> Vec<NamespaceConfig> {
    let named = |name: &str| NamespaceConfig {
        chunk_over_bytes: CHUNK_OVER_BYTES,
        ..NamespaceConfig::new(name, engine)
    };
    vec![
        named(PLAIN),
        named(OTHER),
        NamespaceConfig {
            cache: Some(CacheConfig {
                expiry: Duration::from_mins(1),
            }),
            ..named(CACHED)
        },
        NamespaceConfig {
            default_expiry: Some(Duration::from_secs(3)),
            ..named(EXPIRING)
        },
    ]
}

/// Runs every check. `clock` is in step with the service's; `elapse` lets time pass on both: by sleeping
/// where they are the machine's.
///
/// # Panics
/// When the service breaks a promise; the message says which.
pub async fn suite<F: Future<Output = ()>>(
    kv: SharedKeyValue,
    clock: SharedClock,
    elapse: impl Fn(Duration) -> F,
) {
    let checks = async {
        for namespace in [PLAIN, CACHED] {
            let run = Run::new(&kv, &clock, namespace);
            items::items_are_read_back(&run).await?;
            items::predicates_select(&run).await?;
            items::deletions_match_predicates(&run).await?;
            tokens::the_later_write_stands(&run).await?;
            tokens::a_repeat_changes_nothing(&run).await?;
            pages::pages_join_up(&run).await?;
            pages::pages_of_keys_join_up(&run).await?;
            pages::values_can_be_left_out(&run).await?;
            large::large_values_are_read_back(&run).await?;
            large::large_values_are_repeated_and_replaced(&run).await?;
            large::nobody_reads_half_a_value(&run).await?;
            mutations::records_are_mutated_whole(&run).await?;
            mutations::ranges_go_first(&run).await?;
        }
        let run = Run::new(&kv, &clock, PLAIN);
        pages::tokens_are_for_their_request(&run, &run.beside(OTHER)).await?;
        scans::slices_share_a_namespace_out(&run).await?;
        tokens::a_clock_far_ahead_is_refused(&run).await?;
        limits::limits_are_held(&run).await?;
        limits::unknown_namespaces_are_named(&run).await?;
        expiry::items_expire(&run.beside(EXPIRING), &elapse).await
    };
    let checked: Result<(), KvError> = checks.await;
    checked.expect("the service answers every call of the suite");
}
