//! What every engine promises, as one suite that each engine's tests run.
//!
//! [`suite`] opens tables of its own (`conformance.*`) on an engine that holds none of them, and panics at
//! the first promise that is not kept.

mod deletion;
mod limits;
mod partitions;
mod ranges;
mod rows;
mod stamps;
mod swaps;

use std::future::Future;
use std::time::Duration;

use crate::{EngineError, SharedEngine};

/// Runs every check. `elapse` lets time pass on the engine's clock: by sleeping where that clock is the
/// machine's.
///
/// # Panics
/// When the engine breaks a promise; the message says which.
pub async fn suite<F: Future<Output = ()>>(engine: SharedEngine, elapse: impl Fn(Duration) -> F) {
    let checks = async {
        rows::kinds_are_kept(&engine).await?;
        rows::rows_are_read_back(&engine).await?;
        rows::batches_are_atomic(&engine).await?;
        rows::a_dropped_table_is_gone(&engine).await?;
        partitions::partitions_never_mix(&engine).await?;
        partitions::parts_of_the_ring_join_up(&engine).await?;
        ranges::ranges_follow_key_order(&engine).await?;
        ranges::pages_join_up(&engine).await?;
        stamps::the_greater_stamp_stands(&engine).await?;
        stamps::a_repeated_write_changes_nothing(&engine).await?;
        stamps::items_expire(&engine, &elapse).await?;
        deletion::a_range_is_deleted_whole(&engine).await?;
        deletion::what_is_put_beside_a_deletion_stands(&engine).await?;
        deletion::reading_over_the_dead_is_bounded(&engine).await?;
        swaps::swaps_compare(&engine).await?;
        swaps::one_of_many_swaps_wins(&engine).await?;
        limits::limits_are_held(&engine).await?;
        limits::a_clock_far_ahead_is_refused(&engine).await
    };
    let checked: Result<(), EngineError> = checks.await;
    checked.expect("the engine answers every call of the suite");
}
