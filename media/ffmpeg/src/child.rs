//! Starts, confines, watches and ends one child process.

use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, Resource, Rlimit, Signal, WaitId, WaitIdOptions};
use tokio::process::Child;

use crate::command::Kind;
use crate::limits::{CPU_GRACE, NICE};
use crate::pump::Sink;
use crate::{Command, Finished, Limits, Progress, ToolError};

/// Clock ticks in `/proc`: fixed at 100 a second for every Linux program, whatever the kernel's own.
const TICKS_PER_SECOND: u64 = 100;

/// User and system time are each cut to whole ticks, so their sum may say this much less than what
/// the limit counted.
const TICK_ROUNDING: Duration = Duration::from_millis(20);

/// The status ffmpeg ends with after it caught a signal.
const CAUGHT_A_SIGNAL: i32 = 255;

pub(crate) async fn run<S, P, L>(
    command: &Command,
    mut sink: Sink<S, P, L>,
) -> Result<Finished, ToolError>
where
    S: FnMut(&[u8]) -> Result<(), ToolError> + Send,
    P: FnMut(Progress) + Send,
    L: FnMut(&str) + Send,
{
    let tool = command.kind.name();
    let mut child = start(command)?;
    let watched = watch(command, &mut child, &mut sink);
    let outcome = match tokio::time::timeout(command.limits.wall, watched).await {
        Ok(outcome) => outcome,
        Err(_) => Err(ToolError::TimedOut {
            tool,
            limit: command.limits.wall,
        }),
    };
    if outcome.is_err() {
        // Killed and reaped here, so that a caller who cleans up finds nobody writing any more. It
        // may have ended by itself already, which is as good.
        let _ended = child.kill().await;
    }
    let (status, cpu_time) = outcome?;
    let stderr_tail = sink.into_tail();
    judge(command, status, cpu_time, &stderr_tail)?;
    Ok(Finished {
        stdout: Vec::new(),
        stderr_tail,
        cpu_time,
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one door to child processes"
)]
fn start(command: &Command) -> Result<Child, ToolError> {
    let not_started = |source| ToolError::NotStarted {
        program: command.program.clone(),
        source,
    };
    let child = tokio::process::Command::new(&command.program)
        .args(command.all_arguments())
        .current_dir(&command.folder)
        // Nothing of ours leaks in: no credentials, no proxy, no locale that changes messages.
        .env_clear()
        .env("LC_ALL", "C.UTF-8")
        // What tesseract would use beyond one thread spins more than it reads.
        .env("OMP_THREAD_LIMIT", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A Ctrl-C meant for the service must not end a chunk: the service decides.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(not_started)?;
    confine(&child, &command.limits).map_err(|error| not_started(error.into()))?;
    Ok(child)
}

/// Sets the limits on a child that has just been started. A child that has ended already has none.
fn confine(child: &Child, limits: &Limits) -> rustix::io::Result<()> {
    let Some(pid) = pid_of(child) else {
        return Ok(());
    };
    let cpu = limits.cpu.as_secs().max(1);
    let hard = cpu + CPU_GRACE.as_secs();
    let set = |resource, current, maximum| {
        let limit = Rlimit {
            current: Some(current),
            maximum: Some(maximum),
        };
        rustix::process::prlimit(Some(pid), resource, limit).map(|_| ())
    };
    let confined = set(Resource::Cpu, cpu, hard)
        .and_then(|()| set(Resource::As, limits.address_space, limits.address_space))
        .and_then(|()| set(Resource::Core, 0, 0))
        .and_then(|()| rustix::process::setpriority_process(Some(pid), NICE));
    match confined {
        Err(rustix::io::Errno::SRCH) => Ok(()),
        other => other,
    }
}

fn pid_of(child: &Child) -> Option<Pid> {
    child
        .id()
        .and_then(|id| i32::try_from(id).ok())
        .and_then(Pid::from_raw)
}

async fn watch<S, P, L>(
    command: &Command,
    child: &mut Child,
    sink: &mut Sink<S, P, L>,
) -> Result<(ExitStatus, Option<Duration>), ToolError>
where
    S: FnMut(&[u8]) -> Result<(), ToolError> + Send,
    P: FnMut(Progress) + Send,
    L: FnMut(&str) + Send,
{
    let tool = command.kind.name();
    if let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) {
        sink.drain(tool, stdout, stderr).await?;
    }
    let cpu_time = ended(child).await;
    let status = child
        .wait()
        .await
        .map_err(|source| ToolError::Lost { tool, source })?;
    Ok((status, cpu_time))
}

/// Waits until the child has ended but is not reaped yet: only then is its CPU time final and still
/// told. Its pipes are closed by now, so the blocking thread is held for a moment, and no longer than
/// the deadline: a child that is killed there ends the wait as well.
async fn ended(child: &Child) -> Option<Duration> {
    let pid = pid_of(child)?;
    // The handle stays with this one process whatever its number is given to later.
    let handle: OwnedFd = rustix::process::pidfd_open(pid, PidfdFlags::empty()).ok()?;
    let wait = move || {
        let not_reaped = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        rustix::io::retry_on_intr(|| {
            rustix::process::waitid(WaitId::PidFd(handle.as_fd()), not_reaped)
        })
    };
    tokio::task::spawn_blocking(wait).await.ok()?.ok()?;
    cpu_time(&std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?)
}

/// User and system time from `/proc/<pid>/stat`: the 14th and 15th fields, counted behind the name,
/// which may itself hold spaces and brackets.
fn cpu_time(stat: &str) -> Option<Duration> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(Duration::from_millis(
        (user + system) * 1000 / TICKS_PER_SECOND,
    ))
}

/// Tells a failure, a limit and an end from outside apart.
fn judge(
    command: &Command,
    status: ExitStatus,
    cpu_time: Option<Duration>,
    stderr_tail: &str,
) -> Result<(), ToolError> {
    let tool = command.kind.name();
    if status.success() {
        return Ok(());
    }
    // ffmpeg's own status for a refused operation is the same number, but then it says so.
    let caught = command.kind == Kind::Ffmpeg
        && status.code() == Some(CAUGHT_A_SIGNAL)
        && !stderr_tail.contains("Operation not permitted");
    let signal = status.signal().or(caught.then_some(Signal::TERM.as_raw()));
    let Some(signal) = signal else {
        let (status, stderr_tail) = (status.code().unwrap_or(-1), stderr_tail.to_owned());
        return Err(ToolError::Failed {
            tool,
            status,
            stderr_tail,
        });
    };
    let limit = Duration::from_secs(command.limits.cpu.as_secs().max(1));
    if signal == Signal::XCPU.as_raw() || cpu_time.is_some_and(|used| used + TICK_ROUNDING >= limit)
    {
        return Err(ToolError::CpuLimit { tool, limit });
    }
    if CRASHES.iter().any(|crash| crash.as_raw() == signal) {
        let stderr_tail = format!("{stderr_tail}\nit crashed with signal {signal}");
        return Err(ToolError::Failed {
            tool,
            status: 128 + signal,
            stderr_tail,
        });
    }
    Err(ToolError::Killed { tool, signal })
}

/// Whether the status of a failed tool stands for one of [`CRASHES`].
pub(crate) fn is_crash(status: i32) -> bool {
    CRASHES.iter().any(|crash| status == 128 + crash.as_raw())
}

/// Signals a program brings on itself: the same input brings them again.
const CRASHES: [Signal; 5] = [
    Signal::SEGV,
    Signal::ABORT,
    Signal::BUS,
    Signal::FPE,
    Signal::ILL,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_is_counted_behind_a_name_with_brackets() {
        let stat = "7 (ff) (mpeg) Z 1 7 7 0 -1 4 0 0 0 0 150 50 0 0 20 0 1 0 99 0 0";
        assert_eq!(cpu_time(stat), Some(Duration::from_secs(2)));
        assert_eq!(cpu_time("garbage"), None);
    }
}
