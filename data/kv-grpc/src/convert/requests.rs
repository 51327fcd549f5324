//! What is asked.

use std::time::Duration;

use data_kv::{
    DeleteItemsRequest, Direction, GetItemsRequest, KvError, MutateItemsRequest, Operation,
    PageToken, PutItemsRequest, RecordMutation, ScanItemsRequest, ScanSlice,
};

use super::items::token;
use super::meaningless;
use crate::proto;
use crate::proto::operation::Kind;

fn micros(within: Duration) -> u64 {
    u64::try_from(within.as_micros()).unwrap_or(u64::MAX)
}

fn collected<T, U: TryFrom<T, Error = KvError>>(all: Vec<T>) -> Result<Vec<U>, KvError> {
    all.into_iter().map(U::try_from).collect()
}

impl From<PutItemsRequest> for proto::PutItemsRequest {
    fn from(request: PutItemsRequest) -> Self {
        Self {
            namespace: request.namespace.as_ref().to_owned(),
            id: request.id,
            items: request.items.into_iter().map(Into::into).collect(),
            token: Some(request.token.into()),
        }
    }
}

impl TryFrom<proto::PutItemsRequest> for PutItemsRequest {
    type Error = KvError;

    fn try_from(request: proto::PutItemsRequest) -> Result<Self, KvError> {
        Ok(Self {
            namespace: request.namespace.into(),
            id: request.id,
            items: collected(request.items)?,
            token: token(request.token)?,
        })
    }
}

impl From<GetItemsRequest> for proto::GetItemsRequest {
    fn from(request: GetItemsRequest) -> Self {
        Self {
            namespace: request.namespace.as_ref().to_owned(),
            id: request.id,
            predicate: Some(request.predicate.into()),
            reverse: request.direction == Direction::Reverse,
            selection: Some(request.selection.into()),
            page_token: request.page_token.map(PageToken::into_bytes),
            within_us: request.within.map(micros),
        }
    }
}

impl TryFrom<proto::GetItemsRequest> for GetItemsRequest {
    type Error = KvError;

    fn try_from(request: proto::GetItemsRequest) -> Result<Self, KvError> {
        Ok(Self {
            namespace: request.namespace.into(),
            id: request.id,
            predicate: request.predicate.unwrap_or_default().into(),
            direction: if request.reverse {
                Direction::Reverse
            } else {
                Direction::Forward
            },
            selection: request.selection.unwrap_or_default().try_into()?,
            page_token: request.page_token.map(PageToken::from_bytes),
            within: request.within_us.map(Duration::from_micros),
        })
    }
}

impl From<DeleteItemsRequest> for proto::DeleteItemsRequest {
    fn from(request: DeleteItemsRequest) -> Self {
        Self {
            namespace: request.namespace.as_ref().to_owned(),
            id: request.id,
            predicate: Some(request.predicate.into()),
            token: Some(request.token.into()),
        }
    }
}

impl TryFrom<proto::DeleteItemsRequest> for DeleteItemsRequest {
    type Error = KvError;

    fn try_from(request: proto::DeleteItemsRequest) -> Result<Self, KvError> {
        // What is left out of a read means everything; of a deletion it is more likely a mistake.
        let predicate = request.predicate;
        let predicate = predicate.ok_or_else(|| meaningless("a deletion without a predicate"))?;
        Ok(Self {
            namespace: request.namespace.into(),
            id: request.id,
            predicate: predicate.into(),
            token: token(request.token)?,
        })
    }
}

impl From<Operation> for proto::Operation {
    fn from(operation: Operation) -> Self {
        let kind = match operation {
            Operation::Put(put) => Kind::Put(put.into()),
            Operation::Delete(predicate) => Kind::Delete(predicate.into()),
        };
        Self { kind: Some(kind) }
    }
}

impl TryFrom<proto::Operation> for Operation {
    type Error = KvError;

    fn try_from(operation: proto::Operation) -> Result<Self, KvError> {
        match operation.kind {
            Some(Kind::Put(put)) => Ok(Self::Put(put.try_into()?)),
            Some(Kind::Delete(predicate)) => Ok(Self::Delete(predicate.into())),
            None => Err(meaningless("an operation")),
        }
    }
}

impl From<RecordMutation> for proto::RecordMutation {
    fn from(mutation: RecordMutation) -> Self {
        Self {
            id: mutation.id,
            operations: mutation.operations.into_iter().map(Into::into).collect(),
        }
    }
}

impl TryFrom<proto::RecordMutation> for RecordMutation {
    type Error = KvError;

    fn try_from(mutation: proto::RecordMutation) -> Result<Self, KvError> {
        Ok(Self {
            id: mutation.id,
            operations: collected(mutation.operations)?,
        })
    }
}

impl From<MutateItemsRequest> for proto::MutateItemsRequest {
    fn from(request: MutateItemsRequest) -> Self {
        Self {
            namespace: request.namespace.as_ref().to_owned(),
            mutations: request.mutations.into_iter().map(Into::into).collect(),
            token: Some(request.token.into()),
        }
    }
}

impl TryFrom<proto::MutateItemsRequest> for MutateItemsRequest {
    type Error = KvError;

    fn try_from(request: proto::MutateItemsRequest) -> Result<Self, KvError> {
        Ok(Self {
            namespace: request.namespace.into(),
            mutations: collected(request.mutations)?,
            token: token(request.token)?,
        })
    }
}

impl From<ScanItemsRequest> for proto::ScanItemsRequest {
    fn from(request: ScanItemsRequest) -> Self {
        Self {
            namespace: request.namespace.as_ref().to_owned(),
            slice_index: request.slice.index,
            slice_of: request.slice.of,
            selection: Some(request.selection.into()),
            page_token: request.page_token.map(PageToken::into_bytes),
            within_us: request.within.map(micros),
        }
    }
}

impl TryFrom<proto::ScanItemsRequest> for ScanItemsRequest {
    type Error = KvError;

    fn try_from(request: proto::ScanItemsRequest) -> Result<Self, KvError> {
        Ok(Self {
            namespace: request.namespace.into(),
            slice: ScanSlice {
                index: request.slice_index,
                of: request.slice_of,
            },
            selection: request.selection.unwrap_or_default().try_into()?,
            page_token: request.page_token.map(PageToken::from_bytes),
            within: request.within_us.map(Duration::from_micros),
        })
    }
}
