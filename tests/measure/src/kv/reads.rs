//! Gets, and records read by pages.

use anyhow::ensure;
use data_kv::{GetItemsRequest, KeyValue as _, Predicate, PutItem};

use super::stores::{Stores, id, item_key, raw_key};
use crate::figure::Figure;
use crate::limits::{CALLS, LONG_ROUNDS, PAGED_ITEMS, QUICK_PAGED_ITEMS, ROUNDS, VALUE_BYTES};
use crate::plan::Plan;
use crate::rounds::{human, timed};
use tests_figures::Report;

/// The record that is read by pages.
const PAGED: &[u8] = b"paged/";
/// Items of it that one call puts.
const PUT_AT_ONCE: usize = 100;

/// Single items by random ids.
pub(super) async fn gets(stores: &Stores, report: &mut Report) -> anyhow::Result<()> {
    let picks = |_| stores.values.picks(CALLS, stores.records);
    let ids: Vec<Vec<_>> = (0..ROUNDS)
        .map(|round| picks(round).into_iter().map(id).collect())
        .collect();
    let layer = async |round: usize| {
        for id in &ids[round] {
            let key = Predicate::Keys(vec![item_key()]);
            let request = GetItemsRequest::new(&stores.layer.buffered, id.clone(), key);
            let page = stores.layer.service.get_items(request).await?;
            let value = page.items.first().and_then(|item| item.value.as_ref());
            ensure!(
                value.is_some_and(|it| it.bytes.len() == VALUE_BYTES),
                "no item"
            );
        }
        Ok(())
    };
    let raw = async |round: usize| {
        for id in &ids[round] {
            let found = stores.raw.rows.get(raw_key(id))?;
            ensure!(found.is_some_and(|it| it.len() == VALUE_BYTES), "no row");
        }
        Ok(())
    };
    let paired = timed(ROUNDS, layer, raw).await?;
    let each = |seconds| human(seconds / CALLS as f64);
    let how = format!(
        "{} each, raw {}; {} records of 1 KiB, random ids",
        each(paired.ours),
        each(paired.peer),
        stores.records
    );
    report.add(Figure::KvGet, paired.ratio, &how);
    Ok(())
}

/// A big record, from its first item to its last.
pub(super) async fn pages(plan: &Plan, stores: &Stores, report: &mut Report) -> anyhow::Result<()> {
    let items = plan.pick(PAGED_ITEMS, QUICK_PAGED_ITEMS);
    fill(stores, items).await?;
    let layer = async |_| {
        let namespace = &stores.layer.buffered;
        let mut request = GetItemsRequest::new(namespace, PAGED, Predicate::All);
        let mut bytes = 0;
        loop {
            let page = stores.layer.service.get_items(request.clone()).await?;
            let values = page.items.iter().filter_map(|item| item.value.as_ref());
            bytes += values.map(|value| value.bytes.len()).sum::<usize>();
            request.page_token = page.next_page_token;
            if request.page_token.is_none() {
                break;
            }
        }
        ensure!(bytes == items * VALUE_BYTES, "{bytes} bytes in pages");
        Ok(())
    };
    let raw = async |_| {
        let mut bytes = 0;
        for found in stores.raw.rows.prefix(PAGED) {
            bytes += found.into_inner()?.1.len();
        }
        ensure!(bytes == items * VALUE_BYTES, "{bytes} bytes in a scan");
        Ok(())
    };
    let paired = timed(LONG_ROUNDS, layer, raw).await?;
    let rate = |seconds: f64| (items * VALUE_BYTES) as f64 / seconds / 1e6;
    let how = format!(
        "{:.0} MB/s, raw scan {:.0} MB/s; {items} items of 1 KiB in pages of 2 MiB",
        rate(paired.ours),
        rate(paired.peer)
    );
    report.add(Figure::Pages, 1.0 / paired.ratio, &how);
    Ok(())
}

async fn fill(stores: &Stores, items: usize) -> anyhow::Result<()> {
    for first in (0..items).step_by(PUT_AT_ONCE) {
        let mut put = Vec::with_capacity(PUT_AT_ONCE);
        for number in first..items.min(first + PUT_AT_ONCE) {
            let (key, value) = (format!("{number:08}"), stores.values.value(number));
            stores
                .raw
                .put([PAGED, key.as_bytes()].concat(), value.clone())?;
            put.push(PutItem::new(key, value));
        }
        let namespace = &stores.layer.buffered;
        stores.layer.put(namespace, PAGED.into(), put).await?;
    }
    Ok(())
}
