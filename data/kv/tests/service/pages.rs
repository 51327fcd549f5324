//! Pages in few engine calls and in time; reads that are late.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use data_kv::limits::DEFAULT_PAGE_BYTES;
use data_kv::{
    GetItemsRequest, Hedging, KeyValue as _, NamespaceConfig, Predicate, PutItem, PutItemsRequest,
    ScanItemsRequest, ScanSlice,
};

use crate::probe::serve;

fn plain() -> NamespaceConfig {
    NamespaceConfig {
        compress_over_bytes: None,
        ..NamespaceConfig::new("films", "rows")
    }
}

fn films() -> Arc<str> {
    "films".into()
}

/// A record of so many items of so many bytes.
fn record(client: &data_kv::Client, count: usize, bytes: usize) -> PutItemsRequest {
    let item = |at| PutItem::new(format!("{at:06}"), vec![0; bytes]);
    PutItemsRequest {
        namespace: films(),
        id: "id".into(),
        items: (0..count).map(item).collect(),
        token: client.token(),
    }
}

#[tokio::test]
async fn one_engine_call_fills_a_page_once_sizes_are_known() {
    let (_service, client, probe, _clock) = serve(plain()).await;
    client.put_items(record(&client, 4_900, 100)).await.unwrap();
    let calls = || probe.ranges.load(Ordering::SeqCst);
    let mut request = GetItemsRequest::new(&films(), "id", Predicate::All);
    request.selection.page_size_bytes = Some(100_000);
    let mut pages = Vec::new();
    loop {
        let before = calls();
        let page = client.get_items(request.clone()).await.unwrap();
        let bytes: usize = page.items.iter().map(|it| it.key.len() + 100).sum();
        pages.push((calls() - before, bytes));
        request.page_token = page.next_page_token;
        if request.page_token.is_none() {
            break;
        }
    }
    assert!(pages[0].0 > 1, "nothing is known yet: {pages:?}");
    let (_, whole) = pages[1..].split_last().unwrap();
    assert!(!whole.is_empty());
    for (calls, bytes) in whole {
        assert_eq!(*calls, 1, "{pages:?}");
        assert!((95_000..=100_000).contains(bytes), "{pages:?}");
    }
}

#[tokio::test]
async fn a_page_ends_early_rather_than_late() {
    let (_service, client, probe, _clock) = serve(plain()).await;
    client.put_items(record(&client, 200, 100)).await.unwrap();
    probe.page_items.store(10, Ordering::SeqCst);
    probe.page_millis.store(30, Ordering::SeqCst);
    let mut request = GetItemsRequest::new(&films(), "id", Predicate::All);
    request.within = Some(Duration::from_millis(100));
    let page = client.get_items(request.clone()).await.unwrap();
    assert_eq!(page.items.len(), 30, "a fourth call would end after 120 ms");
    request.page_token = page.next_page_token;
    request.within = Some(Duration::ZERO);
    let page = client.get_items(request.clone()).await.unwrap();
    assert_eq!(
        page.items.len(),
        10,
        "some of it however little time there is"
    );
    assert_eq!(page.items[0].key, "000030", "from where the last one ended");
    assert!(page.next_page_token.is_some());
    let mut scan = ScanItemsRequest::new(&films(), ScanSlice::WHOLE);
    scan.within = Some(Duration::from_millis(100));
    let page = client.scan_items(scan).await.unwrap();
    assert_eq!(page.records[0].items.len(), 30);
    assert!(page.next_page_token.is_some());
}

#[tokio::test]
async fn deleted_items_do_not_hold_a_page_up() {
    let (_service, client, probe, _clock) = serve(plain()).await;
    client.put_items(record(&client, 1_000, 10)).await.unwrap();
    let all_but_last = (0..999).map(|at| format!("{at:06}").into());
    let all_but_last = Predicate::Keys(all_but_last.collect());
    client.delete(&films(), "id", all_but_last).await.unwrap();
    probe.page_items.store(10, Ordering::SeqCst);
    let request = GetItemsRequest::new(&films(), "id", Predicate::All);
    let page = client.get_items(request).await.unwrap();
    assert!(page.items.is_empty() && page.next_page_token.is_some());
    let all = client.all(&films(), "id").await.unwrap();
    assert_eq!(all.len(), 1);
    let whole = record(&client, 1, DEFAULT_PAGE_BYTES / 4);
    client.put_items(whole).await.unwrap();
    assert_eq!(client.all(&films(), "id").await.unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_late_read_is_asked_for_again() {
    let hedging = Hedging {
        delay: Some(Duration::from_millis(15)),
        budget_percent: 5,
    };
    let config = NamespaceConfig {
        hedging: Some(hedging),
        ..plain()
    };
    let (_service, client, probe, _clock) = serve(config).await;
    client.put_items(record(&client, 1, 10)).await.unwrap();
    probe.stalls.store(1, Ordering::SeqCst);
    let started = tokio::time::Instant::now();
    let value = client.get(&films(), "id", "000000").await.unwrap();
    assert_eq!(value.map(|value| value.len()), Some(10));
    assert_eq!(started.elapsed(), Duration::from_millis(15));
    assert_eq!(probe.stalls.load(Ordering::SeqCst), 0);
}
