//! MRT (RFC 6396): what a router or a route collector wrote down of its BGP sessions, read as routes.
//!
//! A [`Dump`] takes table dumps and update files, one after another, plain or compressed by gzip or bzip2,
//! and holds what is in force at their end. Damaged files are usual: a record that cannot be read is left
//! out and counted, a file that ends in mid-record gives what came before, and both are said.
//!
//! A crate of its own because the parser it stands on is large; whoever only looks routes up does not
//! build it. It must not know appliances: whose announcements a dump holds is the caller's to say.

mod decompress;
mod dump;
mod element;
pub mod limits;

pub use dump::{Cut, Dump, MrtError, Session, Taken};
