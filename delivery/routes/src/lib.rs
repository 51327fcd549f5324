//! Routes: which appliances announced the network a client is in, best announced first.
//!
//! An internet provider tells an appliance over BGP which of its networks the appliance should serve. Those
//! announcements gather in a [`Rib`]; a [`RouteTable`] made of it answers one question, quickly: for an
//! address, who announced the most specific prefix around it, and who the prefixes around that one. A
//! [`SharedTable`] puts a new table in the place of an old one while decisions go on.
//!
//! This crate must not know what an appliance is beyond its number, how loaded it is or what it holds.
//! It reads no files; dumps in MRT are read by `delivery-mrt`.

mod announcement;
mod community;
pub mod limits;
mod list;
mod rib;
mod shared;
mod table;

pub use announcement::{Announced, Announcer, Route};
pub use community::{BadCommunity, Community};
pub use list::{ListError, ListFault, parse_list};
pub use rib::Rib;
pub use shared::SharedTable;
pub use table::{Candidate, Candidates, Match, OutOfOrder, RouteTable, TableBuilder};
