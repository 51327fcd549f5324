//! A disk that fills: growing a file takes from what room there is.

use super::{Disk, Fault, Ino};

/// Room on a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Bytes that files may grow by yet.
    pub bytes: u64,
    /// Whether whoever asks is told so; else the disk claims to be empty, as one does that somebody else
    /// fills just after it was asked.
    pub is_told: bool,
}

impl Disk {
    /// From now on there is this much room; `None`: no end of it.
    pub fn set_room(&mut self, room: Option<Room>) {
        self.room = room;
    }

    /// The room that whoever asks is told of; `None`: no end of it.
    pub fn told_room(&self) -> Option<u64> {
        self.room.filter(|room| room.is_told).map(|room| room.bytes)
    }

    /// Takes room for a new name.
    pub(super) fn take_name(&self) -> Result<(), Fault> {
        match self.room {
            Some(Room { bytes: 0, .. }) => Err(Fault::Full),
            _ => Ok(()),
        }
    }

    /// Takes room for `count` bytes at a place of a file, and tells how many of them there is room for: at
    /// least one, if any were asked for. Bytes within the file have their room already.
    pub(super) fn take(&mut self, ino: Ino, at: u64, count: u64) -> Result<u64, Fault> {
        let within = self.facts(ino)?.len.saturating_sub(at).min(count);
        let Some(room) = &mut self.room else {
            return Ok(count);
        };
        let more = (count - within).min(room.bytes);
        if within + more == 0 && count > 0 {
            return Err(Fault::Full);
        }
        room.bytes -= more;
        Ok(within + more)
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;
    use crate::disk::ROOT;

    #[test]
    fn what_does_not_fit_is_written_in_part_then_refused_and_room_can_be_made() {
        let mut disk = Disk::default();
        let file = disk.create(ROOT, OsStr::new("a"), 0o644).unwrap();
        disk.write(file, 0, b"abc").unwrap();
        disk.set_room(Some(Room {
            bytes: 2,
            is_told: true,
        }));
        assert_eq!(disk.extend(file, 100), Err(Fault::Full), "whole or not");
        assert_eq!(disk.write(file, 2, b"CDEF"), Ok(3));
        assert_eq!(disk.write(file, 5, b"F"), Err(Fault::Full));
        assert_eq!(disk.write(file, 0, b"AB"), Ok(2), "that has its room");
        assert_eq!(disk.read(file, 0, 9).unwrap(), b"ABCDE");
        assert_eq!(disk.create(ROOT, OsStr::new("b"), 0o644), Err(Fault::Full));
        assert_eq!(disk.told_room(), Some(0));
        disk.set_room(None);
        assert_eq!(disk.write(file, 5, b"F"), Ok(1));
    }
}
