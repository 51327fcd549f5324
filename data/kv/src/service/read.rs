//! Reading items of one record.

use std::collections::VecDeque;

use bytes::Bytes;
use data_engine::{Cell, Direction};
use futures::future::try_join_all;

use super::deadline::Deadline;
use super::opened::{Opened, open};
use super::pages::{Filling, boundary, goes_on, resumed};
use super::room::Room;
use super::space::Space;
use crate::limits::{KEYS_AT_ONCE, MAX_FETCHES};
use crate::page_token::{self, Position, Resume};
use crate::{GetItemsRequest, GetItemsResponse, Item, KvError, PageToken, Predicate, check};

/// What must be the same in the request that a token is shown with.
fn fingerprint(request: &GetItemsRequest) -> u64 {
    let is_reverse = request.direction == Direction::Reverse;
    page_token::fingerprint(&(&request.id, &request.predicate, is_reverse))
}

impl Space {
    pub(super) async fn get_items(
        &self,
        request: GetItemsRequest,
    ) -> Result<GetItemsResponse, KvError> {
        check::id(&request.id)?;
        check::predicate(&request.predicate)?;
        check::selection(&request.selection)?;
        if let (Predicate::Keys(keys), None) = (&request.predicate, &request.page_token)
            && let [key] = keys.as_slice()
        {
            return self.get_item(&request, key).await;
        }
        let resume = match &request.page_token {
            None => None,
            Some(token) => Some(page_token::decode(
                &self.name,
                fingerprint(&request),
                token,
            )?),
        };
        let mean = resume.as_ref().map(|resume| resume.mean);
        let position = match resume.map(|resume| resume.position) {
            None => None,
            Some(Position::Items(key)) => Some(key),
            Some(Position::After(_) | Position::Inside(..)) => {
                return Err(KvError::WrongPageToken {
                    reason: "it belongs to a scan".to_owned(),
                });
            }
        };
        let filling = Filling {
            room: Room::new(&request.selection),
            values: request.selection.values,
            deadline: Deadline::new(&*self.clock, request.within),
            mean: mean.unwrap_or_else(|| self.sizes.get()),
            fetches: MAX_FETCHES,
        };
        match &request.predicate {
            Predicate::Keys(keys) => self.get_keys(&request, keys, position, filling).await,
            _ => self.get_range(&request, position, filling).await,
        }
    }

    /// One item, which is a page of its own.
    async fn get_item(
        &self,
        request: &GetItemsRequest,
        key: &Bytes,
    ) -> Result<GetItemsResponse, KvError> {
        let id = &request.id;
        let Some(cell) = self.cell(id, key).await? else {
            return Ok(GetItemsResponse::default());
        };
        let values = request.selection.values;
        let item = match open((&self.name, id), key.clone(), cell, values)? {
            Opened::Gone => None,
            Opened::Ready(item) => Some(item),
            Opened::Chunked(item, blob) => self.joined(id, item, blob).await?,
        };
        Ok(GetItemsResponse {
            items: item.into_iter().collect(),
            next_page_token: None,
        })
    }

    async fn get_range(
        &self,
        request: &GetItemsRequest,
        position: Option<Bytes>,
        mut filling: Filling<'_>,
    ) -> Result<GetItemsResponse, KvError> {
        let mut range = request.predicate.range(request.direction);
        if let Some(position) = position {
            range = resumed(range, position);
        }
        let mut items = Vec::new();
        let left = self
            .fill(&mut filling, &request.id, range, &mut items)
            .await?;
        let next = left.map(|left| self.token(request, filling.mean, boundary(&left)));
        Ok(GetItemsResponse {
            items,
            next_page_token: next,
        })
    }

    /// Items by their keys, some at once.
    async fn get_keys(
        &self,
        request: &GetItemsRequest,
        keys: &[Bytes],
        position: Option<Bytes>,
        mut filling: Filling<'_>,
    ) -> Result<GetItemsResponse, KvError> {
        let mut left = in_order(keys, request.direction, position.as_ref());
        let mut items = Vec::with_capacity(left.len());
        while !left.is_empty() {
            let at_once = left.iter().take(KEYS_AT_ONCE);
            let reads = at_once.map(|key| self.cell(&request.id, key));
            for cell in try_join_all(reads).await? {
                let Some(key) = left.front() else { break };
                let refused = match cell {
                    None => None,
                    Some(cell) => {
                        self.take_cell(&mut filling, &request.id, key.clone(), cell, &mut items)
                            .await?
                    }
                };
                if let Some(key) = refused {
                    let next = self.token(request, filling.mean, goes_on(&key, request.direction));
                    return Ok(GetItemsResponse {
                        items,
                        next_page_token: Some(next),
                    });
                }
                left.pop_front();
            }
            let is_over = filling.room.items() == 0 || filling.deadline.would_miss();
            if let (true, Some(key)) = (is_over, left.front()) {
                let next = self.token(request, filling.mean, goes_on(key, request.direction));
                return Ok(GetItemsResponse {
                    items,
                    next_page_token: Some(next),
                });
            }
        }
        Ok(GetItemsResponse {
            items,
            next_page_token: None,
        })
    }

    /// Takes an item by what is stored; gives back its key when there is no room for it.
    async fn take_cell(
        &self,
        filling: &mut Filling<'_>,
        id: &Bytes,
        key: Bytes,
        cell: Cell,
        into: &mut Vec<Item>,
    ) -> Result<Option<Bytes>, KvError> {
        match open((&self.name, id), key, cell, filling.values)? {
            Opened::Gone => Ok(None),
            Opened::Ready(item) => Ok(filling.push(item, into)),
            Opened::Chunked(item, blob) => self.take_chunked(filling, id, (item, blob), into).await,
        }
    }

    fn token(&self, request: &GetItemsRequest, mean: u32, position: Bytes) -> PageToken {
        let resume = Resume {
            mean,
            position: Position::Items(position),
        };
        page_token::encode(&self.name, fingerprint(request), &resume)
    }
}

/// Each key once, in the order asked for, from the boundary on.
fn in_order(keys: &[Bytes], direction: Direction, boundary: Option<&Bytes>) -> VecDeque<Bytes> {
    let is_left = |key: &&Bytes| match (boundary, direction) {
        (None, _) => true,
        (Some(boundary), Direction::Forward) => *key >= boundary,
        (Some(boundary), Direction::Reverse) => *key < boundary,
    };
    let mut keys: Vec<Bytes> = keys.iter().filter(is_left).cloned().collect();
    keys.sort_unstable();
    keys.dedup();
    if direction == Direction::Reverse {
        keys.reverse();
    }
    keys.into()
}
