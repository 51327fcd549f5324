//! What is answered.

use data_kv::{
    GetItemsResponse, KvError, MutateItemsResponse, PageToken, Record, ScanItemsResponse, Signals,
};

use crate::proto;

impl From<Signals> for proto::SignalsResponse {
    fn from(signals: Signals) -> Self {
        Self {
            compress_over_bytes: signals.compress_over_bytes.map(|bytes| bytes as u64),
        }
    }
}

impl From<proto::SignalsResponse> for Signals {
    fn from(signals: proto::SignalsResponse) -> Self {
        let size = |size: u64| usize::try_from(size).unwrap_or(usize::MAX);
        Self {
            compress_over_bytes: signals.compress_over_bytes.map(size),
        }
    }
}

impl From<GetItemsResponse> for proto::GetItemsResponse {
    fn from(page: GetItemsResponse) -> Self {
        Self {
            items: page.items.into_iter().map(Into::into).collect(),
            next_page_token: page.next_page_token.map(PageToken::into_bytes),
        }
    }
}

impl TryFrom<proto::GetItemsResponse> for GetItemsResponse {
    type Error = KvError;

    fn try_from(page: proto::GetItemsResponse) -> Result<Self, KvError> {
        let items = page.items.into_iter().map(TryInto::try_into);
        Ok(Self {
            items: items.collect::<Result<_, _>>()?,
            next_page_token: page.next_page_token.map(PageToken::from_bytes),
        })
    }
}

impl From<MutateItemsResponse> for proto::MutateItemsResponse {
    fn from(done: MutateItemsResponse) -> Self {
        let result = |result: Result<(), KvError>| proto::MutationResult {
            error: result.err().map(Into::into),
        };
        Self {
            results: done.results.into_iter().map(result).collect(),
        }
    }
}

impl From<proto::MutateItemsResponse> for MutateItemsResponse {
    fn from(done: proto::MutateItemsResponse) -> Self {
        let result =
            |result: proto::MutationResult| result.error.map_or(Ok(()), |it| Err(it.into()));
        Self {
            results: done.results.into_iter().map(result).collect(),
        }
    }
}

impl From<ScanItemsResponse> for proto::ScanItemsResponse {
    fn from(page: ScanItemsResponse) -> Self {
        let record = |record: Record| proto::Record {
            id: record.id,
            items: record.items.into_iter().map(Into::into).collect(),
        };
        Self {
            records: page.records.into_iter().map(record).collect(),
            next_page_token: page.next_page_token.map(PageToken::into_bytes),
        }
    }
}

impl TryFrom<proto::ScanItemsResponse> for ScanItemsResponse {
    type Error = KvError;

    fn try_from(page: proto::ScanItemsResponse) -> Result<Self, KvError> {
        let record = |record: proto::Record| {
            let items = record.items.into_iter().map(TryInto::try_into);
            Ok(Record {
                id: record.id,
                items: items.collect::<Result<_, KvError>>()?,
            })
        };
        let records = page.records.into_iter().map(record);
        Ok(Self {
            records: records.collect::<Result<_, KvError>>()?,
            next_page_token: page.next_page_token.map(PageToken::from_bytes),
        })
    }
}
