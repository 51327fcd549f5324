//! Room on the disk, looked at now and then: asking the file system at every write would cost more than many a
//! write.

use std::time::Duration;

use parking_lot::Mutex;

use crate::EngineError;
use crate::limits::{ROOM_BYTES, ROOM_INTERVAL};

/// How long the last look is good for.
#[derive(Debug, Default)]
pub(super) struct Room(Mutex<Option<Seen>>);

#[derive(Debug)]
struct Seen {
    at: Duration,
    bytes_left: usize,
}

impl Room {
    /// Refuses a write of `bytes` at `now` (monotonic) when `look` says that there is no room for it. The look
    /// before serves while little time has passed and little was written since.
    pub(super) fn require(
        &self,
        bytes: usize,
        now: Duration,
        look: impl FnOnce() -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        let mut seen = self.0.lock();
        if let Some(seen) = seen.as_mut()
            && now.saturating_sub(seen.at) < ROOM_INTERVAL
            && seen.bytes_left >= bytes
        {
            seen.bytes_left -= bytes;
            return Ok(());
        }
        *seen = None;
        look()?;
        *seen = Some(Seen {
            at: now,
            bytes_left: ROOM_BYTES.saturating_sub(bytes),
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_serves_for_some_bytes_and_some_time() {
        let room = Room::default();
        let mut looks = 0;
        let mut require = |bytes, millis| {
            let look = || {
                looks += 1;
                Ok(())
            };
            room.require(bytes, Duration::from_millis(millis), look)
                .unwrap();
            looks
        };
        assert_eq!(require(1_000, 0), 1);
        assert_eq!(require(1_000, 99), 1);
        assert_eq!(require(ROOM_BYTES, 99), 2, "so much needs a look");
        assert_eq!(require(1, 99), 3, "nothing is left of the last");
        assert_eq!(require(1, 199), 4, "nor after its time");
    }

    #[test]
    fn every_write_looks_while_the_disk_is_full() {
        let room = Room::default();
        let now = Duration::ZERO;
        for _ in 0..2 {
            let refused = room.require(1, now, || Err(EngineError::Full));
            assert!(matches!(refused, Err(EngineError::Full)));
        }
        room.require(1, now, || Ok(())).unwrap();
    }
}
