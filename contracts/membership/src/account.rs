//! Who asks, and what they may do.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::Maturity;

/// An account's identifier: 26 random base-32 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(pub String);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an account may do beside watching.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Runs the service: publishes titles, adds accounts.
    Owner,
    /// Watches.
    Viewer,
}

/// What an account has subscribed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Its name, as titles' windows refer to it.
    pub name: String,
    /// Most plays at once.
    pub max_streams: u32,
    /// Tallest rendition offered, in pixels.
    pub max_height: u32,
}

/// A signed-in account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its identifier.
    pub id: AccountId,
    /// The name it signs in with.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// What it has subscribed to.
    pub plan: Plan,
    /// The highest rating it may watch.
    pub max_maturity: Maturity,
}

/// Why a credential was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// No account, or no session, answers to the credential; one message for every cause.
    #[error("sign in to go on")]
    NotSignedIn,
    /// The store failed; a retry may help.
    #[error("the account store failed: {0}")]
    Store(String),
}

/// Turns credentials into accounts.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// The account that holds a bearer token.
    async fn by_token(&self, token: &str) -> Result<Account, AccountsError>;
}
