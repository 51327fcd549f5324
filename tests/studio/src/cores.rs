//! Which cores this process may use, and whatever it starts.

use anyhow::Context as _;
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

/// Does `work` on the first core that this process may use, and gives the others back.
pub(crate) async fn on_one<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let all = sched_getaffinity(Pid::from_raw(0))?;
    let is_ours = |core: &usize| all.is_set(*core).unwrap_or(false);
    let first = (0..CpuSet::count()).find(is_ours);
    let mut one = CpuSet::new();
    one.set(first.context("there is no core")?)?;
    keep_to(&one)?;
    let done = work.await;
    keep_to(&all)?;
    done
}

/// Each thread has cores of its own to choose from, and a process that of the thread which starts it.
fn keep_to(cores: &CpuSet) -> anyhow::Result<()> {
    for thread in std::fs::read_dir("/proc/self/task")? {
        let name = thread?.file_name();
        let number = name.to_str().and_then(|name| name.parse().ok());
        sched_setaffinity(Pid::from_raw(number.context("no thread")?), cores)?;
    }
    Ok(())
}
