//! Sessions in tables: a partition per account, so that the plan's slots are counted and taken together,
//! and a pointer from each session to its account.

use bytes::Bytes;
use contracts_delivery::SessionId;
use contracts_membership::AccountId;
use data_engine::{CasTable, Change, Durability, RowTable, SharedEngine};

use crate::PlaybackError;
use crate::limits::WALK_PAGE;
use crate::session::Session;

const SESSIONS: &str = "membership.plays";
const OWNERS: &str = "membership.play-owners";
/// Compared and changed by whoever takes a slot, so that two takers cannot both have the last one.
const GUARD: &[u8] = b"guard";
/// Before a session's id in its item key.
const PREFIX: &str = "session/";
/// The one item of a pointer's partition.
const OWNER: &str = "account";

/// A session with the bytes it was read from, to compare when it is changed.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) session: Session,
    bytes: Bytes,
}

/// An account's sessions at one moment, and the guard that holds while they stay as they are.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) sessions: Vec<Stored>,
    guard: Option<Bytes>,
}

#[derive(Debug)]
pub(crate) struct Store {
    sessions: CasTable,
    owners: RowTable,
}

impl Store {
    pub(crate) async fn open(engine: &SharedEngine) -> Result<Self, PlaybackError> {
        let sessions = CasTable::open(engine, SESSIONS).await?;
        Ok(Self {
            sessions,
            owners: RowTable::open(engine, OWNERS).await?,
        })
    }

    pub(crate) async fn find(&self, id: SessionId) -> Result<Option<Stored>, PlaybackError> {
        let Some(account) = self.owners.get(id.to_string(), OWNER).await? else {
            return Ok(None);
        };
        let bytes = self.sessions.get(account, item(id)).await?;
        bytes.map(read).transpose()
    }

    pub(crate) async fn held(&self, account: &AccountId) -> Result<Held, PlaybackError> {
        let mut held = Held {
            sessions: Vec::new(),
            guard: None,
        };
        for row in self.sessions.all(&account.0).await? {
            if row.key == GUARD {
                held.guard = Some(row.value);
            } else {
                held.sessions.push(read(row.value)?);
            }
        }
        Ok(held)
    }

    /// Names the account of a session that is about to be kept. Should that not happen, the pointer
    /// points nowhere, which reads as a session that is over.
    pub(crate) async fn point(&self, session: &Session) -> Result<(), PlaybackError> {
        let (partition, account) = (session.id.to_string(), session.account.0.clone());
        Ok(self
            .owners
            .put(partition, OWNER, account, Durability::Process)
            .await?)
    }

    /// Keeps a session that takes a slot, if no other took one since `held` was read.
    pub(crate) async fn take(&self, held: &Held, session: &Session) -> Result<bool, PlaybackError> {
        let count = held
            .guard
            .as_deref()
            .and_then(|guard| <[u8; 8]>::try_from(guard).ok());
        let next = count.map_or(0, u64::from_be_bytes).wrapping_add(1);
        let put = |item: Bytes, value: Bytes| Change::put(item, value);
        let mutations = vec![
            put(
                Bytes::from_static(GUARD),
                Bytes::copy_from_slice(&next.to_be_bytes()),
            ),
            put(item(session.id).into(), serde_json::to_vec(session)?.into()),
        ];
        let (partition, process) = (&session.account.0, Durability::Process);
        let expected = held.guard.as_deref();
        Ok(self
            .sessions
            .write_if(partition, GUARD, expected, mutations, process)
            .await?)
    }

    /// Replaces a session, or removes it, unless it changed since it was read.
    pub(crate) async fn replace(
        &self,
        stored: &Stored,
        next: Option<&Session>,
    ) -> Result<bool, PlaybackError> {
        let Session { id, account, .. } = &stored.session;
        let value = next.map(serde_json::to_vec).transpose()?.map(Bytes::from);
        let (expected, process) = (Some(&stored.bytes[..]), Durability::Process);
        let done = self
            .sessions
            .swap(&account.0, item(*id), expected, value, process)
            .await?;
        if done && next.is_none() {
            self.owners
                .delete(id.to_string(), OWNER, Durability::Process)
                .await?;
        }
        Ok(done)
    }

    /// Accounts that have sessions or had some, in byte order after `after`.
    pub(crate) async fn accounts(&self, after: Option<&[u8]>) -> Result<Vec<Bytes>, PlaybackError> {
        Ok(self.sessions.partitions(after, WALK_PAGE).await?)
    }
}

fn item(id: SessionId) -> String {
    format!("{PREFIX}{id}")
}

fn read(bytes: Bytes) -> Result<Stored, PlaybackError> {
    Ok(Stored {
        session: serde_json::from_slice(&bytes)?,
        bytes,
    })
}
