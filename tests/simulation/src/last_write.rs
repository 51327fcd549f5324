//! What may be held when the last write wins: no less than what was acknowledged, and nothing else than what
//! was tried.

use std::fmt::Debug;

use bytes::Bytes;
use data_engine::Stamp;

/// What a write does to an item: its stamp, and the value it leaves; `None`: it deletes.
pub type Effect = (Stamp, Option<Bytes>);

/// A write's effect on an item, and whether the item must show it or what came after it.
pub type Tried = (Effect, bool);

/// Holds what an item shows against everything that was tried on it.
///
/// # Panics
/// When it shows what was never written, or lacks what was acknowledged.
pub fn assert_last_write(item: &impl Debug, held: Option<&Effect>, tried: &[Tried]) {
    let acknowledged = tried.iter().filter(|(_, known)| *known);
    let least = acknowledged
        .map(|(effect, _)| effect)
        .max_by_key(|(stamp, value)| (*stamp, value.is_none()));
    match (held, least) {
        (Some(held), least) => {
            assert!(
                tried.iter().any(|(effect, _)| effect == held),
                "{item:?}: {held:?} was never written"
            );
            if let Some(least) = least {
                assert!(
                    held.0 >= least.0,
                    "{item:?}: {held:?} though {least:?} was acknowledged"
                );
            }
        }
        (None, Some((stamp, Some(value)))) => {
            let mut effects = tried.iter().map(|(effect, _)| effect);
            assert!(
                effects.any(|(later, value)| later >= stamp && value.is_none()),
                "{item:?}: {value:?} at {stamp} was acknowledged and is gone"
            );
        }
        (None, _) => {}
    }
}
