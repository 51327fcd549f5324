//! What other planes may see of membership: titles in the catalogue, accounts, plans, and the events of
//! a play. Types and traits only; nothing here opens a file or a socket.

mod account;
mod catalog;
mod event;

pub use account::{Account, AccountId, Accounts, AccountsError, Plan, Role};
pub use catalog::{Availability, Catalog, CatalogEntry, CatalogError, Maturity, TitleId};
pub use event::{PLAYS_TOPIC, PlayEvent};
