//! Reading every record of a part of a namespace.

use bytes::Bytes;
use data_engine::{Range, TokenRange};

use super::deadline::Deadline;
use super::pages::{Filling, boundary, resumed};
use super::room::Room;
use super::space::Space;
use crate::limits::{MAX_SCAN_FETCHES, SCAN_RECORDS};
use crate::page_token::{self, Position, Resume};
use crate::{KvError, Record, ScanItemsRequest, ScanItemsResponse, ScanSlice, check};

/// A scan's page in the making.
#[derive(Debug)]
struct Scan<'a> {
    filling: Filling<'a>,
    records: Vec<Record>,
}

impl Space {
    pub(super) async fn scan_items(
        &self,
        request: ScanItemsRequest,
    ) -> Result<ScanItemsResponse, KvError> {
        check::slice(request.slice)?;
        check::selection(&request.selection)?;
        let fingerprint = page_token::fingerprint(&request.slice);
        let resume = match &request.page_token {
            None => None,
            Some(token) => Some(page_token::decode(&self.name, fingerprint, token)?),
        };
        let mean = resume.as_ref().map(|resume| resume.mean);
        let mut scan = Scan {
            filling: Filling {
                room: Room::new(&request.selection),
                values: request.selection.values,
                deadline: Deadline::new(&*self.clock, request.within),
                mean: mean.unwrap_or_else(|| self.sizes.get()),
                fetches: MAX_SCAN_FETCHES,
            },
            records: Vec::new(),
        };
        let from = resume.map(|resume| resume.position);
        let position = self.scan(&mut scan, tokens(request.slice), from).await?;
        let mean = scan.filling.mean;
        let resume = position.map(|position| Resume { mean, position });
        Ok(ScanItemsResponse {
            next_page_token: resume.map(|it| page_token::encode(&self.name, fingerprint, &it)),
            records: scan.records,
        })
    }

    /// Reads on until the page or the part ends; returns where to go on.
    async fn scan(
        &self,
        scan: &mut Scan<'_>,
        tokens: TokenRange,
        from: Option<Position>,
    ) -> Result<Option<Position>, KvError> {
        let mut after = match from {
            None => None,
            Some(Position::After(id)) => Some(id),
            Some(Position::Inside(id, key)) => {
                let range = resumed(Range::all(), key);
                if let Some(position) = self.scan_record(scan, id.clone(), range).await? {
                    return Ok(Some(position));
                }
                Some(id)
            }
            Some(Position::Items(_)) => {
                return Err(KvError::WrongPageToken {
                    reason: "it belongs to the items of a record".to_owned(),
                });
            }
        };
        loop {
            let count = scan.filling.room.items().clamp(1, SCAN_RECORDS);
            let ids = self.items.partitions_in(tokens, after.as_deref(), count);
            let ids = ids.await?;
            if ids.is_empty() {
                return Ok(None);
            }
            for id in ids {
                if let Some(position) = self.scan_record(scan, id.clone(), Range::all()).await? {
                    return Ok(Some(position));
                }
                after = Some(id);
            }
        }
    }

    /// Reads a record, or what is left of it; returns where to go on when the page ends in it or with it.
    async fn scan_record(
        &self,
        scan: &mut Scan<'_>,
        id: Bytes,
        range: Range,
    ) -> Result<Option<Position>, KvError> {
        let mut items = Vec::new();
        let left = self.fill(&mut scan.filling, &id, range, &mut items).await?;
        if !items.is_empty() {
            let id = id.clone();
            scan.records.push(Record { id, items });
        }
        Ok(match left {
            Some(left) => Some(Position::Inside(id, boundary(&left))),
            None => scan.filling.is_over().then_some(Position::After(id)),
        })
    }
}

/// The engine's part of the ring for a slice that was checked.
fn tokens(slice: ScanSlice) -> TokenRange {
    let parts = TokenRange::split(slice.of);
    parts[slice.index as usize]
}
