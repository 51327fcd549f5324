//! Why an account was not opened, made or removed.

use std::time::Duration;

use data_engine::EngineError;

/// What went wrong with an account.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// No such name, or not its password: the same answer for both.
    #[error("the name or the password is wrong")]
    WrongCredentials,
    /// Too many tries; the right password would be refused as well until then.
    #[error("too many tries to sign in; try again in {} s", retry_after.as_secs().max(1))]
    TooManyAttempts {
        /// When the next try is heard.
        retry_after: Duration,
    },
    /// More sign-ins are waiting than may; a retry helps within a second.
    #[error("too many people are signing in at this moment; try again in a second")]
    Busy,
    /// A name that cannot be an account's.
    #[error(
        "a name has 1 to {} characters, none of them control characters",
        crate::limits::MAX_NAME_CHARS
    )]
    BadName,
    /// A password that is too short or too long.
    #[error(
        "a password has at least {} characters and at most {} bytes",
        crate::limits::MIN_PASSWORD_CHARS,
        crate::limits::MAX_PASSWORD_BYTES
    )]
    BadPassword,
    /// A plan out of bounds.
    #[error(
        "a plan has a name, 1 to {} streams and a height",
        crate::limits::MAX_PLAN_STREAMS
    )]
    BadPlan,
    /// Somebody has the name already.
    #[error("there is an account named {0} already")]
    NameTaken(String),
    /// No account has this identifier.
    #[error("there is no account {0}")]
    NoSuchAccount(String),
    /// The owner's account cannot be removed.
    #[error("the owner's account stays")]
    OwnerStays,
    /// A record that cannot be read back; the store was written by something else.
    #[error("an account record cannot be read")]
    Damaged(#[from] serde_json::Error),
    /// The password hash failed.
    #[error("the password hash failed: {0}")]
    Hash(String),
    /// The store failed; a retry may help.
    #[error("the account store failed")]
    Store(#[from] EngineError),
}
