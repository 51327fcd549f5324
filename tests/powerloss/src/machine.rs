//! The machine whose power is cut: one disk, whether it has power, and a moment to stop at.

use std::sync::Arc;

use parking_lot::{Condvar, Mutex, MutexGuard};

use crate::disk::{Disk, Fault, Losses, Room};

/// What happens at the moment that a machine was told to stop at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The power goes, just before the operation.
    Cut {
        /// Chooses what of the unsynced is left.
        seed: u64,
    },
    /// The disk is left with this much room, until [`Machine::make_room`].
    Fill(Room),
    /// Everything stands still until [`Machine::thaw`], so that a process can be killed at this very
    /// operation.
    Freeze,
}

/// Why an operation failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MachineError {
    /// There is no power.
    #[error("the machine has no power")]
    NoPower,
    /// The disk refused.
    #[error(transparent)]
    Refused(#[from] Fault),
}

/// A machine; clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct Machine {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    thawed: Condvar,
}

#[derive(Default)]
struct State {
    disk: Disk,
    is_off: bool,
    is_frozen: bool,
    /// Changes asked for since the machine was last told to stop.
    operations: u64,
    stop: Option<(u64, Stop)>,
    tell: Option<Box<dyn FnOnce() + Send>>,
    losses: Losses,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("is_off", &self.is_off)
            .field("operations", &self.operations)
            .field("stop", &self.stop)
            .finish_non_exhaustive()
    }
}

impl Machine {
    /// Stops at the `nth` change from now (0 for the very next), and says so through `tell`.
    pub fn stop_at(&self, nth: u64, stop: Stop, tell: impl FnOnce() + Send + 'static) {
        let mut state = self.shared.state.lock();
        state.operations = 0;
        state.stop = Some((nth, stop));
        state.tell = Some(Box::new(tell));
    }

    /// The power goes now; every operation fails until it is back. Does nothing without power.
    pub fn cut(&self, seed: u64) {
        self.shared.state.lock().cut(seed);
    }

    /// Lets a machine that stands still go on.
    pub fn thaw(&self) {
        let mut state = self.shared.state.lock();
        state.stop = None;
        state.is_frozen = false;
        self.shared.thawed.notify_all();
    }

    /// The power comes back; returns what the last cut took.
    pub fn power_on(&self) -> Losses {
        let mut state = self.shared.state.lock();
        state.is_off = false;
        state.stop = None;
        std::mem::take(&mut state.losses)
    }

    /// The disk is left with this much room, from now on.
    pub fn fill(&self, room: Room) {
        self.shared.state.lock().disk.set_room(Some(room));
    }

    /// There is no end of room again.
    pub fn make_room(&self) {
        let mut state = self.shared.state.lock();
        state.stop = None;
        state.disk.set_room(None);
    }

    /// Changes asked for since the last [`Self::stop_at`].
    pub fn operations(&self) -> u64 {
        self.shared.state.lock().operations
    }

    /// Looks at the disk.
    pub fn look<T>(&self, look: impl FnOnce(&Disk) -> Result<T, Fault>) -> Result<T, MachineError> {
        let state = self.shared.state.lock();
        if state.is_off {
            return Err(MachineError::NoPower);
        }
        Ok(look(&state.disk)?)
    }

    /// Changes or syncs the disk, unless this is where the machine stops.
    pub fn change<T>(
        &self,
        change: impl FnOnce(&mut Disk) -> Result<T, Fault>,
    ) -> Result<T, MachineError> {
        let mut state = self.shared.state.lock();
        self.count(&mut state);
        if state.is_off {
            return Err(MachineError::NoPower);
        }
        Ok(change(&mut state.disk)?)
    }

    fn count(&self, state: &mut MutexGuard<'_, State>) {
        let now = state.operations;
        state.operations += 1;
        let Some((_, stop)) = state.stop.take_if(|(at, _)| *at == now) else {
            return;
        };
        let tell = state.tell.take();
        match stop {
            Stop::Cut { seed } => state.cut(seed),
            Stop::Fill(room) => state.disk.set_room(Some(room)),
            Stop::Freeze => state.is_frozen = true,
        }
        if let Some(tell) = tell {
            tell();
        }
        self.shared
            .thawed
            .wait_while(state, |state| state.is_frozen);
    }
}

impl State {
    fn cut(&mut self, seed: u64) {
        if !self.is_off {
            let (disk, losses) = std::mem::take(&mut self.disk).cut(seed);
            self.disk = disk;
            self.losses = losses;
            self.is_off = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::sync::mpsc;

    use super::*;
    use crate::disk::ROOT;

    fn create(machine: &Machine, name: &str) -> Result<u64, MachineError> {
        machine.change(|disk| disk.create(ROOT, OsStr::new(name), 0o644))
    }

    #[test]
    fn the_power_goes_at_its_operation_and_comes_back_to_what_was_synced() {
        let machine = Machine::default();
        let (tell, told) = mpsc::channel();
        machine.stop_at(2, Stop::Cut { seed: 1 }, move || tell.send(()).unwrap());
        create(&machine, "a").unwrap();
        machine.change(|disk| disk.sync_folder(ROOT)).unwrap();
        assert!(told.try_recv().is_err());
        assert_eq!(create(&machine, "b"), Err(MachineError::NoPower));
        told.try_recv().unwrap();
        assert_eq!(
            machine.look(|disk| disk.list(ROOT)),
            Err(MachineError::NoPower)
        );
        machine.power_on();
        let names = machine.look(|disk| disk.list(ROOT)).unwrap();
        assert_eq!(names.len(), 1);
        assert_eq!(names[0].name, "a");
    }

    #[test]
    fn a_frozen_machine_stands_still_until_it_is_thawed() {
        let machine = Machine::default();
        let (tell, told) = mpsc::channel();
        machine.stop_at(0, Stop::Freeze, move || tell.send(()).unwrap());
        let other = machine.clone();
        let writer = std::thread::spawn(move || create(&other, "a"));
        told.recv().unwrap();
        assert!(machine.look(|disk| disk.list(ROOT)).unwrap().is_empty());
        machine.thaw();
        writer.join().unwrap().unwrap();
        assert_eq!(machine.look(|disk| disk.list(ROOT)).unwrap().len(), 1);
    }
}
