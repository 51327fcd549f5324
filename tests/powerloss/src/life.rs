//! One life of a store: a victim is started, listened to, and ended at its moment.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};

use crate::limits::PATIENCE;
use crate::machine::{Machine, Stop};
use crate::plan::{End, Moment};
use crate::protocol::{History, Said};
use crate::workload::Orders;

/// What was heard of a life.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heard {
    /// What the store held at first, if the victim came to say so.
    pub holds: Option<Vec<u64>>,
    /// Operations acknowledged, with their places.
    pub acked: Vec<(u32, u64, String)>,
    /// What went wrong before the end was brought about.
    pub fault: Option<String>,
    /// What failed after the end was brought about.
    pub refusal: Option<String>,
    /// Whether the end was brought about, rather than that the victim ended by itself.
    pub was_ended: bool,
}

enum Event {
    Line(String),
    Stopped,
    Closed,
}

struct Life<'a> {
    machine: Option<&'a Machine>,
    end: Option<End>,
    victim: Child,
    heard: Heard,
}

/// Lives one life. Without an end the store is opened, looked at and left.
///
/// # Errors
/// Whatever keeps a process from starting, and a victim that says nothing for too long.
pub fn live(
    victim: &Path,
    orders: &Orders,
    history: &History,
    machine: Option<&Machine>,
    end: Option<End>,
    complaints: &Path,
) -> io::Result<Heard> {
    let (tell, events) = mpsc::channel();
    if let (Some(machine), Some((nth, stop))) = (machine, end.and_then(End::stop)) {
        let tell = tell.clone();
        machine.stop_at(nth, stop, move || {
            let _ = tell.send(Event::Stopped);
        });
    }
    let mut victim = spawn(victim, orders, complaints)?;
    let mut stdin = victim.stdin.take().ok_or_else(no_pipe)?;
    let stdout = victim.stdout.take().ok_or_else(no_pipe)?;
    let reader = std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let _ = tell.send(Event::Line(line));
        }
        let _ = tell.send(Event::Closed);
    });
    let mut life = Life {
        machine,
        end,
        victim,
        heard: Heard::default(),
    };
    // A victim that died already is heard of below.
    let _ = stdin.write_all(history.to_lines().as_bytes());
    let listened = life.listen(&events, stdin);
    life.put_down();
    if listened.is_err() {
        let _ = life.victim.kill();
    }
    life.victim.wait()?;
    let _ = reader.join();
    listened?;
    Ok(life.heard)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one process that must be killable at any moment, and is this crate's own"
)]
fn spawn(victim: &Path, orders: &Orders, complaints: &Path) -> io::Result<Child> {
    std::process::Command::new(victim)
        .args(orders.to_args())
        .env("RUST_BACKTRACE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(File::create(complaints)?)
        .spawn()
}

fn no_pipe() -> io::Error {
    io::Error::other("the victim has no pipe")
}

impl End {
    fn stop(self) -> Option<(u64, Stop)> {
        match self {
            Self::Cut(Moment::Change(nth), seed) => Some((nth, Stop::Cut { seed })),
            Self::Kill(Moment::Change(nth)) => Some((nth, Stop::Freeze)),
            Self::Fill(Moment::Change(nth), room) => Some((nth, Stop::Fill(room))),
            _ => None,
        }
    }

    fn after_acknowledgements(self) -> Option<u64> {
        let (Self::Kill(moment) | Self::Cut(moment, _) | Self::Fill(moment, _)) = self;
        match moment {
            Moment::Acknowledged(count) => Some(count),
            Moment::Change(_) => None,
        }
    }
}

impl Life<'_> {
    fn listen(&mut self, events: &Receiver<Event>, stdin: ChildStdin) -> io::Result<()> {
        let mut stdin = Some(stdin);
        loop {
            match events.recv_timeout(PATIENCE) {
                Ok(Event::Line(line)) => {
                    let Some(said) = Said::from_line(&line) else {
                        continue;
                    };
                    let is_done = said == Said::Done;
                    let is_over = self.hear(said);
                    if is_over && self.end.is_some() {
                        self.strike();
                        // A disk with room enough has met nothing.
                        if is_done {
                            self.put_down();
                        }
                    } else if is_over {
                        stdin.take();
                    }
                }
                Ok(Event::Stopped) => self.strike(),
                Ok(Event::Closed) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
                Err(RecvTimeoutError::Timeout) => {
                    return Err(io::Error::other(format!(
                        "the victim said nothing for {PATIENCE:?}; so far: {:?}",
                        self.heard
                    )));
                }
            }
        }
    }

    /// Notes what was said; returns whether it is time to end.
    fn hear(&mut self, said: Said) -> bool {
        match said {
            Said::Holds(counts) => {
                self.heard.holds = Some(counts);
                self.end.and_then(End::after_acknowledgements) == Some(0)
            }
            Said::Acked {
                writer,
                number,
                place,
            } => {
                self.heard.acked.push((writer, number, place));
                let due = self.end.and_then(End::after_acknowledgements);
                due.is_some_and(|count| self.heard.acked.len() as u64 == count)
            }
            Said::Damaged(what) => {
                self.heard.fault.get_or_insert(what);
                true
            }
            // Once the end was brought about, errors are what a store should meet with.
            Said::Failed(what) => {
                if self.heard.was_ended {
                    self.heard.refusal.get_or_insert(what);
                } else {
                    self.heard.fault.get_or_insert(what);
                }
                true
            }
            Said::Done => true,
        }
    }

    /// Brings the end about; on a disk that is full already, the store has met it.
    fn strike(&mut self) {
        let is_first = !self.heard.was_ended;
        self.heard.was_ended = self.end.is_some();
        match (self.machine, self.end) {
            (Some(machine), Some(End::Cut(_, seed))) if is_first => machine.cut(seed),
            (Some(machine), Some(End::Fill(moment, room))) if is_first => {
                if matches!(moment, Moment::Acknowledged(_)) {
                    machine.fill(room);
                }
                return;
            }
            _ => {}
        }
        self.put_down();
    }

    fn put_down(&mut self) {
        if self.end.is_some() {
            // Fails only for a victim that has ended already.
            let _ = self.victim.kill();
        }
        if let Some(machine) = self.machine {
            machine.thaw();
        }
    }
}
