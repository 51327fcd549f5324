//! The service's own memory over a long title: uploaded, inspected, tried, encoded and packaged by the
//! real binary, without what its ffmpegs take.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, ensure};
use media_ffmpeg::Tools;
use tests_figures::{Plan, Report};

use crate::figure::Figure;
use crate::limits::{LONG_MINUTES, QUICK_LONG_MINUTES, SHORTER};

/// What `./bench` says of the service it started.
struct Service {
    binary: PathBuf,
    url: String,
    process: String,
    data: PathBuf,
}

impl Service {
    fn running() -> Option<Self> {
        let said = std::env::var_os;
        Some(Self {
            binary: said("MARQUEE_BENCH_BINARY")?.into(),
            url: said("MARQUEE_BENCH_SERVICE")?.into_string().ok()?,
            process: said("MARQUEE_BENCH_SERVICE_PID")?.into_string().ok()?,
            data: said("MARQUEE_BENCH_SERVICE_DATA")?.into(),
        })
    }

    /// The most that was ever in memory, in megabytes (proc(5), `VmHWM`).
    fn peak(&self) -> anyhow::Result<f64> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.process))?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next());
        let kib: f64 = kib.context("the system does not say")?.parse()?;
        Ok(kib * 1024.0 / 1e6)
    }

    /// Publishes a file and waits for the title.
    #[expect(
        clippy::disallowed_methods,
        reason = "the binary is what is measured, and is no tool of its own"
    )]
    async fn publish(&self, master: &Path) -> anyhow::Result<()> {
        let mut command = tokio::process::Command::new(&self.binary);
        command
            .arg("publish")
            .arg(master)
            .args(["--server", &self.url, "--json", "--data"])
            .arg(&self.data)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let done = command.output().await?;
        let text = [done.stdout, done.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        ensure!(done.status.success(), "nothing was published: {text}");
        Ok(())
    }
}

/// Publishes a short title and a long one, and asks the system after each what the service took at most.
pub(crate) async fn measure(
    tools: &Tools,
    folder: &Path,
    plan: &Plan<Figure>,
    report: &mut Report,
) -> anyhow::Result<()> {
    if !plan.wants(Figure::Memory) {
        return Ok(());
    }
    let Some(service) = Service::running() else {
        report.leave_out(Figure::Memory, "there is no service to ask");
        return Ok(());
    };
    let minutes = plan.pick(LONG_MINUTES, QUICK_LONG_MINUTES);
    let before = service.peak()?;
    let mut peaks = Vec::new();
    for minutes in [minutes / SHORTER, minutes] {
        let master = master(tools, folder, minutes).await?;
        service.publish(&master).await?;
        std::fs::remove_file(master)?;
        peaks.push(service.peak()?);
    }
    let how = format!(
        "a title of {minutes} minutes; {:.0} MB after one of {}, {before:.0} MB at rest",
        peaks[0],
        minutes / SHORTER,
    );
    report.add(Figure::Memory, peaks[1], &how);
    Ok(())
}

/// A master of so many minutes: a small picture at a film's rate, with a cut every four seconds, and sound.
async fn master(tools: &Tools, folder: &Path, minutes: u64) -> anyhow::Result<PathBuf> {
    let (master, seconds) = (folder.join("long.mp4"), minutes * 60);
    let picture = format!(
        "testsrc2=size=160x90:rate=24:duration={seconds},\
         negate=enable='lt(mod(t,8),4)',format=yuv420p"
    );
    let sound = format!(
        "anoisesrc=c=pink:r=48000:a=0.1:d={seconds},tremolo=f=0.5:d=0.8,\
         aformat=channel_layouts=stereo"
    );
    tools
        .ffmpeg()
        .synthetic(&picture)
        .synthetic(&sound)
        .args(["-c:v", "libx264", "-preset", "ultrafast", "-g", "48"])
        .args(["-c:a", "aac", "-b:a", "96k"])
        .output(&master)
        .run(|_| {})
        .await?;
    Ok(master)
}
