//! The door to files that must survive.
//!
//! A file written here is either wholly there after a crash or not there at all: written beside its
//! place, synced, renamed, and its folder synced. Space is asked for before it is used.
//! This crate must not know what the files hold.

mod atomic;
mod space;

pub use atomic::{
    create_folder, create_folder_sync, persist, persist_sync, remove_if_there, sync_folder,
    sync_folders_sync, write_atomic, write_private,
};
pub use space::{SpaceError, available_bytes, require_space};
