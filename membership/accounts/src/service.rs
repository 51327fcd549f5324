//! Accounts at work: signing in and out, and turning tokens into accounts.

use std::net::IpAddr;

use async_trait::async_trait;
use contracts_membership::{Account, Accounts, AccountsError, Plan};
use data_engine::{Durability, SharedEngine};
use platform_clock::SharedClock;
use platform_entropy::{Entropy, SharedEntropy};

mod manage;

pub use manage::NewAccount;

use crate::AccountError;
use crate::attempts::Attempts;
use crate::limits::SESSION_LIFE;
use crate::name::AccountName;
use crate::password::{Hasher, Password};
use crate::record::SessionRecord;
use crate::store::Store;
use crate::token::{Token, fingerprint};

/// What an operator chooses about accounts.
#[derive(Debug, Clone)]
pub struct AccountsConfig {
    /// Given to an account made without a plan, and to the owner.
    pub default_plan: Plan,
    /// Whether the cookie is marked `Secure`: set where the API is reached by HTTPS.
    pub secure_cookie: bool,
}

impl Default for AccountsConfig {
    fn default() -> Self {
        let default_plan = Plan {
            name: "standard".into(),
            max_streams: 4,
            max_height: 2160,
        };
        Self {
            default_plan,
            secure_cookie: false,
        }
    }
}

/// A session that was just opened.
#[derive(Debug)]
pub struct SignIn {
    /// To send with every request.
    pub token: Token,
    /// Who signed in.
    pub account: Account,
}

/// The accounts of the service, kept in an engine.
#[derive(Debug)]
pub struct AccountService {
    store: Store,
    hasher: Hasher,
    attempts: Attempts,
    clock: SharedClock,
    entropy: SharedEntropy,
    config: AccountsConfig,
}

impl AccountService {
    /// Opens the tables. `entropy` draws tokens and salts, so it must be fit for keys.
    pub async fn open(
        engine: &SharedEngine,
        clock: SharedClock,
        entropy: SharedEntropy,
        config: AccountsConfig,
    ) -> Result<Self, AccountError> {
        let store = Store::open(engine).await?;
        let hasher = Hasher::new(&*entropy).await?;
        Ok(Self {
            store,
            hasher,
            attempts: Attempts::default(),
            clock,
            entropy,
            config,
        })
    }

    /// What the operator chose.
    pub const fn config(&self) -> &AccountsConfig {
        &self.config
    }

    /// Opens a session for who knows the name and the password. Takes as long for a name that is not
    /// there; slowed by name and by `address`.
    pub async fn sign_in(
        &self,
        name: &str,
        password: &Password,
        address: IpAddr,
    ) -> Result<SignIn, AccountError> {
        let name: AccountName = name.parse().map_err(|_| AccountError::WrongCredentials)?;
        let now = self.clock.monotonic();
        self.attempts
            .take(&name, address, now)
            .map_err(|retry_after| AccountError::TooManyAttempts { retry_after })?;
        let record = self.store.account(name.as_str()).await?;
        let stored = record.as_ref().map(|record| record.password_hash.as_str());
        let matches = self.hasher.verify(password, stored).await?;
        let record = record
            .filter(|_| matches)
            .ok_or(AccountError::WrongCredentials)?;
        self.attempts.forgive(&name, address);
        let account = record.into_account();
        let expires = self.clock.now().plus(SESSION_LIFE);
        let session = SessionRecord {
            account: account.id.clone(),
            name: name.as_str().to_owned(),
            expires: Some(expires),
        };
        let token = Token::generate(&*self.entropy);
        let key = fingerprint(token.expose());
        self.store
            .add_session(&key, &session, Durability::Process)
            .await?;
        Ok(SignIn { token, account })
    }

    /// Ends the session of `token`; ending one that is over is fine. The command line's token stays.
    pub async fn sign_out(&self, token: &str) -> Result<(), AccountError> {
        let key = fingerprint(token);
        while let Some(session) = self.store.session(&key).await? {
            if session.record.expires.is_none()
                || self
                    .store
                    .change_session(&key, &session, None, Durability::Power)
                    .await?
            {
                break;
            }
        }
        Ok(())
    }

    /// The account that holds `token`, or none; moves the session's end when that is due.
    pub async fn holder(&self, token: &str) -> Result<Option<Account>, AccountError> {
        let key = fingerprint(token);
        let Some(session) = self.store.session(&key).await? else {
            return Ok(None);
        };
        let now = self.clock.now();
        if session.record.is_over(now) {
            self.store
                .change_session(&key, &session, None, Durability::Process)
                .await?;
            return Ok(None);
        }
        let account = self.store.account(&session.record.name).await?;
        let Some(account) = account.filter(|account| account.id == session.record.account) else {
            return Ok(None);
        };
        if let Some(touched) = session.record.touched(now) {
            let process = Durability::Process;
            self.store
                .change_session(&key, &session, Some(&touched), process)
                .await?;
        }
        Ok(Some(account.into_account()))
    }

    /// Removes sessions that are over; returns how many. For a task that runs now and then.
    pub async fn sweep(&self) -> Result<u64, AccountError> {
        let now = self.clock.now();
        let mut removed = 0;
        let mut keys = self.store.fingerprints(None).await?;
        while let Some(last) = keys.last().cloned() {
            for key in &keys {
                let Some(session) = self.store.session(key).await? else {
                    continue;
                };
                if session.record.is_over(now) {
                    let process = Durability::Process;
                    let gone = self
                        .store
                        .change_session(key, &session, None, process)
                        .await?;
                    removed += u64::from(gone);
                }
            }
            keys = self.store.fingerprints(Some(&last)).await?;
        }
        Ok(removed)
    }

    /// The command line's token, which does not expire: drawn from `entropy` and given once, at the
    /// first call ever. `None` afterwards; see [`Self::replace_owner_token`].
    pub async fn owner_token(&self, entropy: &dyn Entropy) -> Result<Option<Token>, AccountError> {
        match self.store.owner_fingerprint().await? {
            Some(_) => Ok(None),
            None => self.issue_owner_token(entropy, None).await,
        }
    }

    /// A new token for the command line; the old one is refused from now on.
    pub async fn replace_owner_token(&self, entropy: &dyn Entropy) -> Result<Token, AccountError> {
        loop {
            let old = self.store.owner_fingerprint().await?;
            let Some(token) = self.issue_owner_token(entropy, old.as_deref()).await? else {
                continue;
            };
            if let Some(old) = old
                && let Some(session) = self.store.session(&old).await?
            {
                self.store
                    .change_session(&old, &session, None, Durability::Power)
                    .await?;
            }
            return Ok(token);
        }
    }

    /// `None` when another call was quicker.
    async fn issue_owner_token(
        &self,
        entropy: &dyn Entropy,
        replaced: Option<&[u8]>,
    ) -> Result<Option<Token>, AccountError> {
        let name = AccountName::owner();
        let owner = self.store.account(name.as_str()).await?;
        let owner = owner.ok_or_else(|| AccountError::NoSuchAccount(name.to_string()))?;
        let session = SessionRecord {
            account: owner.id,
            name: name.as_str().to_owned(),
            expires: None,
        };
        let token = Token::generate(entropy);
        let key = fingerprint(token.expose());
        self.store
            .add_session(&key, &session, Durability::Power)
            .await?;
        Ok(self
            .store
            .name_owner_session(replaced, &key)
            .await?
            .then_some(token))
    }
}

#[async_trait]
impl Accounts for AccountService {
    async fn by_token(&self, token: &str) -> Result<Account, AccountsError> {
        match self.holder(token).await {
            Ok(Some(account)) => Ok(account),
            Ok(None) => Err(AccountsError::NotSignedIn),
            Err(error) => Err(AccountsError::Store(error.to_string())),
        }
    }
}

#[cfg(test)]
mod tests;
