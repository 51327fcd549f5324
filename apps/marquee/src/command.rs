//! What each command does.

pub(crate) mod backup;
pub(crate) mod capacity;
pub(crate) mod check;
pub(crate) mod inspect;
pub(crate) mod play;
pub(crate) mod publish;
pub(crate) mod serve;
pub(crate) mod simulate;
pub(crate) mod steer;
pub(crate) mod titles;
