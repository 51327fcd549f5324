//! Accounts: who may come in, and what they may do beside watching.
//!
//! Passwords are hashed with argon2id; a session is a random bearer token of which only the hash is kept;
//! sign-in is slowed by name and by address. The crate also holds what every HTTP surface of membership
//! shares: the [`SignedIn`] extractor, the [`require_owner`] middleware and checked inputs.
//! This crate must not know what a title or a play is.

mod attempts;
mod error;
mod http;
pub mod limits;
mod name;
mod password;
mod record;
mod service;
mod store;
mod token;

pub use error::AccountError;
pub use http::{
    ClientAddress, Owner, ProblemDocument, SESSION_COOKIE, SharedAccounts, SignedIn, Valid,
    ValidBody, authenticate, require_owner, router,
};
pub use name::{AccountName, OWNER_NAME};
pub use password::Password;
pub use service::{AccountService, AccountsConfig, NewAccount, SignIn};
pub use token::Token;
