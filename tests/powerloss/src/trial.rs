//! A store's lives on one disk, and what must hold between them.

use std::path::Path;

use crate::life::{self, Heard};
use crate::limits::{LOSSES_TOLD, OPERATIONS, WRITERS};
use crate::machine::Machine;
use crate::mount::Mounted;
use crate::plan::{End, Plan, Suite};
use crate::protocol::History;
use crate::workload::Orders;
use data_engine::Durability;

/// What a trial came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Kills that met a living victim.
    pub kills: u64,
    /// Power cuts.
    pub cuts: u64,
    /// Disks that were filled.
    pub fills: u64,
    /// Operations that were refused on one.
    pub refused: u64,
    /// Operations acknowledged.
    pub acknowledged: u64,
}

/// How errors tell that a disk is full. The last one is fjall's, of writes after one that failed.
const NAMES_OF_FULL: [&str; 4] = ["is full", "No space left", "free some space", "Poisoned"];

struct Trial<'a> {
    plan: &'a Plan,
    victim: &'a Path,
    folder: tempfile::TempDir,
    machine: Option<Machine>,
    history: History,
    tally: Tally,
    /// What happened so far, in words.
    told: Vec<String>,
}

/// Runs a plan with the victim at this path.
///
/// # Errors
/// What was lost or damaged, with all that is needed to find out why.
pub fn run(plan: &Plan, victim: &Path) -> Result<Tally, String> {
    let folder = tempfile::Builder::new()
        .prefix("marquee-powerloss-")
        .tempdir();
    let mut trial = Trial {
        plan,
        victim,
        folder: folder.map_err(|error| error.to_string())?,
        machine: plan.on_machine.then(Machine::default),
        history: History {
            floors: vec![0; WRITERS as usize],
            ..History::default()
        },
        tally: Tally::default(),
        told: Vec::new(),
    };
    // Once: a folder that was mounted a moment ago is not to be asked.
    std::fs::create_dir(trial.folder.path().join("disk")).map_err(|error| error.to_string())?;
    let ends = plan.ends.iter().copied().map(Some).chain([None]);
    for end in ends {
        trial.live(end).map_err(|what| trial.report(&what))?;
    }
    Ok(trial.tally)
}

impl Trial<'_> {
    fn live(&mut self, end: Option<End>) -> Result<(), String> {
        let text = |error: std::io::Error| error.to_string();
        let disk = self.folder.path().join("disk");
        let mounted = self
            .machine
            .as_ref()
            .map(|machine| Mounted::new(machine, &disk));
        let mounted = mounted.transpose().map_err(|error| {
            format!("cannot mount: {error}; mounting needs root and the package fuse3")
        })?;
        let orders = self.orders(disk.join("store"), end);
        let complaints = self.folder.path().join("complaints");
        let machine = self.machine.as_ref();
        let heard = life::live(
            self.victim,
            &orders,
            &self.history,
            machine,
            end,
            &complaints,
        );
        if let Some(mounted) = mounted {
            mounted.unmount().map_err(text)?;
        }
        let heard = heard.map_err(text)?;
        self.tell(end, &heard);
        let complaint = std::fs::read_to_string(&complaints).map_err(text)?;
        self.judge(end, heard, &complaint)
    }

    fn orders(&self, folder: std::path::PathBuf, end: Option<End>) -> Orders {
        let durability = match self.plan.suite {
            Suite::Power => Durability::Power,
            Suite::Kill | Suite::Full => Durability::Process,
        };
        Orders {
            store: self.plan.store,
            folder,
            seed: self.plan.seed,
            durability,
            writers: WRITERS,
            operations: if end.is_some() { OPERATIONS } else { 0 },
        }
    }

    fn tell(&mut self, end: Option<End>, heard: &Heard) {
        let changes = self.machine.as_ref().map(Machine::operations);
        self.told.push(format!(
            "life {}: {end:?}; held {:?}, {} acknowledged, {changes:?} changes of the disk",
            self.told.len() + 1,
            heard.holds,
            heard.acked.len(),
        ));
        if let (Some(machine), Some(End::Fill(..))) = (&self.machine, end) {
            machine.make_room();
            self.told
                .push(format!("on the full disk: {:?}", heard.refusal));
        }
        if let (Some(machine), Some(End::Cut(..))) = (&self.machine, end) {
            let losses = machine.power_on();
            let count = losses.len();
            self.told.push(format!("the cut took {count} things"));
            self.told.extend(losses.into_iter().take(LOSSES_TOLD));
        }
    }

    fn judge(&mut self, end: Option<End>, heard: Heard, complaint: &str) -> Result<(), String> {
        if let Some(fault) = heard.fault {
            return Err(format!("{fault}\n{complaint}"));
        }
        if end.is_some() && !heard.was_ended {
            return Err(format!("the victim ended by itself\n{complaint}"));
        }
        if end.is_none() && heard.holds.is_none() {
            return Err(format!(
                "the victim ended before it opened the store\n{complaint}"
            ));
        }
        if let (Some(End::Fill(..)), Some(refusal)) = (end, &heard.refusal)
            && !NAMES_OF_FULL.iter().any(|name| refusal.contains(name))
        {
            return Err(format!("of a full disk it said only: {refusal}"));
        }
        match end {
            Some(End::Kill(_)) => self.tally.kills += 1,
            Some(End::Cut(..)) => self.tally.cuts += 1,
            Some(End::Fill(..)) => {
                self.tally.fills += 1;
                self.tally.refused += u64::from(heard.refusal.is_some());
            }
            None => {}
        }
        self.tally.acknowledged += heard.acked.len() as u64;
        if let Some(holds) = heard.holds {
            self.history.floors = holds;
        }
        for (writer, number, place) in heard.acked {
            let floor = &mut self.history.floors[writer as usize];
            if number != *floor {
                return Err(format!(
                    "writer {writer} had operation {number} acknowledged, {floor} was next"
                ));
            }
            *floor += 1;
            if !place.is_empty() {
                self.history.places.insert((writer, number), place);
            }
        }
        Ok(())
    }

    fn report(&self, what: &str) -> String {
        let Plan {
            suite, store, seed, ..
        } = self.plan;
        let suite_name = match suite {
            Suite::Kill => "kill",
            Suite::Power => "power",
            Suite::Full => "full",
        };
        format!(
            "{} of {} lost or damaged what it acknowledged: {what}\n{}\nacknowledged or seen before: {:?}\n\
             replay: MARQUEE_SEED={seed} cargo test -p tests-powerloss --test stores -- {suite_name}_{}\n\
             The seed repeats every operation, the moment of each end and what a cut leaves of the same \
             unsynced changes. It does not repeat how the store's threads interleave, so a replay may need \
             several runs.",
            store.name(),
            suite_name,
            self.told.join("\n"),
            self.history.floors,
            store.name(),
        )
    }
}
