//! Uploads over the protocol, on a real folder.

mod disk;
mod protocol;
mod server;
mod stored;
