//! Kills and power cuts against the real embedded stores.
//!
//! [`disk`] is a disk that forgets what was not synced, names included; [`mount`] shows it to processes
//! through FUSE; [`machine`] cuts its power at a chosen operation.

pub mod disk;
pub mod limits;
pub mod machine;
pub mod mount;

mod fuse;

pub use fuse::{LEAVE_OUT, fuse_is_there};
