//! Scans.

use std::collections::BTreeMap;

use super::run::{Run, letters};
use crate::{KvError, Predicate, ScanItemsRequest, ScanSlice, Selection};

const RECORDS: usize = 40;

/// What a slice holds of this run, by record; panics when an item comes twice.
async fn scanned(
    run: &Run,
    slice: ScanSlice,
    item_limit: Option<usize>,
    found: &mut BTreeMap<String, String>,
) -> Result<usize, KvError> {
    let mut request = ScanItemsRequest {
        selection: Selection {
            item_limit,
            ..Selection::default()
        },
        ..ScanItemsRequest::new(&run.namespace, slice)
    };
    let mut largest = 0;
    loop {
        let page = run.kv.scan_items(request.clone()).await?;
        let sizes = page.records.iter().map(|record| record.items.len());
        largest = largest.max(sizes.sum());
        for record in page.records {
            let Some(name) = run.name_of(&record.id) else {
                continue;
            };
            let keys = found.entry(name).or_default();
            for item in record.items {
                let key = String::from_utf8_lossy(&item.key).into_owned();
                assert!(keys.as_str() < key.as_str(), "in order, none twice");
                keys.push_str(&key);
            }
        }
        request.page_token = page.next_page_token;
        if request.page_token.is_none() {
            return Ok(largest);
        }
    }
}

pub(super) async fn slices_share_a_namespace_out(run: &Run) -> Result<(), KvError> {
    // The name makes this check's records its own among the run's.
    let run = &run.beside(&run.namespace);
    let mut expected = BTreeMap::new();
    for index in 0..RECORDS {
        let keys = &"abcdefg"[..=index % 7];
        let name = format!("scanned-{index:02}");
        run.put(&name, letters(keys), run.token()).await?;
        expected.insert(name, keys.to_owned());
    }
    run.delete("scanned-03", Predicate::All, run.token())
        .await?;
    expected.remove("scanned-03");
    run.delete("scanned-07", Predicate::key("a"), run.token())
        .await?;
    expected.remove("scanned-07");
    for (of, item_limit) in [(1, None), (1, Some(3)), (5, Some(10)), (64, None)] {
        let mut found = BTreeMap::new();
        for slice in ScanSlice::split(of) {
            let largest = scanned(run, slice, item_limit, &mut found).await?;
            assert!(item_limit.is_none_or(|limit| largest <= limit));
        }
        found.retain(|name, _| name.starts_with("scanned-"));
        assert_eq!(
            found, expected,
            "{of} slices, {item_limit:?} items to a page"
        );
    }
    let limit = Selection {
        item_limit: Some(1),
        ..Selection::default()
    };
    let request = ScanItemsRequest {
        selection: limit,
        ..ScanItemsRequest::new(&run.namespace, ScanSlice::WHOLE)
    };
    let page = run.kv.scan_items(request.clone()).await?;
    let other = ScanItemsRequest {
        slice: ScanSlice { index: 0, of: 2 },
        page_token: page.next_page_token,
        ..request
    };
    let wrong = run.kv.scan_items(other).await;
    assert!(
        matches!(wrong, Err(KvError::WrongPageToken { .. })),
        "another slice's token is refused: {wrong:?}"
    );
    Ok(())
}
