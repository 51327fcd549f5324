//! Where accounts and sessions are kept: two compare-and-set tables, so that a name is given once and a
//! session that was ended is not revived by a request that was under way.

use bytes::Bytes;
use data_engine::{CasTable, Durability, EngineError, SharedEngine};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::AccountError;
use crate::limits::WALK_PAGE;
use crate::name::AccountName;
use crate::record::{AccountRecord, SessionRecord};

/// Accounts by folded name, one partition each.
const ACCOUNTS: &str = "membership.accounts";
/// Sessions by the hash of their token, one partition each.
const SESSIONS: &str = "membership.account-sessions";
/// The one item of an account's or a session's partition.
const RECORD: &str = "record";
/// The partition of [`SESSIONS`] that names the command line's session; no SHA-256 hash is this short.
const OWNER_TOKEN: &str = "owner-token";

/// A session with the bytes it was read from, to compare when it is changed.
pub(crate) struct StoredSession {
    pub(crate) record: SessionRecord,
    bytes: Bytes,
}

#[derive(Debug)]
pub(crate) struct Store {
    accounts: CasTable,
    sessions: CasTable,
}

impl Store {
    pub(crate) async fn open(engine: &SharedEngine) -> Result<Self, EngineError> {
        Ok(Self {
            accounts: CasTable::open(engine, ACCOUNTS).await?,
            sessions: CasTable::open(engine, SESSIONS).await?,
        })
    }

    pub(crate) async fn account(&self, name: &str) -> Result<Option<AccountRecord>, AccountError> {
        decode(self.accounts.get(name, RECORD).await?)
    }

    /// Keeps a new account; `false` when the name is taken.
    pub(crate) async fn add_account(
        &self,
        name: &AccountName,
        record: &AccountRecord,
    ) -> Result<bool, AccountError> {
        let value = encode(record)?;
        let added = self
            .accounts
            .swap(name.as_str(), RECORD, None, Some(value), Durability::Power);
        Ok(added.await?)
    }

    pub(crate) async fn remove_account(
        &self,
        record: &AccountRecord,
    ) -> Result<bool, AccountError> {
        let expected = encode(record)?;
        let name: AccountName = record.name.parse()?;
        let (partition, power) = (name.as_str(), Durability::Power);
        Ok(self
            .accounts
            .swap(partition, RECORD, Some(&expected), None, power)
            .await?)
    }

    /// Every account, by name.
    pub(crate) async fn all_accounts(&self) -> Result<Vec<AccountRecord>, AccountError> {
        let mut records = Vec::new();
        let mut after: Option<Bytes> = None;
        loop {
            let names = self
                .accounts
                .partitions(after.as_deref(), WALK_PAGE)
                .await?;
            for name in &names {
                records.extend(decode::<AccountRecord>(
                    self.accounts.get(name, RECORD).await?,
                )?);
            }
            match names.last() {
                Some(last) => after = Some(last.clone()),
                None => return Ok(records),
            }
        }
    }

    pub(crate) async fn session(
        &self,
        fingerprint: &[u8],
    ) -> Result<Option<StoredSession>, AccountError> {
        let Some(bytes) = self.sessions.get(fingerprint, RECORD).await? else {
            return Ok(None);
        };
        let record = serde_json::from_slice(&bytes)?;
        Ok(Some(StoredSession { record, bytes }))
    }

    pub(crate) async fn add_session(
        &self,
        fingerprint: &[u8],
        record: &SessionRecord,
        durability: Durability,
    ) -> Result<(), AccountError> {
        let value = encode(record)?;
        self.sessions
            .swap(fingerprint, RECORD, None, Some(value), durability)
            .await?;
        Ok(())
    }

    /// Replaces or removes a session unless it changed since it was read: then the change made
    /// meanwhile stands.
    pub(crate) async fn change_session(
        &self,
        fingerprint: &[u8],
        stored: &StoredSession,
        next: Option<&SessionRecord>,
        durability: Durability,
    ) -> Result<bool, AccountError> {
        let next = next.map(encode).transpose()?;
        let expected = Some(&stored.bytes[..]);
        Ok(self
            .sessions
            .swap(fingerprint, RECORD, expected, next, durability)
            .await?)
    }

    /// The token hashes of sessions, in byte order after `after`.
    pub(crate) async fn fingerprints(
        &self,
        after: Option<&[u8]>,
    ) -> Result<Vec<Bytes>, AccountError> {
        Ok(self.sessions.partitions(after, WALK_PAGE).await?)
    }

    /// The hash of the command line's token.
    pub(crate) async fn owner_fingerprint(&self) -> Result<Option<Bytes>, AccountError> {
        Ok(self.sessions.get(OWNER_TOKEN, OWNER_TOKEN).await?)
    }

    /// Names the command line's session if it still is `expected`.
    pub(crate) async fn name_owner_session(
        &self,
        expected: Option<&[u8]>,
        fingerprint: &[u8],
    ) -> Result<bool, AccountError> {
        let value = Bytes::copy_from_slice(fingerprint);
        let (token, power) = (OWNER_TOKEN, Durability::Power);
        Ok(self
            .sessions
            .swap(token, token, expected, Some(value), power)
            .await?)
    }
}

fn encode(record: &impl Serialize) -> Result<Bytes, AccountError> {
    Ok(serde_json::to_vec(record)?.into())
}

fn decode<T: DeserializeOwned>(bytes: Option<Bytes>) -> Result<Option<T>, AccountError> {
    Ok(bytes
        .map(|bytes| serde_json::from_slice(&bytes))
        .transpose()?)
}
