//! Kills, power cuts and full disks against the real embedded stores.
//!
//! [`disk`] is a disk that forgets what was not synced, names included; [`mount`] shows it to processes
//! through FUSE; [`machine`] cuts its power or fills it at a chosen operation. A [`plan`] says how a
//! store's lives end; a [`trial`] lives them, each in a process of its own ([`victim`]), and holds what the
//! store shows afterwards against what it acknowledged ([`check`]). A [`workload`] is what victims do to a
//! store.

pub mod check;
pub mod disk;
mod fuse;
pub mod life;
pub mod limits;
pub mod machine;
pub mod mount;
pub mod plan;
pub mod protocol;
pub mod trial;
pub mod victim;
pub mod workload;

pub use fuse::{LEAVE_OUT, fuse_is_there};
