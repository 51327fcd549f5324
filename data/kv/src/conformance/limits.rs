//! What is refused, and how.

use std::sync::Arc;

use super::run::Run;
use crate::limits::{
    MAX_KEY_BYTES, MAX_KEYS, MAX_NAMESPACE_BYTES, MAX_OPERATIONS, MAX_PAGE_BYTES, MAX_VALUE_BYTES,
};
use crate::{GetItemsRequest, KvError, Predicate, PutItem, ScanItemsRequest, ScanSlice, Selection};

/// What is too large, as the error names it.
fn named<T>(answer: Result<T, KvError>) -> String {
    match answer {
        Err(KvError::TooLarge { what, unit, .. }) => format!("{what} {unit}"),
        Err(other) => other.to_string(),
        Ok(_) => "taken".to_owned(),
    }
}

pub(super) async fn limits_are_held(run: &Run) -> Result<(), KvError> {
    let record = "limits";
    let put = async |item| run.put(record, vec![item], run.token()).await;
    let longest = vec![b'k'; MAX_KEY_BYTES];
    put(PutItem::new(longest.clone(), "")).await?;
    let long = vec![b'k'; MAX_KEY_BYTES + 1];
    assert_eq!(
        named(put(PutItem::new(long.clone(), "")).await),
        "key bytes"
    );
    let over = PutItem::new("a", vec![0; MAX_VALUE_BYTES + 1]);
    assert_eq!(named(put(over).await), "value bytes");
    let many = (0..=MAX_OPERATIONS).map(|at| PutItem::new(at.to_string(), ""));
    let many = run.put(record, many.collect(), run.token()).await;
    assert_eq!(named(many), "mutation operations");
    let mut request = run.asks(record, Predicate::All);
    request.id = long.clone().into();
    assert_eq!(named(run.kv.get_items(request).await), "id bytes");
    let many = Predicate::Keys(vec!["a".into(); MAX_KEYS + 1]);
    let many = run.kv.get_items(run.asks(record, many)).await;
    assert_eq!(named(many), "predicate keys");
    let paged = async |page_size_bytes, item_limit| {
        let selection = Selection {
            page_size_bytes,
            item_limit,
            ..Selection::default()
        };
        let request = run.asks(record, Predicate::All);
        let request = GetItemsRequest {
            selection,
            ..request
        };
        run.kv.get_items(request).await
    };
    assert_eq!(
        named(paged(Some(MAX_PAGE_BYTES + 1), None).await),
        "page bytes"
    );
    for empty in [paged(Some(0), None).await, paged(None, Some(0)).await] {
        assert!(matches!(empty, Err(KvError::Invalid { .. })), "{empty:?}");
    }
    let nowhere = ScanItemsRequest::new(&run.namespace, ScanSlice { index: 2, of: 2 });
    let nowhere = run.kv.scan_items(nowhere).await;
    assert!(
        matches!(nowhere, Err(KvError::Invalid { .. })),
        "{nowhere:?}"
    );
    let (items, _) = run.read(run.asks(record, Predicate::All)).await?;
    assert_eq!(items.len(), 1, "what is refused leaves nothing");
    assert_eq!(items[0].key, longest);
    Ok(())
}

pub(super) async fn unknown_namespaces_are_named(run: &Run) -> Result<(), KvError> {
    for name in ["conformance-absent", "", "not\0a name"] {
        let namespace: Arc<str> = name.into();
        let request = GetItemsRequest::new(&namespace, "id", Predicate::All);
        let expected = KvError::UnknownNamespace {
            name: name.to_owned(),
        };
        let unknown = run.kv.get_items(request).await;
        assert_eq!(unknown, Err(expected.clone()));
        let scan = ScanItemsRequest::new(&namespace, ScanSlice::WHOLE);
        assert_eq!(run.kv.scan_items(scan).await, Err(expected.clone()));
        assert_eq!(run.kv.signals(name).await, Err(expected));
    }
    let long = "n".repeat(MAX_NAMESPACE_BYTES + 1);
    assert_eq!(named(run.kv.signals(&long).await), "namespace bytes");
    let known = run.kv.signals(&run.namespace).await?;
    assert!(
        known.compress_over_bytes.is_some(),
        "a namespace's signals are told"
    );
    Ok(())
}
