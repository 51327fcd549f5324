//! Puts, in the operating system's buffers and on the disk.

use std::sync::Arc;

use bytes::Bytes;
use futures::future::try_join_all;

use super::stores::{Stores, id, item, raw_key};
use crate::figure::Figure;
use crate::limits::{CALLS, LONG_ROUNDS, PUTS_EACH, ROUNDS, WRITERS};
use crate::rounds::{human, timed};
use tests_figures::Report;

/// Puts of one caller to the records that `picks` names for a round.
pub(super) async fn puts(
    figure: Figure,
    stores: &Stores,
    picks: impl FnMut(usize) -> Vec<usize>,
    report: &mut Report,
) -> anyhow::Result<()> {
    let picks: Vec<Vec<usize>> = (0..ROUNDS).map(picks).collect();
    let ids: Vec<Vec<Bytes>> = picks
        .iter()
        .map(|picks| picks.iter().map(|number| id(*number)).collect())
        .collect();
    let value = |round, at| stores.values.value(round * CALLS + at);
    let layer = async |round: usize| {
        for (at, id) in ids[round].iter().enumerate() {
            let (namespace, items) = (&stores.layer.buffered, vec![item(value(round, at))]);
            stores.layer.put(namespace, id.clone(), items).await?;
        }
        Ok(())
    };
    let raw = async |round: usize| {
        for (at, id) in ids[round].iter().enumerate() {
            stores.raw.put(raw_key(id), value(round, at))?;
        }
        Ok(())
    };
    let paired = timed(ROUNDS, layer, raw).await?;
    let each = |seconds| human(seconds / CALLS as f64);
    let how = format!(
        "{} each, raw insert {}; beside {} records",
        each(paired.ours),
        each(paired.peer),
        stores.records
    );
    report.add(figure, paired.ratio, &how);
    Ok(())
}

/// Ids of one writer's puts in a round.
fn own(round: usize, writer: usize) -> impl Iterator<Item = usize> {
    (0..PUTS_EACH).map(move |at| (round * WRITERS + writer) * PUTS_EACH + at)
}

/// Puts of many writers, each of which waits until its put is on the disk. Both sides' writers are
/// tasks that share syncs: on raw fjall a thread to each would hold the others up at fjall's journal.
pub(super) async fn durable_puts(stores: &Stores, report: &mut Report) -> anyhow::Result<()> {
    let layer = async |round: usize| {
        let writers = (0..WRITERS).map(|writer| {
            let layer = Arc::clone(&stores.layer);
            let values = stores.values.clone();
            tokio::spawn(async move {
                for number in own(round, writer) {
                    let items = vec![item(values.value(number))];
                    layer.put(&layer.durable, id(number), items).await?;
                }
                anyhow::Ok(())
            })
        });
        let done = try_join_all(writers).await?;
        done.into_iter().collect()
    };
    let raw = async |round: usize| {
        let writers = (0..WRITERS).map(|writer| {
            let (raw, values) = (stores.raw.clone(), stores.values.clone());
            tokio::spawn(async move {
                for number in own(round, writer) {
                    let key = [b"durable/", &id(number)[..]].concat();
                    raw.durable_put(key, values.value(number)).await?;
                }
                anyhow::Ok(())
            })
        });
        let done = try_join_all(writers).await?;
        done.into_iter().collect()
    };
    let paired = timed(LONG_ROUNDS, layer, raw).await?;
    let rate = |seconds: f64| (WRITERS * PUTS_EACH) as f64 / seconds;
    let how = format!(
        "{:.0}/s, raw insert and persist with a ticket group commit {:.0}/s; {WRITERS} writers of 1 KiB",
        rate(paired.ours),
        rate(paired.peer)
    );
    report.add(Figure::KvDurablePut, paired.ratio, &how);
    Ok(())
}
