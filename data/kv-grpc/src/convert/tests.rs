//! What goes out comes back.

use std::time::Duration;

use bytes::Bytes;
use data_kv::{
    Direction, Encoding, Expiry, GetItemsRequest, IdempotencyToken, Item, Metadata,
    MutateItemsRequest, Operation, PageToken, Predicate, PutItem, RecordMutation, Selection, Stamp,
    Value, Values,
};
use platform_clock::Timestamp;
use proptest::prelude::*;
use prost::Message as _;

use super::*;
use crate::proto;

fn bytes() -> impl Strategy<Value = Bytes> {
    any::<Vec<u8>>().prop_map(Bytes::from)
}

fn predicate() -> impl Strategy<Value = Predicate> {
    prop_oneof![
        Just(Predicate::All),
        prop::collection::vec(bytes(), 0..3).prop_map(Predicate::Keys),
        (prop::option::of(bytes()), prop::option::of(bytes()))
            .prop_map(|(from, until)| Predicate::Range { from, until }),
        bytes().prop_map(Predicate::Prefix),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let encoding = prop::sample::select(vec![Encoding::Plain, Encoding::Zstd]);
    (bytes(), encoding).prop_map(|(bytes, encoding)| Value { bytes, encoding })
}

fn put() -> impl Strategy<Value = PutItem> {
    let at = any::<u64>().prop_map(|at| Expiry::At(Timestamp::from_millis(at)));
    let expiry = prop_oneof![Just(Expiry::Default), Just(Expiry::Never), at];
    (bytes(), value(), expiry).prop_map(|(key, value, expiry)| PutItem { key, value, expiry })
}

fn error() -> impl Strategy<Value = KvError> {
    let text = || any::<String>();
    prop_oneof![
        text().prop_map(|name| KvError::UnknownNamespace { name }),
        (text(), text()).prop_map(|(name, reason)| KvError::BadNamespace { name, reason }),
        (text(), text(), any::<u64>(), any::<u64>()).prop_map(|(what, unit, size, limit)| {
            let (what, unit) = (what.into(), unit.into());
            KvError::TooLarge {
                what,
                unit,
                size,
                limit,
            }
        }),
        text().prop_map(|reason| KvError::Invalid { reason }),
        any::<u64>().prop_map(|ahead| KvError::ClockAhead {
            ahead: Duration::from_micros(ahead)
        }),
        text().prop_map(|reason| KvError::WrongPageToken { reason }),
        text().prop_map(|namespace| KvError::ForeignPageToken { namespace }),
        (text(), bytes(), bytes(), text()).prop_map(|(namespace, id, key, reason)| {
            KvError::Damaged {
                namespace,
                id,
                key,
                reason,
            }
        }),
        (text(), any::<u32>(), any::<u32>())
            .prop_map(|(what, found, reads)| KvError::NewerFormat { what, found, reads }),
        text().prop_map(|reason| KvError::Refused { reason }),
        Just(KvError::Full),
        Just(KvError::DeadlineExceeded),
        text().prop_map(|reason| KvError::Unavailable { reason }),
        text().prop_map(|reason| KvError::Failed { reason }),
    ]
}

proptest! {
    #[test]
    fn errors_arrive_as_they_were(error in error()) {
        prop_assert_eq!(from_status(&to_status(error.clone())), error);
    }

    #[test]
    fn reads_arrive_as_they_were(
        id in bytes(), predicate in predicate(), reverse: bool, page: Option<u32>, items: Option<u32>,
        token in prop::option::of(bytes()), within: Option<u32>,
    ) {
        let request = GetItemsRequest {
            namespace: "films".into(),
            id,
            predicate,
            direction: if reverse { Direction::Reverse } else { Direction::Forward },
            selection: Selection {
                page_size_bytes: page.map(|it| it as usize),
                item_limit: items.map(|it| it as usize),
                values: Values::Small,
            },
            page_token: token.map(PageToken::from_bytes),
            within: within.map(|it| Duration::from_micros(u64::from(it))),
        };
        let sent = proto::GetItemsRequest::from(request.clone()).encode_to_vec();
        let arrived = proto::GetItemsRequest::decode(&*sent).unwrap();
        prop_assert_eq!(arrived.try_into(), Ok(request));
    }

    #[test]
    fn mutations_arrive_as_they_were(
        puts in prop::collection::vec(put(), 0..3), deleted in predicate(), time: u64, nonce: u128,
    ) {
        let mut operations: Vec<Operation> = puts.into_iter().map(Operation::Put).collect();
        operations.push(Operation::Delete(deleted));
        let request = MutateItemsRequest {
            namespace: "films".into(),
            mutations: vec![RecordMutation { id: "id".into(), operations }],
            token: IdempotencyToken { generation_time: Stamp(time), nonce },
        };
        let sent = proto::MutateItemsRequest::from(request.clone()).encode_to_vec();
        let arrived = proto::MutateItemsRequest::decode(&*sent).unwrap();
        prop_assert_eq!(arrived.try_into(), Ok(request));
    }

    #[test]
    fn items_arrive_as_they_were(
        key in bytes(), value in prop::option::of(value()), written: u64, expires: Option<u64>, bytes: u64, chunked: bool,
    ) {
        let expires = expires.map(Timestamp::from_millis);
        let metadata = Metadata { written: Stamp(written), expires, bytes, chunked };
        let item = Item { key, value, metadata };
        prop_assert_eq!(proto::Item::from(item.clone()).try_into(), Ok(item));
    }

    #[test]
    fn any_bytes_are_a_request_or_refused(bytes: Vec<u8>) {
        if let Ok(request) = proto::MutateItemsRequest::decode(&*bytes) {
            let request: Result<MutateItemsRequest, KvError> = request.try_into();
            if let Err(error) = request {
                let is_invalid = matches!(error, KvError::Invalid { .. });
                prop_assert!(is_invalid);
            }
        }
    }
}

#[test]
fn a_write_without_its_token_and_a_deletion_of_nothing_are_refused() {
    let put = proto::PutItemsRequest::default();
    let refused = data_kv::PutItemsRequest::try_from(put).unwrap_err();
    assert!(
        refused.to_string().contains("idempotency token"),
        "{refused}"
    );
    let delete = proto::DeleteItemsRequest::default();
    let refused = data_kv::DeleteItemsRequest::try_from(delete).unwrap_err();
    assert!(refused.to_string().contains("predicate"), "{refused}");
}

#[test]
fn an_error_too_long_for_a_status_keeps_its_kind() {
    let reason = "é".repeat(100_000);
    let status = to_status(KvError::Unavailable { reason });
    assert!(status.details().is_empty() && status.message().len() <= 1_024);
    assert!(matches!(from_status(&status), KvError::Unavailable { .. }));
}
